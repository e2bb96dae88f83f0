package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// pingTimeout limits the routes that wait for an endpoint, which has 15 s to respond.
const pingTimeout = 25 * time.Second

// WebhookFilter selects the changes that a webhook receives.
type WebhookFilter struct {
	Companies []string `json:"companies,omitempty" maxItems:"100" minLength:"1" maxLength:"253" doc:"Names of companies. Empty: all."`
	Types     []string `json:"types,omitempty" maxItems:"100" minLength:"1" maxLength:"100" doc:"Types of documents. Empty: all."`
	Kinds     []string `json:"kinds,omitempty" maxItems:"20" enum:"Created,Changed,Moved,Removed,Restored,Broken,Recovered,Flapping,EffectiveSoon" doc:"Kinds of change. Empty: all."`
	Labels    []string `json:"labels,omitempty" maxItems:"100" minLength:"1" maxLength:"100" doc:"Changes that have at least one of the labels. Empty: all."`
}

// Webhook is an endpoint that receives changes, without its secrets.
type Webhook struct {
	ID       string        `json:"id"`
	Revision int64         `json:"revision" doc:"Counts the changes of the configuration. The ETag is derived from it."`
	Name     string        `json:"name"`
	URL      string        `json:"url"`
	Filter   WebhookFilter `json:"filter"`
	State    string        `json:"state" enum:"Pending,Active,Paused,Disabled" doc:"Disabled: the program gave up; stateReason says why."`
	Reason   string        `json:"stateReason,omitempty"`
	// PreviousSecretUntil is set during a rotation.
	PreviousSecretUntil *timestamp.Time `json:"previousSecretUntil,omitempty" doc:"The time until which the previous secret signs too."`
	CreatedAt           timestamp.Time  `json:"createdAt"`
	CreatedBy           string          `json:"createdBy"`
	UpdatedAt           timestamp.Time  `json:"updatedAt"`
	LastDeliveredAt     *timestamp.Time `json:"lastDeliveredAt,omitempty" doc:"The last delivery that succeeded."`
	FailingSince        *timestamp.Time `json:"failingSince,omitempty" doc:"The first failed attempt since the last success."`
}

// WebhookWithSecret is a webhook with its new secret, which is shown once.
type WebhookWithSecret struct {
	Webhook
	Secret string `json:"secret" doc:"Verifies the signatures. It is shown once."`
}

// WebhookInput describes a webhook to create.
type WebhookInput struct {
	Name   string        `json:"name" minLength:"1" maxLength:"200" example:"frontend"`
	URL    string        `json:"url" minLength:"8" maxLength:"2048" doc:"An https URL at a public IP address, without user name and password. Its endpoint must accept a ping." example:"https://www.example.com/api/clausea"`
	Filter WebhookFilter `json:"filter,omitempty"`
	Secret string        `json:"secret,omitempty" maxLength:"100" doc:"whsec_ and 24 to 64 random bytes in base64, for an endpoint that verifies the first ping. Absent: the server creates one."`
}

