package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Webhooks has the use cases of webhooks and their deliveries. All need the scope admin, because
// the URL of a webhook can be a credential.
type Webhooks struct {
	Guard     Guard
	Store     WebhooksStore
	Resources Resources
	// Endpoints sends pings.
	Endpoints WebhookEndpoints
}

// WebhooksStore is the part of the store that Webhooks uses.
type WebhooksStore interface {
	store.Webhooks
	GetChange(ctx context.Context, id string) (store.Change, error)
	LatestChange(ctx context.Context) (int64, error)
	EnqueueDeliveries(ctx context.Context, f store.Fence, webhookID string, cursor int64, ds []store.Delivery) error
	GetDelivery(ctx context.Context, id string) (store.Delivery, error)
	ListDeliveries(ctx context.Context, q store.DeliveryQuery) (items []store.Delivery, next string, err error)
	Redeliver(ctx context.Context, id string, at time.Time) error
	CancelDeliveries(ctx context.Context, webhookID string) (cancelled int, err error)
}

// WebhookEndpoints reaches the endpoints of webhooks. notify.Client implements it.
type WebhookEndpoints interface {
	// CheckURL returns an error if a webhook cannot have a URL.
	CheckURL(raw string) error
	// Ping sends a ping to a webhook.
	Ping(ctx context.Context, w store.Webhook) notify.Attempt
}

// endpointsOf returns what sends pings to webhooks.
func endpointsOf(d Dependencies) WebhookEndpoints {
	if d.Endpoints != nil {
		return d.Endpoints
	}
	client, _ := notify.NewClient(notify.ClientOptions{}) // without a CA file, there is no error
	return client
}

// secretOverlap is the time for which the previous secret signs too after a rotation.
const secretOverlap = 24 * time.Hour

// NewWebhook describes a webhook to create.
type NewWebhook struct {
	Name, URL string
	// Secret signs the deliveries. If it is empty, a random one is created.
	Secret string
	// Filter has the names of companies.
	Filter store.WebhookFilter
}

// List returns one page of the webhooks, newest first. Their filters have the names of companies.
func (s *Webhooks) List(ctx context.Context, caller Caller, opts store.ListOptions) ([]store.Webhook, string, error) {
	if err := caller.Authorize(store.ScopeAdmin); err != nil {
		return nil, "", err
	}
	items, next, err := s.Store.ListWebhooks(ctx, opts)
	for i := range items {
		items[i] = shownWebhook(items[i])
	}
	return items, next, err
}

// Get returns a webhook. Its filter has the names of companies.
func (s *Webhooks) Get(ctx context.Context, caller Caller, id string) (store.Webhook, error) {
	if err := caller.Authorize(store.ScopeAdmin); err != nil {
		return store.Webhook{}, err
	}
	w, err := s.get(ctx, id)
	return shownWebhook(w), err
}

func (s *Webhooks) get(ctx context.Context, id string) (store.Webhook, error) {
	w, err := s.Store.GetWebhook(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return w, problem.New(problem.NotFound, "there is no webhook %.40q", id)
	}
	if err != nil {
		return w, fmt.Errorf("read webhook %s: %w", id, err)
	}
	return w, nil
}

// Create creates a webhook whose endpoint accepts a ping, and returns it with its secret. The
// webhook receives the changes from now on. The secret is not shown again.
func (s *Webhooks) Create(ctx context.Context, caller Caller, in NewWebhook) (w store.Webhook, secret string, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: "webhook.create", Scope: store.ScopeAdmin, TargetKind: "webhook"}, func(ctx context.Context, r *Recorded) error {
		w, secret, err = s.create(ctx, caller, in)
		if err == nil {
			r.TargetName, r.After = w.ID, webhookState(w)
		}
		return err
	})
	return shownWebhook(w), secret, err
}

func (s *Webhooks) create(ctx context.Context, caller Caller, in NewWebhook) (w store.Webhook, secret string, err error) {
	if err := s.Endpoints.CheckURL(in.URL); err != nil {
		return w, "", problem.OfField("body.url", "%s", err)
	}
	key := notify.NewSecret()
	if in.Secret != "" {
		if err := notify.CheckSecret(in.Secret); err != nil {
			return w, "", problem.OfField("body.secret", "%s", err)
		}
		key = store.NewSecret(in.Secret)
	}
	if existing, _, err := s.Store.ListWebhooks(ctx, store.ListOptions{Limit: notify.MaxWebhooks}); err != nil || len(existing) >= notify.MaxWebhooks {
		if err != nil {
			return w, "", fmt.Errorf("count the webhooks: %w", err)
		}
		return w, "", problem.New(problem.Conflict, "there are %d webhooks, which is the maximum; delete one", notify.MaxWebhooks)
	}
	filter, err := s.storedFilter(in.Filter)
	if err != nil {
		return w, "", err
	}
	now := s.Guard.Now()
	w, err = store.Webhook{
		ID: uuid.NewString(), Name: in.Name, URL: in.URL, Secrets: []store.Secret{key}, Filter: filter,
		State: store.WebhookActive, CreatedAt: now, CreatedBy: caller.Actor, UpdatedAt: now,
	}.Checked()
	if err != nil {
		return w, "", problem.Wrap(err, problem.InvalidValue, "the name, the URL or the filter of the webhook is invalid")
	}
	if err := s.ping(ctx, w); err != nil {
		return w, "", err
	}
	if w.Cursor, err = s.Store.LatestChange(ctx); err != nil {
		return w, "", fmt.Errorf("read the latest change: %w", err)
	}
	if w, err = s.Store.CreateWebhook(ctx, w); err != nil {
		return w, "", fmt.Errorf("create a webhook: %w", err)
	}
	s.Guard.Log.Info("webhook created", "webhookID", w.ID, "host", notify.Host(w.URL))
	return w, key.Reveal(), nil
}

