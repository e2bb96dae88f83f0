package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// Incidents has the use case of incidents: failures that last. They are derived from the
// state of the companies, the documents and the webhooks: an incident closes when its cause ends.
type Incidents struct {
	Guard     Guard
	Store     IncidentsStore
	Resources Resources

	found cache[struct{}, IncidentList]
}

// IncidentsStore is the part of the store that Incidents uses.
type IncidentsStore interface {
	QueryDocuments(ctx context.Context, q store.DocumentQuery) (items []store.Document, next string, err error)
	QueryRuns(ctx context.Context, q store.RunQuery) (items []store.Run, next string, err error)
	ListWebhooks(ctx context.Context, opts store.ListOptions) (items []store.Webhook, next string, err error)
}

// IncidentKind is what an Incident is about.
type IncidentKind string

// The kinds of incidents.
const (
	IncidentCrawl    IncidentKind = "crawl"    // the last crawl of a company failed
	IncidentOverdue  IncidentKind = "overdue"  // a company was not crawled when it was due
	IncidentDocument IncidentKind = "document" // a document has no text, cannot be reached, or was removed
	IncidentWebhook  IncidentKind = "webhook"  // a webhook does not accept deliveries
)

// Incident is a failure that lasts.
type Incident struct {
	Kind IncidentKind
	// Reason is the reason of the failure in the records, such as SiteUnreachable.
	Reason string
	// Company is the name of the company. It is empty for a webhook.
	Company string
	// Subject names what fails: a company, the title of a document, or a webhook.
	Subject string
	// Cause and Remedy are sentences: what fails, and what to do. Detail is the message of the
	// record, and may be empty.
	Cause, Detail, Remedy string
	Since                 time.Time
	// Attempts is the number of crawls in a row that failed, as far as they are recorded. 0 means
	// that it is unknown.
	Attempts int
	// RunID, DocumentID, WebhookID and URL identify what fails. They may be empty.
	RunID, DocumentID, WebhookID, URL string
}

// IncidentList lists incidents.
type IncidentList struct {
	Items []Incident
	// Partial is set if there are more incidents than are read.
	Partial bool
}

// IncidentQuery selects incidents. An empty field selects all.
type IncidentQuery struct {
	Kinds     []IncidentKind
	Companies []string // names
}

const (
	// incidentsTTL is how long incidents are cached.
	incidentsTTL = 5 * time.Second
	// maxIncidents bounds the incidents of companies. The documents of each state and the
	// webhooks are bounded by store.MaxLimit.
	maxIncidents = 1000
	// overdueAfter is how late a scheduled crawl can be.
	overdueAfter = time.Hour
	// removedFor is how long the removal of a document is an incident.
	removedFor = 30 * day
)

// List returns the incidents that q selects, the newest first. Those of webhooks need the scope
// admin. The result may be some seconds old.
func (s *Incidents) List(ctx context.Context, caller Caller, q IncidentQuery) (IncidentList, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return IncidentList{}, err
	}
	now := s.Guard.Now()
	all, err := s.found.get(ctx, struct{}{}, now, incidentsTTL, func(ctx context.Context) (IncidentList, error) { return s.find(ctx, now) })
	if err != nil {
		return IncidentList{}, err
	}
	out := IncidentList{Partial: all.Partial}
	for _, i := range all.Items {
		if anyOrIn(q.Kinds, i.Kind) && anyOrIn(q.Companies, i.Company) && (i.Kind != IncidentWebhook || caller.Allows(store.ScopeAdmin)) {
			out.Items = append(out.Items, i)
		}
	}
	return out, nil
}

// find derives all incidents from the current state.
func (s *Incidents) find(ctx context.Context, now time.Time) (out IncidentList, err error) {
	for _, read := range []func(context.Context, time.Time) (IncidentList, error){s.ofCompanies, s.ofDocuments, s.ofWebhooks} {
		some, err := read(ctx, now)
		if err != nil {
			return out, err
		}
		out.Items, out.Partial = append(out.Items, some.Items...), out.Partial || some.Partial
	}
	slices.SortStableFunc(out.Items, func(a, b Incident) int {
		return cmp.Or(b.Since.Compare(a.Since), strings.Compare(a.Company, b.Company), strings.Compare(a.Subject, b.Subject))
	})
	return out, nil
}

