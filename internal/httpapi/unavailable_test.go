package httpapi

import (
	"context"
	"fmt"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func TestAStoreThatDoesNotRespondIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"at once":            store.ErrUnavailable,
		"after the deadline": fmt.Errorf("list documents: %w: %w", store.ErrUnavailable, context.DeadlineExceeded),
	} {
		b := newProblem(asProblem(t.Context(), err), "id")
		if b.Status != 503 || !b.Retryable || b.headers.Get("Retry-After") != "10" {
			t.Errorf("%s: the problem is %+v", name, b)
		}
	}
}
