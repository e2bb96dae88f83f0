package mongo

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func TestAServerThatDoesNotRespondIsUnavailable(t *testing.T) {
	t.Parallel()
	err := retryWithin(t.Context(), time.Millisecond, 5*time.Millisecond, "read", func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an operation without a response: %v", err)
	}
}
