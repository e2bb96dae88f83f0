package oidc

import "errors"

// ErrState means that a callback does not belong to a sign-in that this browser began within the
// last minutes.
var ErrState = errors.New("the sign-in was not begun in this browser, or has expired")

// UnavailableError means that the provider does not respond, or not as one.
type UnavailableError struct{ Cause error }

// Error implements error.
func (e *UnavailableError) Error() string { return e.Cause.Error() }

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Cause }

// RefusedError means that the provider refused the sign-in, or that its ID token is not valid.
type RefusedError struct {
	// Code is the error code of the provider, or empty.
	Code  string
	Cause error
}

// Error implements error.
func (e *RefusedError) Error() string { return e.Cause.Error() }

// Unwrap returns the cause.
func (e *RefusedError) Unwrap() error { return e.Cause }

// NoRoleError means that no rule gives the account a role.
type NoRoleError struct{ User string }

// Error implements error.
func (e *NoRoleError) Error() string { return e.User + " has no role" }