// ping returns a PingFailed problem if the endpoint of a webhook does not accept a ping.
func (s *Webhooks) ping(ctx context.Context, w store.Webhook) error {
	if a := s.Endpoints.Ping(ctx, w); !a.Delivered {
		return problem.New(problem.PingFailed, "the endpoint did not accept the ping: %s", a.Error)
	}
	return nil
}

// Delete deletes a webhook with its deliveries.
func (s *Webhooks) Delete(ctx context.Context, caller Caller, id string, check func(store.Webhook) error) error {
	return s.Guard.Change(ctx, caller, Action{Name: "webhook.delete", Scope: store.ScopeAdmin, TargetKind: "webhook", TargetName: id}, func(ctx context.Context, r *Recorded) error {
		w, err := s.get(ctx, id)
		if err != nil {
			return err
		}
		if err := check(w); err != nil {
			return err
		}
		r.Before = webhookState(w)
		if err := s.Store.DeleteWebhook(ctx, id); err != nil {
			return fmt.Errorf("delete webhook %s: %w", id, err)
		}
		s.Guard.Log.Info("webhook deleted", "webhookID", id, "host", notify.Host(w.URL))
		return nil
	})
}

// Test sends a ping to the endpoint of a webhook, in any state, and returns its outcome.
func (s *Webhooks) Test(ctx context.Context, caller Caller, id string) (a notify.Attempt, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: "webhook.test", Scope: store.ScopeAdmin, TargetKind: "webhook", TargetName: id}, func(ctx context.Context, r *Recorded) error {
		w, err := s.get(ctx, id)
		if err != nil {
			return err
		}
		a = s.Endpoints.Ping(ctx, w)
		r.After = map[string]any{"delivered": a.Delivered, "status": a.Status}
		return nil
	})
	return a, err
}

// Rotate gives a webhook a new secret and returns it once. The previous secret signs too for
// 24 hours; a secret before that one does not sign any more.
func (s *Webhooks) Rotate(ctx context.Context, caller Caller, id string) (w store.Webhook, secret string, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: "webhook.rotate", Scope: store.ScopeAdmin, TargetKind: "webhook", TargetName: id}, func(ctx context.Context, r *Recorded) error {
		old, err := s.get(ctx, id)
		if err != nil {
			return err
		}
		key, now := notify.NewSecret(), s.Guard.Now()
		w = old
		w.Secrets, w.PreviousSecretUntil, w.UpdatedAt = []store.Secret{key, old.Secrets[0]}, now.Add(secretOverlap), now
		if w, err = s.Store.UpdateWebhook(ctx, w); errors.Is(err, store.ErrConflict) {
			return problem.Wrap(err, problem.Conflict, "the webhook was changed at the same time")
		}
		if err != nil {
			return updateProblem(err, id)
		}
		secret = key.Reveal()
		r.Before, r.After = webhookState(old), webhookState(w)
		return nil
	})
	return shownWebhook(w), secret, err
}

// webhookState is a webhook in the audit log: without its secrets, and with the host of its URL.
func webhookState(w store.Webhook) any {
	w.URL = notify.Host(w.URL)
	return struct {
		ID          string              `json:"id"`
		Revision    int64               `json:"revision"`
		Name        string              `json:"name"`
		Host        string              `json:"host"`
		Filter      store.WebhookFilter `json:"filter"`
		State       store.WebhookState  `json:"state"`
		StateReason string              `json:"stateReason,omitempty"`
	}{w.ID, w.Revision, w.Name, w.URL, w.Filter, w.State, w.StateReason}
}

// storedFilter returns a filter with the store keys of the companies, or a problem if a name
// cannot be that of a company. The companies need not exist yet.
func (s *Webhooks) storedFilter(f store.WebhookFilter) (store.WebhookFilter, error) {
	f.Companies = slices.Clone(f.Companies)
	for i, name := range f.Companies {
		if len(validation.IsDNS1123Subdomain(name)) > 0 {
			return f, problem.OfField(fmt.Sprintf("body.filter.companies[%d]", i), "is not the name of a company: lower-case letters, digits, '-' and '.'")
		}
		f.Companies[i] = v1alpha1.StoreKey(s.Resources.Namespace, name)
	}
	return f, nil
}

// shownWebhook returns a webhook whose filter has the names of the companies.
func shownWebhook(w store.Webhook) store.Webhook {
	w.Filter.Companies = slices.Clone(w.Filter.Companies)
	for i, key := range w.Filter.Companies {
		w.Filter.Companies[i] = notify.CompanyName(key)
	}
	return w
}
