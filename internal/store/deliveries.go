package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// DeliveryState is the state of a delivery.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryPending   DeliveryState = "Pending"   // its next attempt is due at NextAttempt
	DeliveryDelivered DeliveryState = "Delivered" // the endpoint accepted it
	DeliveryFailed    DeliveryState = "Failed"    // all attempts failed
	DeliveryCancelled DeliveryState = "Cancelled" // it is no longer wanted
)

var deliveryStates = []DeliveryState{DeliveryPending, DeliveryDelivered, DeliveryFailed, DeliveryCancelled}

// Bounds of deliveries.
const (
	MaxDeliveryBatch    = 200  // deliveries of one EnqueueDeliveries or ClaimDeliveries call
	MaxDeliveryResponse = 1024 // bytes of DeliveryResult.Response
)

// Delivery is the series of attempts to send one change to one webhook.
type Delivery struct {
	ID         string `json:"id"` // see DeliveryID
	WebhookID  string `json:"webhookID"`
	ChangeID   string `json:"changeID"`
	Sequence   int64  `json:"sequence"` // of the change
	Company    string `json:"company"`
	DocumentID string `json:"documentID"`
	// Attempts counts the claims since the delivery was enqueued or redelivered.
	Attempts    int           `json:"attempts"`
	State       DeliveryState `json:"state"`
	NextAttempt time.Time     `json:"nextAttempt"`
	CreatedAt   time.Time     `json:"createdAt"`
	// LastAttempt is the time at which the last attempt ended, or zero. LastStatus is its HTTP
	// status code, or 0 if there was no response.
	LastAttempt  time.Time `json:"lastAttempt"`
	LastStatus   int       `json:"lastStatus"`
	LastError    string    `json:"lastError"`
	LastResponse string    `json:"lastResponse"`
	DeliveredAt  time.Time `json:"deliveredAt"`
}

// DeliveryID returns the ID of the delivery of a change to a webhook.
func DeliveryID(webhookID, changeID string) string {
	sum := sha256.Sum256([]byte(webhookID + "\n" + changeID))
	return hex.EncodeToString(sum[:16])
}

// CheckedDeliveries returns the deliveries to a webhook as EnqueueDeliveries stores them, or an
// error that wraps ErrInvalid.
func CheckedDeliveries(webhookID string, cursor int64, ds []Delivery) ([]Delivery, error) {
	b := bounds{what: "deliveries to webhook " + webhookID}
	if len(ds) > MaxDeliveryBatch {
		b.fail("there are %d, the maximum is %d", len(ds), MaxDeliveryBatch)
		return nil, b.err
	}
	ds = list(ds)
	for i := range ds {
		d := &ds[i]
		b.required("changeID", d.ChangeID, maxID)
		b.required("company", d.Company, maxID)
		b.required("documentID", d.DocumentID, maxID)
		b.after("createdAt", d.CreatedAt, time.Time{})
		if d.Sequence <= 0 || d.Sequence > cursor {
			b.fail("sequence %d is not between 1 and the new cursor %d", d.Sequence, cursor)
		}
		*d = Delivery{
			ID: DeliveryID(webhookID, d.ChangeID), WebhookID: webhookID, ChangeID: d.ChangeID, Sequence: d.Sequence, Company: d.Company,
			DocumentID: d.DocumentID, State: DeliveryPending, NextAttempt: StoredTime(d.NextAttempt), CreatedAt: StoredTime(d.CreatedAt),
		}
	}
	return ds, b.err
}

// DeliveryClaim selects deliveries to attempt.
type DeliveryClaim struct {
	// WebhookIDs are the webhooks whose deliveries are claimed, at most 200. An empty list
	// selects none.
	WebhookIDs []string
	Now        time.Time
	// Until is the time at which a claimed delivery is due again if FinishDelivery is not called.
	// It must be later than the timeout of an attempt.
	Until time.Time
	// Limit is the maximum number of deliveries, up to MaxDeliveryBatch, which is also the
	// default.
	Limit int
}

// Checked returns c with the effective limit, or an error that wraps ErrInvalid.
func (c DeliveryClaim) Checked() (DeliveryClaim, error) {
	b := bounds{what: "claim deliveries"}
	b.filter("webhookIDs", c.WebhookIDs)
	b.after("until", c.Until, c.Now)
	if c.Limit <= 0 || c.Limit > MaxDeliveryBatch {
		c.Limit = MaxDeliveryBatch
	}
	c.Now, c.Until = StoredTime(c.Now), StoredTime(c.Until)
	return c, b.err
}

