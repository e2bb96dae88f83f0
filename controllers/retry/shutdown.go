package retry

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// UntilShutdown wraps r so that an error after the context has ended is not a failure, and is not
// logged as one: the process ends, and the next leader reconciles the object.
func UntilShutdown(r reconcile.Reconciler) reconcile.Reconciler {
	return reconcile.Func(func(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
		res, err := r.Reconcile(ctx, req)
		if ctx.Err() != nil {
			err = nil
		}
		return res, err
	})
}
