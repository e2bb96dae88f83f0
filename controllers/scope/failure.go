package scope

import (
	"context"
	"errors"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
)

// MaxMessage is the maximum length of a message in a status, in bytes.
const MaxMessage = 1024

// Truncate shortens a message to MaxMessage bytes without splitting a rune.
func Truncate(s string) string {
	if len(s) <= MaxMessage {
		return s
	}
	return strings.ToValidUTF8(s[:MaxMessage-len("…")], "") + "…"
}

// ReportError sets the conditions of an object whose reconcile fails with err and is retried.
// If the status already reports the error, ReportError changes nothing, so that the retries
// write the same error once. It does not report a conflict, which is part of normal operation,
// and it does not change a final status.
func (s *Scope) ReportError(err error) {
	if apierrors.IsConflict(err) || errors.Is(err, context.Canceled) || s.isFinal() {
		return
	}
	reason, message := errorReason(err), Truncate(s.redact(err.Error()))
	if ready := meta.FindStatusCondition(*s.conditions, v1alpha1.ConditionReady); ready != nil && ready.Reason == reason &&
		ready.ObservedGeneration == s.object.GetGeneration() && withoutNumbers(ready.Message) == withoutNumbers(message) {
		return
	}
	s.skipStatus = false // an object that is being deleted has a status as long as its deletion fails
	s.DeleteConditions(v1alpha1.ConditionStalled)
	s.SetCondition(v1alpha1.ConditionReady, metav1.ConditionUnknown, reason, message)
	s.SetCondition(v1alpha1.ConditionReconciling, metav1.ConditionTrue, reason, message)
}

// storeError is an error of the store, in contrast to one of the API server.
type storeError struct{ error }

// Unwrap returns the error itself.
func (e storeError) Unwrap() error { return e.error }

// StoreError marks the error of a call that reads or writes the store, so that the status says
// so. It returns errors of the API server, and nil, unchanged.
func StoreError(err error) error {
	if status := apierrors.APIStatus(nil); err == nil || errors.As(err, &status) {
		return err
	}
	return storeError{err}
}

// errorReason returns the reason that an error has in the status.
func errorReason(err error) string {
	if errors.As(err, &storeError{}) {
		return v1alpha1.ReasonStoreError
	}
	return v1alpha1.ReasonReconcileError
}

// ReportsError reports whether a condition was set by ReportError.
func ReportsError(c *metav1.Condition) bool {
	return c != nil && (c.Reason == v1alpha1.ReasonReconcileError || c.Reason == v1alpha1.ReasonStoreError)
}

// clearError replaces a reported error in the status of an object that is being deleted, once
// its reconcile succeeds. The stages of other objects set their conditions themselves.
func (s *Scope) clearError() {
	ready := meta.FindStatusCondition(*s.conditions, v1alpha1.ConditionReady)
	if !ReportsError(ready) || s.object.GetDeletionTimestamp() == nil || len(s.object.GetFinalizers()) == 0 {
		return
	}
	s.skipStatus = false
	s.SetReconciling(v1alpha1.ReasonDeleting, "The object is being deleted.")
}

// isFinal reports whether the object has a final status.
func (s *Scope) isFinal() bool {
	return meta.IsStatusConditionTrue(*s.conditions, v1alpha1.ConditionComplete) || meta.IsStatusConditionTrue(*s.conditions, v1alpha1.ConditionFailed)
}

// userinfo matches the credentials of a URL.
var userinfo = regexp.MustCompile(`://[^/\s@]+@`)

// redact removes secrets from the text of an error.
func (s *Scope) redact(text string) string {
	if s.config.Redact != nil {
		text = s.config.Redact(text)
	}
	return userinfo.ReplaceAllString(text, "://")
}

// withoutNumbers returns a message without its digits. Errors of the same cause often differ in
// a port or a duration.
func withoutNumbers(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
}
