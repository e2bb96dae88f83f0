package service

import (
	"context"
	"testing"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

func TestTheIncidentOfACompanyFollowsItsState(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	condition := func(kind string, status metav1.ConditionStatus, reason string) metav1.Condition {
		return metav1.Condition{Type: kind, Status: status, Reason: reason, LastTransitionTime: metav1.NewTime(now.Add(-day))}
	}
	due := func(late time.Duration) *metav1.Time { return &metav1.Time{Time: now.Add(-late)} }
	for name, c := range map[string]struct {
		conditions []metav1.Condition
		next       *metav1.Time
		suspend    bool
		kind       IncidentKind // empty: none
		reason     string
	}{
		"never crawled": {},
		"succeeded":     {conditions: []metav1.Condition{condition("Ready", "True", "Succeeded")}},
		"failed":        {conditions: []metav1.Condition{condition("Ready", "False", "AccessDenied")}, kind: IncidentCrawl, reason: "AccessDenied"},
		"invalid":       {conditions: []metav1.Condition{condition("Ready", "True", "Succeeded"), condition("Stalled", "True", "InvalidSpec")}, kind: IncidentCrawl, reason: "InvalidSpec"},
		"no documents":  {conditions: []metav1.Condition{condition("Ready", "True", "NoDocuments")}, kind: IncidentCrawl, reason: "NoDocuments"},
		"new reason":    {conditions: []metav1.Condition{condition("Ready", "False", "Other")}, kind: IncidentCrawl, reason: "Other"},
		"overdue":       {next: due(2 * time.Hour), kind: IncidentOverdue, reason: "Overdue"},
		"due now":       {next: due(time.Minute)},
		"suspended":     {next: due(2 * time.Hour), suspend: true},
	} {
		company := &v1alpha1.Company{}
		company.Name, company.Spec.Suspend, company.Spec.Schedule = "acme", c.suspend, &v1alpha1.Schedule{Cron: "@daily"}
		company.Status.Conditions, company.Status.NextCrawlTime = c.conditions, c.next
		got, ok := incidentOfCompany(company, now)
		if ok != (c.kind != "") || got.Kind != c.kind || got.Reason != c.reason {
			t.Errorf("%s: %t, %+v", name, ok, got)
		}
		if ok && (got.Cause == "" || got.Remedy == "" || got.Since.IsZero()) {
			t.Errorf("%s: the incident has no cause, remedy or time: %+v", name, got)
		}
	}
}

func TestTheIncidentOfADocumentClosesWhenTheDocumentRecovers(t *testing.T) {
	t.Parallel()
	s, resources := newStored(t)
	incidents := &Incidents{Guard: NewGuard(s, logr.Discard()), Store: s, Resources: resources}
	put := func(id string, state store.DocumentState, create bool, since time.Time) {
		d := store.Document{ID: id, Company: "acme", URL: "https://acme.example/" + id, State: state, StateSince: since}
		if !create {
			stored, err := s.GetDocument(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			d = stored
			d.State = state
		}
		if _, err := s.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Create: create}); err != nil {
			t.Fatal(err)
		}
	}
	put("a", store.DocumentBroken, true, time.Now())
	put("b", store.DocumentRemoved, true, time.Now().Add(-2*removedFor))
	list := func() []Incident {
		incidents.found = cache[struct{}, IncidentList]{} // without waiting until it expires
		found, err := incidents.List(t.Context(), reader, IncidentQuery{})
		if err != nil {
			t.Fatal(err)
		}
		return found.Items
	}
	if got := list(); len(got) != 1 || got[0].DocumentID != "a" || got[0].Company != "acme" || got[0].Remedy == "" {
		t.Errorf("the incidents are %+v", got)
	}
	put("a", store.DocumentPresent, false, time.Now())
	if got := list(); len(got) != 0 {
		t.Errorf("after the recovery, the incidents are %+v", got)
	}
}

// failingWebhooks is a store with a webhook that fails.
type failingWebhooks struct{ store.Store }

func (failingWebhooks) ListWebhooks(context.Context, store.ListOptions) ([]store.Webhook, string, error) {
	return []store.Webhook{
		{ID: "w1", Name: "Team chat", WebhookProgress: store.WebhookProgress{FailingSince: time.Now()}}, {ID: "w2", Name: "Works"},
		{ID: "w3", Name: "Off", State: store.WebhookDisabled, UpdatedAt: time.Now().Add(-time.Hour)},
	}, "", nil
}

func TestIncidentsOfWebhooksAreForOperators(t *testing.T) {
	t.Parallel()
	s, resources := newStored(t)
	incidents := &Incidents{Guard: NewGuard(s, logr.Discard()), Store: failingWebhooks{s}, Resources: resources}
	operator := Caller{Actor: "user:test", Scopes: []store.APIScope{store.ScopeAdmin}}
	got, err := incidents.List(t.Context(), operator, IncidentQuery{})
	if err != nil || len(got.Items) != 2 || got.Items[0].WebhookID != "w1" || got.Items[1].WebhookID != "w3" {
		t.Errorf("an operator sees %+v, %v", got, err)
	}
	if got, err := incidents.List(t.Context(), reader, IncidentQuery{}); err != nil || len(got.Items) != 0 {
		t.Errorf("a viewer sees %+v, %v", got, err)
	}
}
