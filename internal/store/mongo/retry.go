package mongo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/clausea/crawler/internal/store"
)

// retry runs do, which must be idempotent, until its outcome is known. Timeouts, lost
// connections, elections and writes without a confirmed majority (code 64) are retried
// within operationTimeout.
func (s *database) retry(ctx context.Context, what string, do func(context.Context) error) error {
	return retryWithin(ctx, attemptTimeout, operationTimeout, what, do)
}

// retryWithin is retry with other timeouts for one attempt and for the whole operation.
func retryWithin(ctx context.Context, attempt, operation time.Duration, what string, do func(context.Context) error) error {
	all, cancel := context.WithTimeout(ctx, operation)
	defer cancel()
	wait := 20 * time.Millisecond
	for {
		one, cancel := context.WithTimeout(all, attempt)
		err := do(one)
		cancel()
		if err == nil {
			return nil
		}
		if !isRetryable(err) || all.Err() != nil {
			return fmt.Errorf("%s: %w", what, storeError(err))
		}
		// Jitter spreads the retries of the processes that an election interrupted.
		select {
		case <-all.Done():
			return fmt.Errorf("%s: %w", what, storeError(err))
		case <-time.After(wait/2 + rand.N(wait)):
		}
		longest := time.Second
		if isWriteConflict(err) {
			longest = maxConflictWait
		}
		wait = min(2*wait, longest)
	}
}

// maxConflictWait is the maximum wait after a write conflict. It is short, because the conflicting
// transaction ends within milliseconds. With 8 processes that commit at once, the slowest of 320
// commits took 2.3 s with a maximum of 1 s, and 0.9 s with this one.
const maxConflictWait = 50 * time.Millisecond

// isWriteConflict reports whether a transaction failed because of a concurrent one (WriteConflict
// 112).
func isWriteConflict(err error) bool {
	var server mongo.ServerError
	return errors.As(err, &server) && server.HasErrorCode(112)
}

// isRetryable reports whether the outcome of an operation is unknown, or another server may
// execute it.
func isRetryable(err error) bool {
	if mongo.IsTimeout(err) || mongo.IsNetworkError(err) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	var labeled mongo.LabeledError
	if errors.As(err, &labeled) && (labeled.HasErrorLabel("TransientTransactionError") || labeled.HasErrorLabel("UnknownTransactionCommitResult") || labeled.HasErrorLabel("RetryableWriteError")) {
		return true
	}
	var server mongo.ServerError
	if !errors.As(err, &server) {
		// The driver has no error type for a failed server selection during an election.
		return strings.Contains(err.Error(), "server selection error")
	}
	for _, code := range retryableCodes {
		if server.HasErrorCode(code) {
			return true
		}
	}
	return false
}

// retryableCodes lists the server error codes for elections, shutdowns, interruptions, write
// conflicts, unconfirmed majorities, and cursors that a rollback or an election closed
// (CursorNotFound 43, QueryPlanKilled 175, CursorKilled 237). Source: error_codes.yml of
// MongoDB 6.0.
var retryableCodes = []int{6, 7, 43, 64, 89, 91, 112, 175, 189, 237, 262, 9001, 10058, 10107, 11600, 11601, 11602, 13435, 13436}

// storeError translates an error of the driver into an error of package store, if there is
// one for it.
func storeError(err error) error {
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return store.ErrNotFound
	case err != nil && strings.Contains(err.Error(), "AtlasError") && strings.Contains(err.Error(), "space quota"):
		return fmt.Errorf("the database is full (a free Atlas cluster holds 512 MB): %w", err)
	case err != nil && isUnreachable(err):
		_, text := causeOf(err)
		return &unresponsiveError{text: text, err: err}
	}
	return err
}

// redactCredentials returns err without the credentials of uri.
func redactCredentials(err error, uri string) error {
	_, rest, _ := strings.Cut(uri, "://")
	i := strings.LastIndexByte(rest, '@')
	if err == nil || i < 0 {
		return err
	}
	text := err.Error()
	_, password, _ := strings.Cut(rest[:i], ":")
	clean := strings.ReplaceAll(text, rest[:i], "***")
	for _, form := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape, func(s string) (string, error) { return s, nil }} {
		if p, err := form(password); err == nil && p != "" {
			clean = strings.ReplaceAll(clean, p, "***")
		}
	}
	if clean == text {
		return err
	}
	return errors.New(clean) // wrapping the original would expose them
}
