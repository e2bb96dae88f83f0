package service

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/store"
)

func TestActionsOfOneMillisecondAreListedInTheirOrder(t *testing.T) {
	t.Parallel()
	s, _ := newStored(t)
	guard := NewGuard(s, logr.Discard())
	now := time.Now()
	guard.Now = func() time.Time { return now }
	const n = 50
	for i := range n {
		err := guard.Change(t.Context(), Caller{Actor: "test", Scopes: []store.APIScope{store.ScopeAdmin}}, Action{Name: fmt.Sprint("change-", i), Scope: store.ScopeWrite}, func(context.Context, *Recorded) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	entries, _, err := s.ListAudit(t.Context(), store.AuditQuery{ListOptions: store.ListOptions{Limit: 2 * n}})
	if err != nil || len(entries) != n {
		t.Fatalf("the audit log has %d entries, %v", len(entries), err)
	}
	for i, e := range entries {
		if want := fmt.Sprint("change-", n-1-i); e.Action != want {
			t.Errorf("entry %d is %s, want %s", i, e.Action, want)
		}
	}
}