// ofCompanies returns the incidents of companies.
func (s *Incidents) ofCompanies(ctx context.Context, now time.Time) (out IncidentList, err error) {
	list := &v1alpha1.CompanyList{}
	if err := s.Resources.Cache.List(ctx, list, client.InNamespace(s.Resources.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return out, fmt.Errorf("list the companies: %w", err)
	}
	for i := range list.Items {
		incident, ok := incidentOfCompany(&list.Items[i], now)
		switch {
		case ok && len(out.Items) == maxIncidents:
			out.Partial = true
			return out, s.countAttempts(ctx, out.Items)
		case ok:
			out.Items = append(out.Items, incident)
		}
	}
	return out, s.countAttempts(ctx, out.Items)
}

// countAttempts counts the crawls in a row that failed, among the newest crawls of all companies.
func (s *Incidents) countAttempts(ctx context.Context, items []Incident) error {
	if !slices.ContainsFunc(items, func(i Incident) bool { return i.Kind == IncidentCrawl }) {
		return nil
	}
	runs, _, err := s.Store.QueryRuns(ctx, store.RunQuery{States: []store.RunState{store.RunComplete, store.RunFailed}, ListOptions: store.ListOptions{Limit: store.MaxLimit}})
	if err != nil {
		return fmt.Errorf("list the runs: %w", err)
	}
	failed, succeeded := map[string]int{}, map[string]bool{}
	for _, r := range runs { // the newest first
		name, visible := nameOfCompany(s.Resources.Namespace, r.Company)
		if !visible || succeeded[name] {
			continue
		}
		if succeeded[name] = r.State == store.RunComplete; !succeeded[name] {
			failed[name]++
		}
	}
	for i := range items {
		if items[i].Kind == IncidentCrawl {
			items[i].Attempts = failed[items[i].Company]
		}
	}
	return nil
}

// ofDocuments returns the incidents of documents.
func (s *Incidents) ofDocuments(ctx context.Context, now time.Time) (out IncidentList, err error) {
	for _, state := range []store.DocumentState{store.DocumentBroken, store.DocumentUnreachable, store.DocumentRemoved} {
		documents, next, err := s.Store.QueryDocuments(ctx, store.DocumentQuery{States: []store.DocumentState{state}, Sort: store.SortByLastChanged, ListOptions: store.ListOptions{Limit: store.MaxLimit}})
		if err != nil {
			return out, fmt.Errorf("list the documents that are %s: %w", state, err)
		}
		out.Partial = out.Partial || next != ""
		for _, d := range documents {
			name, visible := nameOfCompany(s.Resources.Namespace, d.Company)
			if !visible || state == store.DocumentRemoved && now.Sub(d.StateSince) > removedFor {
				continue
			}
			text := documentIncidents[state]
			out.Items = append(out.Items, Incident{
				Kind: IncidentDocument, Reason: string(state), Company: name, Subject: cmp.Or(d.Title, d.URL), Cause: text.cause, Remedy: text.remedy,
				Since: d.StateSince, DocumentID: d.ID, RunID: d.RunID, URL: d.URL,
			})
		}
	}
	return out, nil
}

// ofWebhooks returns the incidents of webhooks.
func (s *Incidents) ofWebhooks(ctx context.Context, _ time.Time) (out IncidentList, err error) {
	webhooks, next, err := s.Store.ListWebhooks(ctx, store.ListOptions{Limit: store.MaxLimit})
	if err != nil {
		return out, fmt.Errorf("list the webhooks: %w", err)
	}
	out.Partial = next != ""
	for _, w := range webhooks {
		incident := Incident{
			Kind: IncidentWebhook, Reason: "Failing", Subject: w.Name, Cause: "The endpoint of the webhook does not accept deliveries.", Detail: w.StateReason,
			Remedy: "Read the responses in the deliveries of the webhook, correct the endpoint, and deliver them again.", Since: w.FailingSince, WebhookID: w.ID,
		}
		switch {
		case w.State == store.WebhookDisabled:
			incident.Reason, incident.Cause = string(w.State), "The webhook was disabled, and receives nothing."
			if incident.Since.IsZero() {
				incident.Since = w.UpdatedAt
			}
		case w.FailingSince.IsZero():
			continue
		}
		out.Items = append(out.Items, incident)
	}
	return out, nil
}
