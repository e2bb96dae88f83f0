package kubestore

import (
	"context"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/clausea/crawler/internal/store"
)

// Election configures the leader election as in ctrl.Options. Zero durations mean the defaults of
// controller-runtime: 15 s, 10 s and 2 s.
type Election struct {
	LeaseDuration, RenewDeadline, RetryPeriod time.Duration
	// OnLost, unless nil, is called if another process became the leader while this one was,
	// with an error that wraps ErrLeadershipLost. The caller must stop the Manager. It must not
	// block.
	OnLost func(error)
	// Log receives the outages of the store.
	Log logr.Logger
}

// defaultRenewDeadline is that of controller-runtime.
const defaultRenewDeadline = 10 * time.Second

// NewManager returns a standard controller-runtime Manager over the store. o has the options
// for Kubernetes; NewManager replaces only those for parts that communicate with an API server.
// lock is the name of the leader election lock that the processes of a store share, and holder
// identifies this process. An empty lock disables leader election. The lists and watches of the
// caches end with ctx.
func NewManager(ctx context.Context, objects store.Objects, o ctrl.Options, lock, holder string, e Election) (ctrl.Manager, error) {
	o.NewClient = clientFunc(objects)
	o.NewCache = cacheFunc(ctx, objects)
	o.MapperProvider = provideMapper
	if lock != "" {
		o.LeaderElection = true
		o.LeaderElectionResourceLockInterface = NewLock(objects, lock, holder, e)
		o.LeaderElectionID = lock // the label name of the metrics of client-go
		o.LeaderElectionReleaseOnCancel = true
		for p, d := range map[**time.Duration]time.Duration{&o.LeaseDuration: e.LeaseDuration, &o.RenewDeadline: e.RenewDeadline, &o.RetryPeriod: e.RetryPeriod} {
			if d > 0 {
				*p = &d
			}
		}
	}
	// No request is sent to this host, because all parts that send requests are replaced.
	m, err := ctrl.NewManager(&rest.Config{Host: "http://127.0.0.1:1"}, o)
	if err != nil {
		return nil, fmt.Errorf("create the manager over the store: %w", err)
	}
	return m, nil
}
