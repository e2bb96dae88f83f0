package cli

import (
	"context"
	"time"
)

// waitForStart opens the store and waits until the cluster has what the process needs, both at
// the same time, so that the probes report all that is missing.
func (e *endpoints) waitForStart(ctx context.Context, check *clusterCheck, openStore func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e.ready.set(componentCaches, "waiting for the store and the cluster")
	checked := make(chan error, 1)
	go func() { checked <- check.wait(ctx) }()
	if err := openStore(ctx); err != nil {
		return err // the check ends with ctx
	}
	select {
	case err := <-checked:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-checked: // it has logged what was missing
		return err
	case <-time.After(startShutdownTimeout):
		e.log.Info("stopped while the cluster was not ready", "cause", "the API server does not respond")
		return ctx.Err()
	}
}
