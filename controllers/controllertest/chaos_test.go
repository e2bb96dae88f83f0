package controllertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

// chaos lets a share of a client's calls fail, some of them after they took effect,
// and counts the status writes of each object.
type chaos struct {
	share float64

	mu     sync.Mutex
	writes map[string]int
}

var chaosResource = schema.GroupResource{Group: "crawl.clausea.co", Resource: "crawljobs"}

// fault is an error of a kind that an API server or the way to it may give, or nil.
func (c *chaos) fault(write bool) error {
	if rand.Float64() >= c.share {
		return nil
	}
	faults := []error{
		apierrors.NewTooManyRequests("chaos", 1), apierrors.NewInternalError(errors.New("chaos")),
		apierrors.NewTimeoutError("chaos", 1), context.DeadlineExceeded,
	}
	if write {
		faults = append(faults, apierrors.NewConflict(chaosResource, "chaos", errors.New("chaos")))
	}
	return faults[rand.IntN(len(faults))]
}

// do makes a call fail before it, or after it, so that its caller can't know.
func (c *chaos) do(call func() error) error {
	err := c.fault(true)
	if err != nil && rand.IntN(2) == 0 {
		return err
	}
	if cerr := call(); cerr != nil {
		return cerr
	}
	return err
}

func (c *chaos) wrote(obj client.Object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes[fmt.Sprintf("%T %s", obj, obj.GetName())]++
}

func (c *chaos) total() (sum, most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.writes {
		sum += n
		most = max(most, n)
	}
	return sum, most
}

// over is a client whose calls go through the chaos.
func (c *chaos) over(inner client.Client) client.Client {
	with := interceptedClient{inner}
	return interceptor.NewClient(with, interceptor.Funcs{
		Get: func(ctx context.Context, k client.WithWatch, key client.ObjectKey, obj client.Object, o ...client.GetOption) error {
			if err := c.fault(false); err != nil {
				return err
			}
			return k.Get(ctx, key, obj, o...)
		},
		List: func(ctx context.Context, k client.WithWatch, l client.ObjectList, o ...client.ListOption) error {
			if err := c.fault(false); err != nil {
				return err
			}
			return k.List(ctx, l, o...)
		},
		Create: func(ctx context.Context, k client.WithWatch, obj client.Object, o ...client.CreateOption) error {
			return c.do(func() error { return k.Create(ctx, obj, o...) })
		},
		Delete: func(ctx context.Context, k client.WithWatch, obj client.Object, o ...client.DeleteOption) error {
			return c.do(func() error { return k.Delete(ctx, obj, o...) })
		},
		Patch: func(ctx context.Context, k client.WithWatch, obj client.Object, p client.Patch, o ...client.PatchOption) error {
			return c.do(func() error { return k.Patch(ctx, obj, p, o...) })
		},
		SubResourcePatch: func(ctx context.Context, k client.Client, sub string, obj client.Object, p client.Patch, o ...client.SubResourcePatchOption) error {
			return c.do(func() error {
				err := k.SubResource(sub).Patch(ctx, obj, p, o...)
				if err == nil {
					c.wrote(obj)
				}
				return err
			})
		},
	})
}

// sized is n, or what the environment says, for a run at full size by hand.
func sized(name string, n int) int {
	if v, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return v
	}
	return n
}

func TestControllersConvergeThoughAThirdOfTheirCallsFails(t *testing.T) {
	t.Parallel()
	companies := sized("CLAUSEA_TEST_COMPANIES", 60)
	s := openEmbedded(t)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	m, err := kubestore.Manager(ctx, s, options(), "", "", kubestore.Election{})
	if err != nil {
		t.Fatal(err)
	}
	c := &chaos{share: 0.3, writes: map[string]int{}}
	startWith(t, m, c.over(m.GetClient()), s, &eventLog{})
	finishAll(t, s)
	k := kubestore.NewClient(s, scheme)
	for i := range companies {
		name := fmt.Sprintf("c%04d", i)
		co := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}}
		co.Spec.Domains = []v1alpha1.Domain{v1alpha1.Domain(name + ".example")}
		must(t, k.Create(t.Context(), co))
		for _, n := range []string{"-a", "-b"} {
			j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name + n}}
			j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: name}
			must(t, k.Create(t.Context(), j))
		}
	}
	h := &home{t: t, client: k, namespace: "default", store: s, queue: &queue.Queue{Runs: s}, events: &eventLog{}}
	h.awaitFor(5*time.Minute, "the end of all", func() (bool, string) {
		l := &v1alpha1.CrawlJobList{}
		if err := k.List(t.Context(), l); err != nil {
			return false, err.Error()
		}
		n := 0
		for i := range l.Items {
			if is(v1alpha1.ConditionComplete)(&l.Items[i]) {
				n++
			}
		}
		return n == 2*companies, fmt.Sprintf("%d of %d", n, 2*companies)
	})
	h.awaitFor(5*time.Minute, "rest", func() (bool, string) {
		before, _ := c.total()
		<-time.After(3 * time.Second)
		after, _ := c.total()
		return before == after, fmt.Sprint(after-before, " writes in 3 s")
	})
	if sum, most := c.total(); most > 6 {
		t.Errorf("of %d status writes, one object had %d; 6 are allowed", sum, most)
	}
	h.check()
}

// finishAll ends every run that is queued, as workers that need no time would.
func finishAll(t *testing.T, s store.Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			runs, err := s.ListRunsIn(ctx, store.RunPending, store.MaxLimit)
			if err != nil && ctx.Err() == nil {
				t.Errorf("list the queue: %v", err)
				return
			}
			for _, r := range runs {
				r.State, r.StopReason, r.Attempts = store.RunComplete, v1alpha1.ReasonConverged, r.Attempts+1
				if err := s.PutRun(ctx, r); err != nil && ctx.Err() == nil {
					t.Errorf("end run %s: %v", r.ID, err)
				}
			}
			if len(runs) == 0 {
				<-time.After(50 * time.Millisecond)
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

// interceptedClient gives a client the watch that the interceptor's type asks for;
// nobody calls it.
type interceptedClient struct{ client.Client }

func (interceptedClient) Watch(context.Context, client.ObjectList, ...client.ListOption) (watch.Interface, error) {
	return nil, kubestore.ErrNotSupported
}
