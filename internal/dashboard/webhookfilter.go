package dashboard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// webhookFilter is the part of a form that selects changes.
type webhookFilter struct{ filter store.WebhookFilter }

// Companies returns the names of the companies as text.
func (f webhookFilter) Companies() string { return strings.Join(f.filter.Companies, ", ") }

// Kinds lists what can be selected.
func (webhookFilter) Kinds() []store.ChangeKind { return store.ChangeKinds }

// Labels lists what can be selected.
func (webhookFilter) Labels() []change.Label { return change.Labels }

// Types lists what can be selected.
func (webhookFilter) Types() []string { return documentTypes() }

// Has reports whether a kind, a label or a type is selected. No two of them have the same name.
func (f webhookFilter) Has(value any) bool {
	text := fmt.Sprint(value)
	return slices.Contains(f.filter.Kinds, store.ChangeKind(text)) || slices.Contains(f.filter.Labels, text) || slices.Contains(f.filter.Types, text)
}

// HasTypes reports whether a type is selected.
func (f webhookFilter) HasTypes() bool { return len(f.filter.Types) > 0 }

// filterIn returns the filter of a form.
func filterIn(v *visit) store.WebhookFilter {
	f := store.WebhookFilter{Companies: namesIn(v.Form("companies")), Types: v.PostForm["type"], Labels: v.PostForm["label"]}
	for _, kind := range v.PostForm["kind"] {
		f.Kinds = append(f.Kinds, store.ChangeKind(kind))
	}
	return f
}

// filterWebhook changes the name and the filter of a webhook.
func (s *Server) filterWebhook(v *visit) (outcome, error) {
	name, filter := v.Form("name"), filterIn(v)
	var err error = problem.OfField("name", "is empty")
	if name != "" {
		_, err = s.o.Services.Webhooks.Update(v.Context(), v.Caller, v.Path("id"), anyState, service.WebhookChange{Name: &name, Filter: &filter})
	}
	message, isForm := formError(err)
	if !isForm {
		return outcome{To: pathOf("webhooks", v.Path("id")), Notice: "The filter is changed."}, err
	}
	w, err := s.o.Services.Webhooks.Get(v.Context(), v.Caller, v.Path("id"))
	if err != nil {
		return outcome{}, err
	}
	w.Name, w.Filter = name, filter
	p, err := s.webhookPage(v, webhookData{Webhook: w, Error: message})
	return outcome{Show: &p}, err
}
