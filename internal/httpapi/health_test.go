package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// pingedStore is a store that counts checks, and fails them if err is set.
type pingedStore struct {
	service.HealthStore
	pings atomic.Int32
	err   atomic.Pointer[error]
}

func (s *pingedStore) Ping(context.Context) error {
	s.pings.Add(1)
	if err := s.err.Load(); err != nil {
		return *err
	}
	return nil
}

// checkHealthDetails checks the details of a health whose last success finished at a time.
func checkHealthDetails(t *testing.T, r response, finished time.Time) {
	t.Helper()
	h := decode[Health](t, r, 200)
	d := h.Details
	if h.Status != "ok" || d == nil || d.Version != "v1.2.3" || d.LanguageModel != "some-model" || !d.Store.Reachable || d.Store.Latency <= 0 ||
		d.Disk == nil || d.Disk.Free == 0 || d.Disk.Total < d.Disk.Free || d.Memory.Used == 0 || d.Queue == nil || d.Queue.Pending != 1 || d.Queue.More ||
		d.Queue.LastSuccess == nil || d.Queue.LastSuccess.ID != "r1" || !d.Queue.LastSuccess.FinishedAt.Equal(finished) {
		t.Errorf("health: %s", r.body)
	}
}

func TestHealthHasDetailsOnlyForCallersThatMayRead(t *testing.T) {
	t.Parallel()
	for _, anonymous := range []bool{false, true} {
		folder := t.TempDir()
		a := newTestAPI(t, func(o *Options) {
			o.Anonymous = anonymous
			o.Health.Process = service.Process{Version: "v1.2.3", DataFolder: folder, LanguageModel: "some-model"}
		})
		finished := time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)
		for i, r := range []store.Run{
			{ID: "r1", Company: "acme", State: store.RunComplete, FinishedAt: finished},
			{ID: "r2", Company: "other/acme", State: store.RunComplete},
			{ID: "r3", Company: "acme", State: store.RunPending},
			{ID: "r4", Company: "acme", State: store.RunFailed},
		} {
			r.CreatedAt = at(i)
			if err := a.store.PutRun(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		checkHealthDetails(t, a.call("GET", "/health", ""), finished)
		text := a.call("GET", "/health", "", "Accept", "text/plain")
		for _, want := range []string{"status:         ok\n", "version:        v1.2.3\n", "some-model\n", "pending crawls: 1\n", "last success:   acme at 2026-11-28T10:00:00Z\n"} {
			if !strings.Contains(string(text.body), want) {
				t.Errorf("the text lacks %q:\n%s", want, text.body)
			}
		}
		feedKey := decode[CreatedKey](t, a.call("POST", "/v1/keys", `{"name":"reader","scopes":["feed"]}`), 201)
		for name, authorization := range map[string]string{"no key": "", "wrong key": "Bearer wrong", "Basic": "Basic eDp5", "feed key": "Bearer " + feedKey.Secret} {
			for accept, want := range map[string]string{"application/json": `{"status":"ok"}`, "text/plain": "status:         ok"} {
				r := a.call("GET", "/health", "", "Authorization", authorization, "Accept", accept)
				if r.StatusCode != 200 || strings.TrimSpace(string(r.body)) != want {
					t.Errorf("with anonymous reading %t, %s receives status %d: %s", anonymous, name, r.StatusCode, r.body)
				}
			}
		}
	}
}

func TestHealthReportsAStoreThatDoesNotRespond(t *testing.T) {
	t.Parallel()
	var pinged *pingedStore
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	a := newTestAPI(t, func(o *Options) {
		pinged = &pingedStore{HealthStore: o.Health.Store}
		o.Health.Store, o.Health.Guard.Now = pinged, func() time.Time { return now }
	})
	failure := errors.New("mongodb://user:secret@host is down")
	pinged.err.Store(&failure)
	for range 3 {
		r := a.call("GET", "/health", "")
		var h Health
		if err := json.Unmarshal(r.body, &h); err != nil || r.StatusCode != 200 || h.Status != "unavailable" || h.Details == nil || h.Details.Store.Reachable || h.Details.Queue != nil || strings.Contains(string(r.body), "secret") {
			t.Errorf("health of a dead store: status %d: %s", r.StatusCode, r.body)
		}
	}
	if n := pinged.pings.Load(); n != 1 {
		t.Errorf("the store was checked %d times within 2 seconds", n)
	}
	if err := a.server.o.Health.Ready(t.Context()); err == nil {
		t.Error("the process is ready although the store does not respond")
	}
	pinged.err.Store(nil)
	now = now.Add(2 * time.Second)
	if h := decode[Health](t, a.call("GET", "/health", "", "Authorization", ""), 200); h.Status != "ok" {
		t.Errorf("after the outage, the status is %s", h.Status)
	}
	if err := a.server.o.Health.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestHealthDoesNotHelpToTryKeys(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	for range a.server.o.Limits.FailedKey.Requests {
		if r := a.call("GET", "/health", "", "Authorization", "Bearer wrong"); r.StatusCode != 200 {
			t.Fatalf("status %d: %s", r.StatusCode, r.body)
		}
	}
	if r := a.call("GET", "/health", "", "Authorization", "Bearer wrong"); r.StatusCode != 429 {
		t.Errorf("after many invalid keys, the status is %d", r.StatusCode)
	}
}
