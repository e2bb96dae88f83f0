package store

import (
	"context"
	"encoding/json"
	"time"
)

// AuditOutcome is how an audited action ended.
type AuditOutcome string

// The outcomes of audited actions.
const (
	AuditSucceeded AuditOutcome = "Succeeded"
	AuditDenied    AuditOutcome = "Denied" // the actor was not allowed to do it
	AuditFailed    AuditOutcome = "Failed"
)

// AuditEntry records an action that changed something, or was to change it.
type AuditEntry struct {
	// ID is chosen by the caller. An entry with an ID that exists is not stored again.
	ID         string    `json:"id"`
	At         time.Time `json:"at"`
	Actor      string    `json:"actor"`  // a user or the ID of an API key
	Action     string    `json:"action"` // such as "webhook.create"
	TargetKind string    `json:"targetKind"`
	TargetName string    `json:"targetName"`
	RequestID  string    `json:"requestID"`
	IPAddress  string    `json:"ipAddress"`
	// Before and After are the states of the target as JSON, at most 16384 bytes each, or nil.
	// They must not contain secrets. A store may change their formatting.
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
	Outcome AuditOutcome    `json:"outcome"`
}

// Checked returns e as it is stored, or an error that wraps ErrInvalid.
func (e AuditEntry) Checked() (AuditEntry, error) {
	b := bounds{what: "audit entry"}
	b.required("id", e.ID, maxID)
	b.after("at", e.At, time.Time{})
	b.required("actor", e.Actor, maxID)
	b.required("action", e.Action, maxID)
	b.text("targetKind", e.TargetKind, maxID)
	b.text("targetName", e.TargetName, maxLine)
	b.text("requestID", e.RequestID, maxID)
	b.text("ipAddress", e.IPAddress, maxID)
	oneOf(&b, "outcome", e.Outcome, AuditSucceeded, AuditDenied, AuditFailed)
	for field, state := range map[string]json.RawMessage{"before": e.Before, "after": e.After} {
		b.text(field, string(state), maxAuditState)
		if len(state) > 0 && !json.Valid(state) {
			b.fail("%s is not JSON", field)
		}
	}
	e.At = StoredTime(e.At)
	return e, b.err
}

// AuditQuery selects audit entries. An empty value selects all values of its field.
type AuditQuery struct {
	Actor, Action          string
	TargetKind, TargetName string
	// Since selects entries at or after it, if it is set.
	Since time.Time
	ListOptions
}

// Check returns an error that wraps ErrInvalid if q exceeds a bound. A TargetName requires a
// TargetKind.
func (q AuditQuery) Check() error {
	b := bounds{what: "list audit entries"}
	b.text("actor", q.Actor, maxID)
	b.text("action", q.Action, maxID)
	b.text("targetKind", q.TargetKind, maxID)
	b.text("targetName", q.TargetName, maxLine)
	if q.TargetName != "" && q.TargetKind == "" {
		b.fail("targetKind is empty, but targetName is not")
	}
	return b.err
}

// Audit is the append-only log of actions.
type Audit interface {
	// AppendAudit appends an entry.
	AppendAudit(ctx context.Context, e AuditEntry) error
	// ListAudit returns one page of the entries that q selects, newest first.
	ListAudit(ctx context.Context, q AuditQuery) (items []AuditEntry, next string, err error)
	// ExpireAudit deletes entries from before a time, the oldest first, at most MaxExpired, and
	// returns their number.
	ExpireAudit(ctx context.Context, before time.Time) (deleted int, err error)
}
