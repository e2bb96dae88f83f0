package service

import (
	"context"
	"encoding/json"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/uuid"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Auditor appends to the audit log. store.Audit implements it.
type Auditor interface {
	AppendAudit(ctx context.Context, e store.AuditEntry) error
}

// Guard authorizes use cases that change something, and records them.
type Guard struct {
	Audit Auditor
	Log   logr.Logger
	// Now returns the time. It is time.Now, unless a test replaces it.
	Now func() time.Time
}

// NewGuard returns a Guard that uses the time of the system.
func NewGuard(audit Auditor, log logr.Logger) Guard {
	return Guard{Audit: audit, Log: log, Now: time.Now}
}

// Action is a change that a caller asks for.
type Action struct {
	// Name is the kind of target and a verb, such as "webhook.create".
	Name                   string
	Scope                  store.APIScope
	TargetKind, TargetName string
}

// Recorded is what the audit log receives about a change.
type Recorded struct {
	// TargetName replaces that of the Action, if the change determines the name.
	TargetName string
	// Before and After are the states of the target. They are encoded as JSON, and must not
	// contain secrets. A state that the audit log has no room for is left out.
	Before, After any
}

// auditTimeout limits the write of an audit entry. It continues if the caller disconnects.
const auditTimeout = 5 * time.Second

// Change authorizes the caller, does the work and records its outcome. The work sets what it
// changed in the Recorded that it receives.
func (g Guard) Change(ctx context.Context, caller Caller, a Action, work func(ctx context.Context, r *Recorded) error) error {
	r := &Recorded{TargetName: a.TargetName}
	err := caller.Authorize(a.Scope)
	outcome := store.AuditDenied
	if err == nil {
		outcome = store.AuditSucceeded
		if err = work(ctx, r); err != nil {
			outcome = store.AuditFailed
		}
		if problem.IsCode(err, problem.Forbidden) {
			outcome = store.AuditDenied
		}
	}
	g.record(ctx, caller, a, r, outcome)
	return err
}

// record appends the entry of an action. The action has happened, so a failure is logged.
func (g Guard) record(ctx context.Context, caller Caller, a Action, r *Recorded, outcome store.AuditOutcome) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), auditTimeout)
	defer cancel()
	// The IDs increase with time (RFC 9562, 5.7), so that entries of one millisecond remain in order.
	id, err := uuid.NewV7()
	if err == nil {
		err = g.Audit.AppendAudit(ctx, store.AuditEntry{
			ID: id.String(), At: g.Now(), Actor: caller.Actor, Action: a.Name, TargetKind: a.TargetKind, TargetName: r.TargetName,
			RequestID: caller.RequestID, IPAddress: caller.IPAddress, Before: auditState(r.Before), After: auditState(r.After), Outcome: outcome,
		})
	}
	if err != nil {
		g.Log.Error(err, "failed to record an action", "action", a.Name, "actor", caller.Actor, "target", r.TargetName, "requestID", caller.RequestID)
	}
}

// maxAuditState is the maximum size of a state in the audit log, in bytes.
const maxAuditState = 16384

// auditState returns a state as JSON, or nil if there is none or it is too large.
func auditState(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil || len(b) > maxAuditState {
		return nil
	}
	return b
}