// DeliveryResult is the result of an attempt.
type DeliveryResult struct {
	ID string
	// Attempt is the value of Delivery.Attempts that ClaimDeliveries returned.
	Attempt int
	// State is the new state. Pending schedules another attempt at NextAttempt.
	State       DeliveryState
	NextAttempt time.Time
	At          time.Time // when the attempt ended
	Status      int       // HTTP status code, or 0 if there was no response
	Error       string    // at most 4096 bytes
	Response    string    // the beginning of the response body, at most MaxDeliveryResponse bytes
}

// Checked returns r as it is stored, or an error that wraps ErrInvalid.
func (r DeliveryResult) Checked() (DeliveryResult, error) {
	b := bounds{what: "result of a delivery"}
	b.required("id", r.ID, maxID)
	oneOf(&b, "state", r.State, deliveryStates...)
	b.after("at", r.At, time.Time{})
	b.text("error", r.Error, maxText)
	b.text("response", r.Response, MaxDeliveryResponse)
	if r.State == DeliveryPending {
		b.after("nextAttempt", r.NextAttempt, time.Time{})
	}
	r.At, r.NextAttempt = StoredTime(r.At), StoredTime(r.NextAttempt)
	return r, b.err
}

// Apply sets the fields of a delivery to the result of its attempt.
func (r DeliveryResult) Apply(d *Delivery) {
	d.State, d.LastAttempt, d.LastStatus, d.LastError, d.LastResponse = r.State, r.At, r.Status, r.Error, r.Response
	switch r.State {
	case DeliveryPending:
		d.NextAttempt = r.NextAttempt
	case DeliveryDelivered:
		d.DeliveredAt = r.At
	}
}

// IsOf reports whether r is the result that d has, as after a repeated call.
func (r DeliveryResult) IsOf(d Delivery) bool {
	return d.Attempts == r.Attempt && d.State == r.State && d.LastAttempt.Equal(r.At)
}

// DeliveryQuery selects deliveries. An empty value selects all values of its field.
type DeliveryQuery struct {
	WebhookID string
	State     DeliveryState
	ListOptions
}

// Check returns an error that wraps ErrInvalid if q exceeds a bound.
func (q DeliveryQuery) Check() error {
	b := bounds{what: "list deliveries"}
	b.text("webhookID", q.WebhookID, maxID)
	if q.State != "" {
		oneOf(&b, "state", q.State, deliveryStates...)
	}
	return b.err
}

// Deliveries is the outbox of the webhooks. The deliveries of a document to a webhook are
// attempted in the order of their changes: while one is Pending, later ones are not claimed.
// Deleting a company deletes the deliveries of its changes.
type Deliveries interface {
	// EnqueueDeliveries stores deliveries to a webhook as Pending and sets the Cursor of the
	// webhook, in one fenced transaction. It sets the IDs. A delivery whose ID exists is not
	// stored again, and if the Cursor is not smaller than cursor already, nothing is. It
	// returns ErrNotFound if the webhook does not exist.
	EnqueueDeliveries(ctx context.Context, f Fence, webhookID string, cursor int64, ds []Delivery) error
	// ClaimDeliveries returns due deliveries, the longest due first, and counts an attempt of
	// each. They are due again at c.Until. If none is due, it does not check the fence.
	ClaimDeliveries(ctx context.Context, f Fence, c DeliveryClaim) ([]Delivery, error)
	// FinishDelivery stores the result of an attempt, and updates LastDelivered and FailingSince
	// of the webhook. It returns ErrConflict if the delivery is no longer Pending or was
	// claimed again, or ErrNotFound.
	FinishDelivery(ctx context.Context, f Fence, r DeliveryResult) error
	// GetDelivery returns a delivery, or ErrNotFound.
	GetDelivery(ctx context.Context, id string) (Delivery, error)
	// ListDeliveries returns one page of the deliveries that q selects, newest first.
	ListDeliveries(ctx context.Context, q DeliveryQuery) (items []Delivery, next string, err error)
	// Redeliver makes a delivery Pending with its next attempt due at at and no attempts
	// counted, or returns ErrNotFound.
	Redeliver(ctx context.Context, id string, at time.Time) error
	// CancelDeliveries cancels the Pending deliveries to a webhook and returns their number.
	CancelDeliveries(ctx context.Context, webhookID string) (cancelled int, err error)
	// ExpireDeliveries deletes deliveries that are not Pending and were created before a time,
	// at most MaxExpired, and returns their number.
	ExpireDeliveries(ctx context.Context, before time.Time) (deleted int, err error)
}
