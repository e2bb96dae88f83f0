package retry

import (
	"context"
	"errors"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func TestAnErrorIsAFailureUnlessTheProcessEnds(t *testing.T) {
	t.Parallel()
	failed := errors.New("failed")
	r := UntilShutdown(reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) { return reconcile.Result{}, failed }))
	if _, err := r.Reconcile(t.Context(), reconcile.Request{}); !errors.Is(err, failed) {
		t.Errorf("the error is %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Reconcile(ended, reconcile.Request{}); err != nil {
		t.Errorf("after the end of the process, the error is %v", err)
	}
}