// WebhookPatch changes a webhook. Absent members remain as they are.
type WebhookPatch struct {
	Name   *string        `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Filter *WebhookFilter `json:"filter,omitempty" doc:"Replaces the whole filter."`
	State  *string        `json:"state,omitempty" enum:"Active,Paused" doc:"Paused cancels the pending deliveries. Active needs an accepted ping, and skips the changes until now."`
}

// WebhookPath has the path parameter of the routes of a webhook.
type WebhookPath struct {
	ID string `path:"id" minLength:"1" maxLength:"64" pattern:"^[0-9A-Za-z-]+$" doc:"The ID of a webhook."`
}

type webhookOutput struct {
	ETag         string `header:"ETag" doc:"Identifies the configuration, for If-Match."`
	CacheControl string `header:"Cache-Control"`
	Body         Webhook
}

type webhookSecretOutput struct {
	Location     string `header:"Location"`
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         WebhookWithSecret
}

type webhookUpdateInput struct {
	WebhookPath
	IfMatch string `header:"If-Match" maxLength:"1024" doc:"The ETag of the webhook."`
	Body    WebhookPatch
}

type webhookDeleteInput struct {
	WebhookPath
	IfMatch string `header:"If-Match" maxLength:"1024" doc:"The ETag of the webhook, to delete it only if it did not change. Optional."`
}

// registerWebhooks registers the routes of webhooks and their deliveries.
func registerWebhooks(s *Server, webhooks *service.Webhooks) {
	registerWebhookReads(s, webhooks)
	registerWebhookWrites(s, webhooks)
	registerWebhookSecrets(s, webhooks)
	registerWebhookDeliveries(s, webhooks)
}

func registerWebhookReads(s *Server, webhooks *service.Webhooks) {
	register(s, Operation{
		ID: "listWebhooks", Method: http.MethodGet, Path: "/v1/webhooks", Tag: "webhooks", Scope: store.ScopeAdmin,
		Summary: "List the webhooks", Description: "Newest first. The URL of a webhook can be a credential, so this needs the scope admin.",
	}, func(ctx context.Context, caller service.Caller, in *Page) (*listOutput[Webhook], error) {
		opts, err := in.options()
		if err != nil {
			return nil, err
		}
		items, next, err := webhooks.List(ctx, caller, opts)
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, webhookOfRecord), nil
	})
	register(s, Operation{
		ID: "getWebhook", Method: http.MethodGet, Path: "/v1/webhooks/{id}", Tag: "webhooks", Scope: store.ScopeAdmin,
		Summary: "Read a webhook", Description: "The secret is not shown.", Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *WebhookPath) (*webhookOutput, error) {
		w, err := webhooks.Get(ctx, caller, in.ID)
		if err != nil {
			return nil, err
		}
		return newWebhookOutput(w), nil
	})
}

func registerWebhookWrites(s *Server, webhooks *service.Webhooks) {
	register(s, Operation{
		ID: "createWebhook", Method: http.MethodPost, Path: "/v1/webhooks", Tag: "webhooks", Scope: store.ScopeAdmin, Status: http.StatusCreated, Idempotent: true,
		Timeout: pingTimeout, Summary: "Create a webhook",
		Description: "Sends a ping to the URL, which must answer with a status from 200 to 299; otherwise nothing is created. The response contains the secret, which is shown once. The webhook receives the changes from now on.",
		Problems:    []problem.Code{problem.PingFailed, problem.Conflict},
	}, func(ctx context.Context, caller service.Caller, in *struct{ Body WebhookInput }) (*webhookSecretOutput, error) {
		b := in.Body
		w, secret, err := webhooks.Create(ctx, caller, service.NewWebhook{Name: b.Name, URL: b.URL, Secret: b.Secret, Filter: b.Filter.toStore()})
		if err != nil {
			return nil, err
		}
		return newWebhookSecret(w, secret), nil
	})
	register(s, Operation{
		ID: "updateWebhook", Method: http.MethodPatch, Path: "/v1/webhooks/{id}", Tag: "webhooks", Scope: store.ScopeAdmin, Timeout: pingTimeout,
		Summary: "Change, pause or resume a webhook", Description: "Needs If-Match with the ETag of the webhook. The URL cannot be changed: create another webhook.",
		Problems: []problem.Code{problem.NotFound, problem.PreconditionFailed, problem.PreconditionRequired, problem.PingFailed},
	}, func(ctx context.Context, caller service.Caller, in *webhookUpdateInput) (*webhookOutput, error) {
		w, err := webhooks.Update(ctx, caller, in.ID, func(w store.Webhook) error {
			return checkIfMatch(in.IfMatch, webhookETag(w))
		}, in.Body.toService())
		if err != nil {
			return nil, err
		}
		return newWebhookOutput(w), nil
	})
	register(s, Operation{
		ID: "deleteWebhook", Method: http.MethodDelete, Path: "/v1/webhooks/{id}", Tag: "webhooks", Scope: store.ScopeAdmin, Status: http.StatusNoContent,
		Summary: "Delete a webhook", Description: "Deletes its deliveries too. Pending ones are not sent.",
		Problems: []problem.Code{problem.NotFound, problem.PreconditionFailed},
	}, func(ctx context.Context, caller service.Caller, in *webhookDeleteInput) (*struct{}, error) {
		return nil, webhooks.Delete(ctx, caller, in.ID, func(w store.Webhook) error {
			if in.IfMatch == "" {
				return nil
			}
			return checkIfMatch(in.IfMatch, webhookETag(w))
		})
	})
}

func (f WebhookFilter) toStore() store.WebhookFilter {
	return store.WebhookFilter{Companies: f.Companies, Types: f.Types, Kinds: convertAll[store.ChangeKind](f.Kinds), Labels: f.Labels}
}

func (p WebhookPatch) toService() service.WebhookChange {
	c := service.WebhookChange{Name: p.Name}
	if p.Filter != nil {
		f := p.Filter.toStore()
		c.Filter = &f
	}
	if p.State != nil {
		state := store.WebhookState(*p.State)
		c.State = &state
	}
	return c
}

// webhookETag identifies the configuration of a webhook. Deliveries do not change it.
func webhookETag(w store.Webhook) string {
	return strongETag("webhook", w.ID, strconv.FormatInt(w.Revision, 10))
}

func newWebhookOutput(w store.Webhook) *webhookOutput {
	return &webhookOutput{ETag: webhookETag(w), CacheControl: "no-store", Body: webhookOfRecord(w)}
}

func newWebhookSecret(w store.Webhook, secret string) *webhookSecretOutput {
	return &webhookSecretOutput{
		Location: "/v1/webhooks/" + w.ID, ETag: webhookETag(w), CacheControl: "no-store", Body: WebhookWithSecret{webhookOfRecord(w), secret},
	}
}

func webhookOfRecord(w store.Webhook) Webhook {
	return Webhook{
		ID: w.ID, Revision: w.Revision, Name: w.Name, URL: w.URL, State: string(w.State), Reason: w.StateReason,
		Filter: WebhookFilter{
			Companies: convertAll[string](w.Filter.Companies), Types: convertAll[string](w.Filter.Types),
			Kinds: convertAll[string](w.Filter.Kinds), Labels: convertAll[string](w.Filter.Labels),
		},
		PreviousSecretUntil: timestamp.Optional(w.PreviousSecretUntil), CreatedAt: timestamp.Of(w.CreatedAt), CreatedBy: w.CreatedBy, UpdatedAt: timestamp.Of(w.UpdatedAt),
		LastDeliveredAt: timestamp.Optional(w.LastDelivered), FailingSince: timestamp.Optional(w.FailingSince),
	}
}
