package kubestore

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/clausea/crawler/internal/store"
)

// Election is how long a leader is believed, how long it tries to stay one, and how
// often candidates look; zero values are 15 s, 10 s and 2 s, as controller-runtime has.
type Election struct{ LeaseDuration, RenewDeadline, RetryPeriod time.Duration }

// NewManager makes a stock controller-runtime Manager over the store: o is what it would
// be given on Kubernetes, of which only the parts that talk to an API server are
// replaced. lock names the election among processes on one store, holder this process;
// an empty lock is no election. ctx ends the caches' lists and watches.
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
	// Nothing is ever sent to this address: the parts that would are replaced.
	m, err := ctrl.NewManager(&rest.Config{Host: "http://127.0.0.1:1"}, o)
	if err != nil {
		return nil, fmt.Errorf("make the manager over the store: %w", err)
	}
	return m, nil
}
