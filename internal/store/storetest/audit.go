package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func auditEntry(id string, seconds int) store.AuditEntry {
	return store.AuditEntry{ID: id, At: at(seconds), Actor: "ann", Action: "webhook.create", TargetKind: "Webhook", TargetName: "w", RequestID: "r", IPAddress: "192.0.2.1", Outcome: store.AuditSucceeded}
}

func auditLists(t *testing.T, s store.Store) {
	var all []store.AuditEntry
	for i := range 24 {
		e := auditEntry(fmt.Sprintf("e%02d", i), i/2) // two at the same time
		e.Actor, e.Action = fmt.Sprint("actor", i%2), fmt.Sprint("action", i%3)
		e.TargetKind, e.TargetName = fmt.Sprint("Kind", i%2), fmt.Sprint("name", i%4)
		if i%5 == 0 {
			e.Before, e.After, e.Outcome = json.RawMessage(`{"a.b":[1,null],"$c":"語"}`), json.RawMessage(`{"a":1}`), store.AuditDenied
		}
		for range 2 { // the second call changes nothing
			must(t, s.AppendAudit(t.Context(), e))
		}
		all = append(all, e)
	}
	changed := all[3]
	changed.Actor = "someone else"
	must(t, s.AppendAudit(t.Context(), changed)) // entries do not change
	slices.Reverse(all)
	list := func(q store.AuditQuery) []store.AuditEntry {
		return pagesOf(t, 5, func(p store.ListOptions) ([]store.AuditEntry, string, error) {
			q.ListOptions = p
			return s.ListAudit(t.Context(), q)
		})
	}
	for what, q := range map[string]store.AuditQuery{
		"all":               {},
		"of an actor":       {Actor: "actor1"},
		"of an action":      {Action: "action2"},
		"of a kind":         {TargetKind: "Kind0"},
		"of a target":       {TargetKind: "Kind1", TargetName: "name3"},
		"since a time":      {Since: at(7)},
		"of all filters":    {Actor: "actor0", Action: "action1", TargetKind: "Kind0", TargetName: "name0", Since: at(1)},
		"of an other actor": {Actor: "none"},
	} {
		want := slices.DeleteFunc(slices.Clone(all), func(e store.AuditEntry) bool {
			return q.Actor != "" && e.Actor != q.Actor || q.Action != "" && e.Action != q.Action || q.TargetKind != "" && e.TargetKind != q.TargetKind ||
				q.TargetName != "" && e.TargetName != q.TargetName || e.At.Before(q.Since)
		})
		if got := list(q); !(len(got) == 0 && len(want) == 0) && !reflect.DeepEqual(got, want) {
			t.Errorf("the entries %s are %+v, want %+v", what, got, want)
		}
	}
	for _, want := range []int{10, 0} {
		if n, err := s.ExpireAudit(t.Context(), at(5)); err != nil || n != want {
			t.Errorf("%d entries expired, want %d, %v", n, want, err)
		}
	}
	if got := list(store.AuditQuery{}); !reflect.DeepEqual(got, all[:14]) {
		t.Errorf("%d entries remain: %+v", len(got), got)
	}
}

func auditExpiryBatches(t *testing.T, s store.Store) {
	const n = store.MaxExpired + 5
	for i := range n {
		must(t, s.AppendAudit(t.Context(), auditEntry(fmt.Sprint("e", i), i%60)))
	}
	for _, want := range []int{store.MaxExpired, n - store.MaxExpired, 0} {
		if got, err := s.ExpireAudit(t.Context(), at(60)); err != nil || got != want {
			t.Errorf("%d entries expired, want %d, %v", got, want, err)
		}
	}
}

func auditBounds(t *testing.T, s store.Store) {
	for what, change := range map[string]func(*store.AuditEntry){
		"no ID":              func(e *store.AuditEntry) { e.ID = "" },
		"no actor":           func(e *store.AuditEntry) { e.Actor = "" },
		"an unknown outcome": func(e *store.AuditEntry) { e.Outcome = "Maybe" },
		"a large state":      func(e *store.AuditEntry) { e.After = json.RawMessage(`"` + strings.Repeat("x", 16384) + `"`) },
		"no JSON":            func(e *store.AuditEntry) { e.Before = json.RawMessage(`{`) },
	} {
		e := auditEntry("e", 1)
		change(&e)
		if err := s.AppendAudit(t.Context(), e); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("an entry with %s: %v", what, err)
		}
	}
	if _, _, err := s.ListAudit(t.Context(), store.AuditQuery{TargetName: "w"}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("listing a target without its kind: %v", err)
	}
}
