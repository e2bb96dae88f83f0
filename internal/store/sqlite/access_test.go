package sqlite

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// planOf returns the query plan of a statement.
func planOf(t *testing.T, s *Store, statement string, args ...any) string {
	t.Helper()
	rows, err := s.read.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var what string
		if err := rows.Scan(&id, &parent, &unused, &what); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, what)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "; ")
}

func TestListsOfAccessRecordsUseAnIndexInTheirOrder(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	queries := map[string]newestQuery{
		"all webhooks":                {table: "webhooks"},
		"all API keys":                {table: "api_keys"},
		"all deliveries":              selectDeliveries(store.DeliveryQuery{}),
		"a webhook's deliveries":      selectDeliveries(store.DeliveryQuery{WebhookID: "w"}),
		"deliveries in a state":       selectDeliveries(store.DeliveryQuery{State: store.DeliveryFailed}),
		"deliveries of both":          selectDeliveries(store.DeliveryQuery{WebhookID: "w", State: store.DeliveryFailed}),
		"all audit entries":           selectAudit(store.AuditQuery{}),
		"an actor's audit entries":    selectAudit(store.AuditQuery{Actor: "a", Since: time.Unix(1, 0)}),
		"audit entries of an action":  selectAudit(store.AuditQuery{Action: "a"}),
		"audit entries of a kind":     selectAudit(store.AuditQuery{TargetKind: "k"}),
		"audit entries of a target":   selectAudit(store.AuditQuery{TargetKind: "k", TargetName: "n"}),
		"audit entries of all values": selectAudit(store.AuditQuery{Actor: "a", Action: "b", TargetKind: "k", TargetName: "n", Since: time.Unix(1, 0)}),
		"all sessions":                selectSessions("", time.Unix(1, 0)),
		"a user's sessions":           selectSessions("u", time.Unix(1, 0)),
	}
	for what, q := range map[string]store.ReviewQuery{
		"all reviews":            {},
		"an assignee's reviews":  {Assignee: "a"},
		"a company's reviews":    {Companies: []string{"c"}},
		"reviews in a state":     {States: []store.ReviewState{store.ReviewNew}},
		"reviews of all filters": {Assignee: "a", Companies: []string{"c"}, States: []store.ReviewState{store.ReviewNew}},
	} {
		query, err := selectReviews(q)
		if err != nil {
			t.Fatal(err)
		}
		queries[what] = query
	}
	for what, q := range queries {
		for _, after := range []*store.NewestKey{nil, {At: time.Unix(9, 0), ID: "x"}} {
			statement, args := q.sql(10, after)
			plan := planOf(t, s, statement, args...)
			if !strings.Contains(plan, " USING INDEX ") || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, ";") || after != nil && !strings.Contains(plan, "SEARCH") {
				t.Errorf("listing %s\nwith %s\nhas the plan %s", what, statement, plan)
			}
		}
	}
	for statement, want := range map[string][]string{
		listDueDeliveries: {"deliveries_due", "deliveries_order"},
		expireDeliveries:  {"deliveries_state"},
		expireSessions:    {"sessions_expires"},
		expireAudit:       {"audit_at"},
		expireRequests:    {"idempotency_expires"},
	} {
		args := []any{"[]", 1, 1}[3-strings.Count(statement, "?"):]
		plan := planOf(t, s, statement, args...)
		for _, index := range want {
			if !strings.Contains(plan, index) {
				t.Errorf("%s\nhas the plan %s, which does not use %s", statement, plan, index)
			}
		}
	}
}

func TestListingReviewsWithSeveralValuesSearchesEachValue(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	for index, q := range map[string]store.ReviewQuery{
		"reviews_state":   {States: []store.ReviewState{store.ReviewReviewed, store.ReviewNoAction}},
		"reviews_company": {Companies: []string{"a", "b"}, States: []store.ReviewState{store.ReviewReviewed, store.ReviewNoAction}},
	} {
		query, err := selectReviews(q)
		if err != nil {
			t.Fatal(err)
		}
		statement, args := query.sql(10, &store.NewestKey{At: time.Unix(9, 0), ID: "x"})
		plan := planOf(t, s, statement, args...)
		if strings.Count(plan, "SEARCH") < 2 || strings.Count(plan, index) != 2 || strings.Contains(plan, "SCAN reviews") {
			t.Errorf("%s\nhas the plan %s", statement, plan)
		}
	}
}

func TestMigratingAccessRecordsAgainLeavesThem(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	for i := range 3 {
		if err := s.AppendAudit(t.Context(), store.AuditEntry{ID: fmt.Sprint(i), At: time.Unix(1, 0), Actor: "a", Action: "b", Outcome: store.AuditSucceeded}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.write.ExecContext(context.Background(), createAccessRecords); err != nil {
			t.Fatal(err)
		}
	}
	if items, _, err := s.ListAudit(t.Context(), store.AuditQuery{}); err != nil || len(items) != 3 {
		t.Errorf("%d of 3 entries remain, %v", len(items), err)
	}
}
