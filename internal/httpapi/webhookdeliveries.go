package httpapi

import (
	"context"
	"net/http"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// WebhookTest is the outcome of a ping.
type WebhookTest struct {
	Delivered       bool    `json:"delivered" doc:"Whether the endpoint answered with a status from 200 to 299."`
	Status          int     `json:"status,omitempty" doc:"The HTTP status of the endpoint. Absent: there was no response."`
	DurationSeconds float64 `json:"durationSeconds" doc:"The time until the response."`
	Error           string  `json:"error,omitempty"`
	Response        string  `json:"response,omitempty" doc:"The beginning of the response, if it was no success."`
}

// WebhookDelivery is the series of attempts to send one change to one webhook.
type WebhookDelivery struct {
	ID         string `json:"id"`
	ChangeID   string `json:"changeID" doc:"The ID of the change, which is also the webhook-id of the message."`
	Sequence   int64  `json:"sequence"`
	Company    string `json:"company"`
	DocumentID string `json:"documentID"`
	State      string `json:"state" enum:"Pending,Delivered,Failed,Cancelled"`
	Attempts   int    `json:"attempts"`
	// NextAttempt is set while the delivery is Pending.
	NextAttemptAt *timestamp.Time `json:"nextAttemptAt,omitempty" doc:"When the next attempt is due. An attempt that is being made is repeated then, if it does not end."`
	CreatedAt     timestamp.Time  `json:"createdAt"`
	LastAttemptAt *timestamp.Time `json:"lastAttemptAt,omitempty"`
	LastStatus    int             `json:"lastStatus,omitempty" doc:"The HTTP status of the last attempt. Absent: there was no response."`
	LastError     string          `json:"lastError,omitempty"`
	LastResponse  string          `json:"lastResponse,omitempty" doc:"The beginning of the last response that was no success."`
	DeliveredAt   *timestamp.Time `json:"deliveredAt,omitempty"`
}

type webhookTestOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         WebhookTest
}

type webhookDeliveriesInput struct {
	WebhookPath
	Page
	State string `query:"state" enum:"Pending,Delivered,Failed,Cancelled" doc:"Only deliveries in this state."`
}

type webhookRedeliverInput struct {
	WebhookPath
	DeliveryID string `path:"deliveryID" minLength:"1" maxLength:"64" pattern:"^[0-9a-f]+$" doc:"The ID of a delivery."`
}

type webhookDeliveryOutput struct {
	Body WebhookDelivery
}

func registerWebhookSecrets(s *Server, webhooks *service.Webhooks) {
	register(s, Operation{
		ID: "testWebhook", Method: http.MethodPost, Path: "/v1/webhooks/{id}/test", Tag: "webhooks", Scope: store.ScopeAdmin, Timeout: pingTimeout,
		Summary: "Send a ping to a webhook", Description: "Answers with the outcome, also if the endpoint did not accept the ping. The state of the webhook does not change.",
		Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *WebhookPath) (*webhookTestOutput, error) {
		a, err := webhooks.Test(ctx, caller, in.ID)
		if err != nil {
			return nil, err
		}
		return &webhookTestOutput{CacheControl: "no-store", Body: WebhookTest{
			Delivered: a.Delivered, Status: a.Status, DurationSeconds: a.Took.Seconds(), Error: a.Error, Response: a.Response,
		}}, nil
	})
	register(s, Operation{
		ID: "rotateWebhook", Method: http.MethodPost, Path: "/v1/webhooks/{id}/rotate", Tag: "webhooks", Scope: store.ScopeAdmin, Idempotent: true,
		Summary: "Give a webhook a new secret", Description: "The response contains the new secret, which is shown once. For 24 hours, messages have a signature by the new and one by the previous secret.",
		Problems: []problem.Code{problem.NotFound, problem.Conflict},
	}, func(ctx context.Context, caller service.Caller, in *WebhookPath) (*webhookSecretOutput, error) {
		w, secret, err := webhooks.Rotate(ctx, caller, in.ID)
		if err != nil {
			return nil, err
		}
		return newWebhookSecret(w, secret), nil
	})
}

func registerWebhookDeliveries(s *Server, webhooks *service.Webhooks) {
	register(s, Operation{
		ID: "listWebhookDeliveries", Method: http.MethodGet, Path: "/v1/webhooks/{id}/deliveries", Tag: "webhooks", Scope: store.ScopeAdmin,
		Summary: "List the deliveries to a webhook", Description: "Newest first. Deliveries that ended are kept for 30 days.", Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *webhookDeliveriesInput) (*listOutput[WebhookDelivery], error) {
		opts, err := in.options()
		if err != nil {
			return nil, err
		}
		items, next, err := webhooks.Deliveries(ctx, caller, in.ID, store.DeliveryState(in.State), opts)
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, deliveryOfRecord), nil
	})
	register(s, Operation{
		ID: "redeliver", Method: http.MethodPost, Path: "/v1/webhooks/{id}/deliveries/{deliveryID}/redeliver", Tag: "webhooks", Scope: store.ScopeAdmin,
		Status: http.StatusAccepted, Summary: "Send a delivery again", Description: "The delivery is due at once, with all its attempts. Its message has the same webhook-id as before.",
		Problems: []problem.Code{problem.NotFound, problem.Conflict},
	}, func(ctx context.Context, caller service.Caller, in *webhookRedeliverInput) (*webhookDeliveryOutput, error) {
		d, err := webhooks.Redeliver(ctx, caller, in.ID, in.DeliveryID)
		if err != nil {
			return nil, err
		}
		return &webhookDeliveryOutput{Body: deliveryOfRecord(d)}, nil
	})
}

func deliveryOfRecord(d store.Delivery) WebhookDelivery {
	out := WebhookDelivery{
		ID: d.ID, ChangeID: d.ChangeID, Sequence: d.Sequence, Company: d.Company, DocumentID: d.DocumentID, State: string(d.State), Attempts: d.Attempts,
		CreatedAt: timestamp.Of(d.CreatedAt), LastAttemptAt: timestamp.Optional(d.LastAttempt), LastStatus: d.LastStatus, LastError: d.LastError, LastResponse: d.LastResponse,
		DeliveredAt: timestamp.Optional(d.DeliveredAt),
	}
	if d.State == store.DeliveryPending {
		out.NextAttemptAt = timestamp.Optional(d.NextAttempt)
	}
	return out
}
