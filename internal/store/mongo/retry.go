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

// retry runs do, which must be idempotent, until it ends with a certain outcome.
// Timeouts, lost connections, elections and writes whose majority is not known
// (code 64) are tried again, within operationTimeout in all.
func (s *Store) retry(ctx context.Context, what string, do func(context.Context) error) error {
	return retryWithin(ctx, attemptTimeout, operationTimeout, what, do)
}

// retryWithin is try with other bounds, of one try and of all.
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
		// Jitter keeps the processes that an election threw out from coming back at once.
		select {
		case <-all.Done():
			return fmt.Errorf("%s: %w", what, storeError(err))
		case <-time.After(wait/2 + rand.N(wait)):
		}
		wait = min(2*wait, time.Second)
	}
}

// isRetryable says that an operation may or may not have been done, or that another
// server will do it.
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
		// Server selection during an election has no type of its own.
		return strings.Contains(err.Error(), "server selection error")
	}
	for _, code := range retryableCodes {
		if server.HasErrorCode(code) {
			return true
		}
	}
	return false
}

// retryableCodes are the server's codes for elections, shutdowns, interruptions,
// write conflicts, unknown majorities and cursors that a rollback or an election took
// with it: CursorNotFound 43, QueryPlanKilled 175, CursorKilled 237 (error_codes.yml
// of MongoDB 6.0).
var retryableCodes = []int{6, 7, 43, 64, 89, 91, 112, 175, 189, 237, 262, 9001, 10058, 10107, 11600, 11601, 11602, 13435, 13436}

// storeError gives the errors that callers decide on their names.
func storeError(err error) error {
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return store.ErrNotFound
	case err != nil && strings.Contains(err.Error(), "AtlasError") && strings.Contains(err.Error(), "space quota"):
		return fmt.Errorf("the database is full (a free Atlas cluster holds 512 MB): %w", err)
	}
	return err
}

// redactCredentials is err without the credentials of uri.
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
	return errors.New(clean) // the original would print them again
}
