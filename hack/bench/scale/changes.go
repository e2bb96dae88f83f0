package scale

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// changePollInterval is the interval between two reads of a changed object.
const changePollInterval = 5 * time.Millisecond

// measureChanges changes Companies at a constant rate. It measures the time from the start of
// each change until the status shows that the change was observed.
func (b *backend) measureChanges(ctx context.Context, t *figures, companies int) error {
	return b.withClient(ctx, func(k resourceClient) error {
		var mu sync.Mutex
		var all []float64
		var first error
		var waiting sync.WaitGroup
		tick := time.NewTicker(time.Second / changesPerSecond)
		defer tick.Stop()
		for n := range changes {
			<-tick.C
			waiting.Go(func() {
				took, err := changeAndWait(ctx, k, n%companies, fmt.Sprint("change ", n))
				mu.Lock()
				defer mu.Unlock()
				if err != nil && first == nil {
					first = err
				}
				all = append(all, took.Seconds())
			})
		}
		waiting.Wait()
		slices.Sort(all)
		t.p50, t.p99 = all[len(all)/2], all[len(all)*99/100]
		return first
	})
}

func changeAndWait(ctx context.Context, k resourceClient, i int, to string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, waitTimeout)
	defer cancel()
	c := &v1alpha1.Company{}
	c.Namespace, c.Name = "default", companyName(i)
	begun := time.Now()
	if err := k.Patch(ctx, c, client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"spec":{"displayName":%q}}`, to))); err != nil {
		return 0, fmt.Errorf("change %s: %w", c.Name, err)
	}
	for c.Status.ObservedGeneration < c.Generation {
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("wait until the change of %s is observed: %w", c.Name, ctx.Err())
		case <-time.After(changePollInterval):
		}
		if err := k.Get(ctx, client.ObjectKeyFromObject(c), c); err != nil {
			return 0, fmt.Errorf("read the change of %s: %w", c.Name, err)
		}
	}
	return time.Since(begun), nil
}

// waitUntilObserved waits until the controllers have observed the current spec of the
// first n Companies. late reports whether it had to wait.
func (b *backend) waitUntilObserved(ctx context.Context, n int) (late bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, waitTimeout)
	defer cancel()
	err = b.withClient(ctx, func(k resourceClient) error {
		for i := range n {
			c := &v1alpha1.Company{}
			for {
				if err := k.Get(ctx, client.ObjectKey{Namespace: "default", Name: companyName(i)}, c); err != nil {
					return fmt.Errorf("read %s: %w", companyName(i), err)
				}
				if c.Status.ObservedGeneration >= c.Generation {
					break
				}
				late = true
				select {
				case <-ctx.Done():
					return fmt.Errorf("wait for %s: %w", companyName(i), ctx.Err())
				case <-time.After(pollInterval):
				}
			}
		}
		return nil
	})
	return late, err
}
