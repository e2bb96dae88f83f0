package ratelimit

import (
	"fmt"
	"testing"
	"time"
)

func TestAQuotaAllowsABurstAndThenARate(t *testing.T) {
	t.Parallel()
	m := NewMemory()
	now := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	m.now = func() time.Time { return now }
	q := Quota{Name: "key", Requests: 6, Window: time.Minute}
	for i := range 6 {
		if r := m.Allow(t.Context(), "a", q); !r.Allowed || r.Remaining != 5-i {
			t.Errorf("request %d: %+v", i, r)
		}
	}
	if r := m.Allow(t.Context(), "a", q); r.Allowed || r.RetryAfter != 10*time.Second || r.Reset != time.Minute {
		t.Errorf("above the quota: %+v", r)
	}
	now = now.Add(10 * time.Second)
	if !m.Allow(t.Context(), "a", q).Allowed || m.Allow(t.Context(), "a", q).Allowed {
		t.Error("10 s later, not exactly one request is allowed")
	}
	m.Return(t.Context(), "a", q)
	if !m.Allow(t.Context(), "a", q).Allowed || m.Allow(t.Context(), "a", q).Allowed {
		t.Error("a returned request does not allow exactly one more")
	}
	if !m.Allow(t.Context(), "b", q).Allowed || !m.Allow(t.Context(), "a", Quota{Name: "other", Requests: 1, Window: time.Hour}).Allowed {
		t.Error("another key or another quota is limited too")
	}
}

func TestTheMemoryOfQuotasIsBounded(t *testing.T) {
	t.Parallel()
	m := NewMemory()
	q := Quota{Name: "key", Requests: 1, Window: time.Hour}
	for i := range maxKeys + 10 {
		m.Allow(t.Context(), fmt.Sprint(i), q)
	}
	if len(m.full) > maxKeys {
		t.Errorf("%d entries, the maximum is %d", len(m.full), maxKeys)
	}
}
