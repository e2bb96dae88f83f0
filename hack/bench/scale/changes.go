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

// askEvery is how often an object that was changed is read again.
const askEvery = 5 * time.Millisecond

// change changes Companies at a steady pace, and takes the time from each change's
// acknowledgement until its status says that it was observed.
func (h *home) change(ctx context.Context, t *taken, companies int) error {
	return h.use(ctx, func(k client.Client) error {
		var mu sync.Mutex
		var all []float64
		var first error
		var waiting sync.WaitGroup
		tick := time.NewTicker(time.Second / changesASecond)
		defer tick.Stop()
		for n := range changes {
			<-tick.C
			waiting.Go(func() {
				took, err := change(ctx, k, n%companies, fmt.Sprint("change ", n))
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
		t.median, t.worst = all[len(all)/2], all[len(all)*99/100]
		return first
	})
}

func change(ctx context.Context, k client.Client, i int, to string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
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
			return 0, fmt.Errorf("change %s: nobody saw it: %w", c.Name, ctx.Err())
		case <-time.After(askEvery):
		}
		if err := k.Get(ctx, client.ObjectKeyFromObject(c), c); err != nil {
			return 0, fmt.Errorf("look at the change of %s: %w", c.Name, err)
		}
	}
	return time.Since(begun), nil
}

// awaitObserved waits until the first n Companies are observed as they are, and says
// whether it had to wait for one.
func (h *home) awaitObserved(ctx context.Context, n int) (late bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = h.use(ctx, func(k client.Client) error {
		for i := range n {
			c := &v1alpha1.Company{}
			for {
				if err := k.Get(ctx, client.ObjectKey{Namespace: "default", Name: companyName(i)}, c); err != nil {
					return fmt.Errorf("look at %s: %w", companyName(i), err)
				}
				if c.Status.ObservedGeneration >= c.Generation {
					break
				}
				late = true
				select {
				case <-ctx.Done():
					return fmt.Errorf("wait for %s: %w", companyName(i), ctx.Err())
				case <-time.After(lookEvery):
				}
			}
		}
		return nil
	})
	return late, err
}
