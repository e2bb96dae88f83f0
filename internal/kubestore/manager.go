package kubestore

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/clausea/crawler/internal/store"
)

// Election configures the leader election as in ctrl.Options. Zero values mean the defaults of
// controller-runtime: 15 s, 10 s and 2 s.
type Election struct{ LeaseDuration, RenewDeadline, RetryPeriod time.Duration }

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
		o.LeaderElectionResourceLockInterface = NewLock(objects, lock, holder)
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
