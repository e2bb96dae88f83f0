package store

import (
	"context"
	"time"
)

// WebhookState is the state of a webhook.
type WebhookState string

// The states of a webhook.
const (
	WebhookPending  WebhookState = "Pending"  // its endpoint has not answered a ping yet
	WebhookActive   WebhookState = "Active"   // it receives changes
	WebhookPaused   WebhookState = "Paused"   // a person paused it
	WebhookDisabled WebhookState = "Disabled" // the program disabled it; StateReason says why
)

// MaxWebhookSecrets is the maximum number of secrets of a webhook: the current one, and the
// previous one during a rotation.
const MaxWebhookSecrets = 2

// WebhookFilter selects the changes that a webhook receives. An empty list selects all values
// of its field. A list has at most 200 values.
type WebhookFilter struct {
	Companies []string     `json:"companies"`
	Types     []string     `json:"types"`
	Kinds     []ChangeKind `json:"kinds"`
	// Labels selects changes that have at least one of the labels.
	Labels []string `json:"labels"`
}

// Webhook is an endpoint that receives changes.
type Webhook struct {
	ID string `json:"id"`
	// Revision counts the writes of CreateWebhook and UpdateWebhook.
	Revision int64  `json:"revision"`
	Name     string `json:"name"`
	URL      string `json:"url"`
	// Secrets sign the deliveries: the current secret, and during a rotation the previous one.
	// The store holds them as plain text, because signing needs them. They must never be
	// logged, and JSON does not contain them.
	Secrets []Secret `json:"-"`
	// PreviousSecretUntil is the time until which the previous secret signs too. It is zero if
	// there is one secret.
	PreviousSecretUntil time.Time     `json:"previousSecretUntil"`
	Filter              WebhookFilter `json:"filter"`
	State               WebhookState  `json:"state"`
	StateReason         string        `json:"stateReason"`
	CreatedAt           time.Time     `json:"createdAt"`
	CreatedBy           string        `json:"createdBy"`
	UpdatedAt           time.Time     `json:"updatedAt"`
	// WebhookProgress is maintained by EnqueueDeliveries and FinishDelivery, which do not change
	// Revision.
	WebhookProgress `json:",inline"`
}

// WebhookProgress is what a webhook has received.
type WebhookProgress struct {
	// Cursor is the Sequence of the last change that was considered for the webhook.
	Cursor int64 `json:"cursor"`
	// LastDelivered is the time of the last delivery that succeeded.
	LastDelivered time.Time `json:"lastDelivered"`
	// FailingSince is the time of the first failed attempt since LastDelivered, or zero.
	FailingSince time.Time `json:"failingSince"`
}

// Record updates the progress with the result of an attempt.
func (p *WebhookProgress) Record(r DeliveryResult) {
	switch r.State {
	case DeliveryDelivered:
		if r.At.After(p.LastDelivered) {
			p.LastDelivered = r.At
		}
		p.FailingSince = time.Time{}
	case DeliveryPending, DeliveryFailed:
		if p.FailingSince.IsZero() {
			p.FailingSince = r.At
		}
	}
}

// Checked returns w as it is stored, or an error that wraps ErrInvalid. The error does not
// contain the URL, which can be a credential.
func (w Webhook) Checked() (Webhook, error) {
	b := bounds{what: "webhook"}
	b.required("id", w.ID, maxID)
	b.text("name", w.Name, maxLine)
	b.required("url", w.URL, maxURL)
	if len(w.Secrets) == 0 || len(w.Secrets) > MaxWebhookSecrets {
		b.fail("secrets has %d values, 1 to %d are allowed", len(w.Secrets), MaxWebhookSecrets)
	}
	for _, s := range w.Secrets {
		b.required("secrets", s.Reveal(), maxID)
	}
	b.filter("filter.companies", w.Filter.Companies)
	b.filter("filter.types", w.Filter.Types)
	b.filter("filter.labels", w.Filter.Labels)
	anyOf(&b, "filter.kinds", w.Filter.Kinds, ChangeCreated, ChangeChanged, ChangeMoved, ChangeRemoved, ChangeRestored,
		ChangeBroken, ChangeRecovered, ChangeFlapping, ChangeEffectiveSoon)
	oneOf(&b, "state", w.State, WebhookPending, WebhookActive, WebhookPaused, WebhookDisabled)
	b.text("stateReason", w.StateReason, maxLine)
	b.after("createdAt", w.CreatedAt, time.Time{})
	b.text("createdBy", w.CreatedBy, maxID)
	w.PreviousSecretUntil, w.CreatedAt, w.UpdatedAt = StoredTime(w.PreviousSecretUntil), StoredTime(w.CreatedAt), StoredTime(w.UpdatedAt)
	w.LastDelivered, w.FailingSince = StoredTime(w.LastDelivered), StoredTime(w.FailingSince)
	w.Filter = WebhookFilter{list(w.Filter.Companies), list(w.Filter.Types), list(w.Filter.Kinds), list(w.Filter.Labels)}
	w.Secrets = list(w.Secrets)
	return w, b.err
}

// Webhooks stores webhooks.
type Webhooks interface {
	// CreateWebhook stores w with its Cursor and returns it with the revision 1, or ErrExists
	// if there is a webhook with its ID.
	CreateWebhook(ctx context.Context, w Webhook) (Webhook, error)
	// GetWebhook returns a webhook, or ErrNotFound.
	GetWebhook(ctx context.Context, id string) (Webhook, error)
	// ListWebhooks returns one page of the webhooks, newest first.
	ListWebhooks(ctx context.Context, opts ListOptions) (items []Webhook, next string, err error)
	// UpdateWebhook replaces a webhook except for its CreatedAt and its progress if w.Revision
	// is the stored revision, and returns it with its new revision. If not, it returns
	// ErrConflict, or ErrNotFound if the webhook does not exist. An update that makes a webhook
	// Active clears FailingSince.
	UpdateWebhook(ctx context.Context, w Webhook) (Webhook, error)
	// DeleteWebhook deletes a webhook and its deliveries. It is not an error if there is none.
	// An interrupted call can be repeated.
	DeleteWebhook(ctx context.Context, id string) error
}
