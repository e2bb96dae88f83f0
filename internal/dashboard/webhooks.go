package dashboard

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// webhooksData is what the list of webhooks shows.
type webhooksData struct {
	Items            []webhookRow
	Pager            pager
	Filter           webhookFilter
	Name, URL, Error string
}

type webhookRow struct {
	store.Webhook
	Kind string // of the badge of its state
}

func registerWebhooks(s *Server) {
	s.viewFor(store.ScopeAdmin, "GET /webhooks", func(v *visit) (page, error) { return s.webhooksPage(v, webhooksData{}) })
	s.action("POST /webhooks", store.ScopeAdmin, s.createWebhook)
	registerWebhook(s)
	registerDelivery(s)
}

func (s *Server) webhooksPage(v *visit, d webhooksData) (page, error) {
	items, next, err := s.o.Services.Webhooks.List(v.Context(), v.Caller, store.ListOptions{Limit: 50, Continue: v.Query("cursor")})
	for _, w := range items {
		d.Items = append(d.Items, webhookRow{w, webhookKind(w)})
	}
	d.Pager = newPager(v, next)
	return page{Title: "Webhooks", Nav: "webhooks", Body: d}, err
}

// webhookKind returns the kind of badge of the state of a webhook.
func webhookKind(w store.Webhook) string {
	switch {
	case w.State == store.WebhookDisabled || !w.FailingSince.IsZero():
		return "bad"
	case w.State == store.WebhookActive:
		return "ok"
	case w.State == store.WebhookPending:
		return "warn"
	}
	return "plain"
}

func (s *Server) createWebhook(v *visit) (outcome, error) {
	filter := filterIn(v)
	d := webhooksData{Name: v.Form("name"), URL: v.Form("url"), Filter: webhookFilter{filter}}
	in := service.NewWebhook{Name: d.Name, URL: d.URL, Filter: filter}
	w, secret, err := s.o.Services.Webhooks.Create(v.Context(), v.Caller, in)
	if message, ok := formError(err); ok {
		d.Error = message
		p, err := s.webhooksPage(v, d)
		return outcome{Show: &p}, err
	}
	if err != nil {
		return outcome{}, err
	}
	return s.showWebhook(v, webhookData{Webhook: w, Secret: secret})
}

// namesIn returns the names in a text that separates them by commas or white space.
func namesIn(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' })
}

// showWebhook shows what an action on a webhook returned once: a secret, or the result of a ping.
func (s *Server) showWebhook(v *visit, d webhookData) (outcome, error) {
	p, err := s.webhookPage(v, d)
	return outcome{Show: &p, Status: http.StatusOK}, err
}

// webhookData is what the page of a webhook shows.
type webhookData struct {
	store.Webhook
	Kind       string
	Secret     string // is shown once
	Ping       *notify.Attempt
	Form       webhookFilter
	Error      string // of the form
	State      string // of the deliveries
	States     []store.DeliveryState
	Deliveries []store.Delivery
	Pager      pager
}

func registerWebhook(s *Server) {
	hooks := s.o.Services.Webhooks
	s.viewFor(store.ScopeAdmin, "GET /webhooks/{id}", func(v *visit) (page, error) {
		w, err := hooks.Get(v.Context(), v.Caller, v.Path("id"))
		if err != nil {
			return page{}, err
		}
		return s.webhookPage(v, webhookData{Webhook: w})
	})
	s.action("POST /webhooks/{id}/test", store.ScopeAdmin, func(v *visit) (outcome, error) {
		a, err := hooks.Test(v.Context(), v.Caller, v.Path("id"))
		if _, failed := formError(err); err != nil && !failed && a.At.IsZero() {
			return outcome{}, err
		}
		w, err := hooks.Get(v.Context(), v.Caller, v.Path("id"))
		if err != nil {
			return outcome{}, err
		}
		return s.showWebhook(v, webhookData{Webhook: w, Ping: &a})
	})
	s.action("POST /webhooks/{id}/rotate", store.ScopeAdmin, func(v *visit) (outcome, error) {
		w, secret, err := hooks.Rotate(v.Context(), v.Caller, v.Path("id"))
		if err != nil {
			return outcome{}, err
		}
		return s.showWebhook(v, webhookData{Webhook: w, Secret: secret})
	})
	s.action("POST /webhooks/{id}/state", store.ScopeAdmin, func(v *visit) (outcome, error) {
		state := store.WebhookState(v.Form("state"))
		_, err := hooks.Update(v.Context(), v.Caller, v.Path("id"), anyState, service.WebhookChange{State: &state})
		return outcome{To: pathOf("webhooks", v.Path("id")), Notice: fmt.Sprintf("The webhook is %s.", strings.ToLower(string(state)))}, err
	})
	s.action("POST /webhooks/{id}/filter", store.ScopeAdmin, s.filterWebhook)
	s.action("POST /webhooks/{id}/delete", store.ScopeAdmin, func(v *visit) (outcome, error) {
		return outcome{To: Base + "/webhooks", Notice: "The webhook is deleted."}, hooks.Delete(v.Context(), v.Caller, v.Path("id"), anyState)
	})
	s.action("POST /webhooks/{id}/deliveries/{delivery}/redeliver", store.ScopeAdmin, func(v *visit) (outcome, error) {
		_, err := hooks.Redeliver(v.Context(), v.Caller, v.Path("id"), v.Path("delivery"))
		return outcome{To: pathOf("webhooks", v.Path("id")), Notice: "The change will be delivered again."}, err
	})
}

func (s *Server) webhookPage(v *visit, d webhookData) (page, error) {
	d.Kind, d.State, d.Form = webhookKind(d.Webhook), v.Query("state"), webhookFilter{d.Filter}
	d.States = []store.DeliveryState{store.DeliveryPending, store.DeliveryDelivered, store.DeliveryFailed, store.DeliveryCancelled}
	items, next, err := s.o.Services.Webhooks.Deliveries(v.Context(), v.Caller, d.ID, store.DeliveryState(d.State), store.ListOptions{Limit: 50, Continue: v.Query("cursor")})
	d.Deliveries, d.Pager = items, newPager(v, next)
	return page{Title: "Webhook " + d.Name, Nav: "webhooks", Body: d}, err
}

// anyState accepts every state of a webhook: a form replaces what it shows.
func anyState(store.Webhook) error { return nil }
