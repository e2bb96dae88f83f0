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
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

// chaos lets a share of a client's calls fail, some of them after they took effect,
// and lets its cache lag behind what it wrote. It counts the status writes of each
// object, and the reads that showed an object as it was before such a write.
type chaos struct {
	share float64

	mu      sync.Mutex
	writes  map[string]int
	written map[string]string // the version of the last write, by object
	faults  int
	stale   int
}

func newChaos(share float64) *chaos {
	return &chaos{share: share, writes: map[string]int{}, written: map[string]string{}}
}

var chaosResource = schema.GroupResource{Group: "crawl.clausea.co", Resource: "crawljobs"}

// fault is an error of a kind that an API server or the way to it may give, or nil.
func (c *chaos) fault(write bool) error {
	if rand.Float64() >= c.share {
		return nil
	}
	c.mu.Lock()
	c.faults++
	c.mu.Unlock()
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

// maxLag is how long one event may be held back; those behind it wait too.
const maxLag = 40 * time.Millisecond

// lag is a cache's transform that holds a share of all events back. As in a real
// cache that lags, reads are old then and events come with what they tell of: a read
// that is older than the event that caused it can't happen.
func (c *chaos) lag(obj any) (any, error) {
	if rand.Float64() < c.share {
		<-time.After(rand.N(maxLag))
	}
	return obj, nil
}

func named(obj client.Object) string { return fmt.Sprintf("%T %s", obj, obj.GetName()) }

func (c *chaos) wrote(obj client.Object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes[named(obj)]++
	c.written[named(obj)] = obj.GetResourceVersion()
}

// read counts a read that shows an object as it was before its last status write.
func (c *chaos) read(obj client.Object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var seen, written int64
	_, _ = fmt.Sscan(obj.GetResourceVersion(), &seen)
	_, _ = fmt.Sscan(c.written[named(obj)], &written)
	if seen < written {
		c.stale++
	}
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
			err := k.Get(ctx, key, obj, o...)
			if err == nil {
				c.read(obj)
			}
			return err
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

// atFullSize says that a person asked for a size, and waits for as long as it takes.
func atFullSize() bool { return os.Getenv("CLAUSEA_TEST_COMPANIES") != "" }

func TestControllersConvergeThoughAThirdOfTheirCallsFailsOverTheEmbeddedStore(t *testing.T) {
	t.Parallel()
	converge(t, 60, func(t *testing.T, c *chaos) *home { return chaosOver(t, openEmbedded(t), c) })
}

func TestControllersConvergeThoughAThirdOfTheirCallsFailsOverMongoDB(t *testing.T) {
	t.Parallel()
	converge(t, 20, func(t *testing.T, c *chaos) *home { return chaosOver(t, openMongo(t), c) })
}

func TestControllersConvergeThoughAThirdOfTheirCallsFailsOnTheAPIServer(t *testing.T) {
	t.Parallel()
	converge(t, 20, func(t *testing.T, c *chaos) *home {
		k, ns := clusterClient(t)
		o := options()
		o.Cache = cache.Options{DefaultNamespaces: map[string]cache.Config{ns: {}}, DefaultTransform: c.lag}
		m, err := ctrl.NewManager(cluster, o)
		if err != nil {
			t.Fatal(err)
		}
		return startChaos(t, m, c, &home{t: t, client: k, namespace: ns, store: openEmbedded(t), events: &eventLog{}})
	})
}

func chaosOver(t *testing.T, s store.Store, c *chaos) *home {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	o := options()
	o.Cache.DefaultTransform = c.lag
	m, err := kubestore.NewManager(ctx, s, o, "", "", kubestore.Election{})
	if err != nil {
		t.Fatal(err)
	}
	return startChaos(t, m, c, &home{t: t, client: kubestore.NewClient(s, scheme), namespace: "default", store: s, events: &eventLog{}})
}

func startChaos(t *testing.T, m ctrl.Manager, c *chaos, h *home) *home {
	t.Helper()
	h.queue = &queue.Queue{Runs: h.store}
	startWith(t, m, c.over(m.GetClient()), h.store, h.events)
	finishAll(t, h.store)
	return h
}

// mostWrites is how often an object's status may be written: waiting, crawled, ended,
// and for a Company as much of both of its jobs.
const mostWrites = 6

func converge(t *testing.T, companies int, open func(*testing.T, *chaos) *home) {
	companies = sized("CLAUSEA_TEST_COMPANIES", companies)
	// A pass makes five calls or so, so that most passes fail, and here and there fifteen
	// fail in a row: from there on each try comes 30 s after the one before.
	const patience = 20 * time.Minute
	look, rest := 50*time.Millisecond, 3*time.Second
	if atFullSize() {
		look, rest = 2*time.Second, 30*time.Second
	}
	c := newChaos(0.3)
	h := open(t, c)
	begun := time.Now()
	for i := range companies {
		name := fmt.Sprintf("c%04d", i)
		h.company(name, func(s *v1alpha1.CompanySpec) { s.Domains = []v1alpha1.Domain{v1alpha1.Domain(name + ".example")} })
		h.job(name+"-a", name, nil)
		h.job(name+"-b", name, nil)
	}
	h.awaitFor(patience, "the end of all", func() (bool, string) {
		<-time.After(look) // to list them all is work too
		l := &v1alpha1.CrawlJobList{}
		if err := h.client.List(t.Context(), l, client.InNamespace(h.namespace)); err != nil {
			return false, err.Error()
		}
		n, left := 0, ""
		for i := range l.Items {
			if j := &l.Items[i]; is(v1alpha1.ConditionComplete)(j) {
				n++
			} else {
				r, err := h.store.GetRun(t.Context(), j.RunID())
				left = fmt.Sprintf("%s at version %s is %+v, its run %s (%v)", j.Name, j.ResourceVersion, j.Status, r.State, err)
			}
		}
		return n == 2*companies, fmt.Sprintf("%d of %d; %s", n, 2*companies, left)
	})
	took := time.Since(begun)
	h.awaitFor(patience, "rest", func() (bool, string) {
		before, _ := c.total()
		<-time.After(rest)
		after, _ := c.total()
		return before == after, fmt.Sprint(after-before, " writes in ", rest)
	})
	sum, most := c.total()
	if most > mostWrites {
		t.Errorf("of %d status writes, one object had %d; %d are allowed", sum, most, mostWrites)
	}
	if c.stale == 0 {
		t.Error("no read was stale: nothing of that was shown")
	}
	t.Logf("%d Companies and %d CrawlJobs in %v: %d calls failed, %d reads were stale, %d status writes, at most %d of an object", companies, 2*companies, took.Round(time.Second), c.faults, c.stale, sum, most)
	h.check()
	noPanics(t)
}

// noPanics looks into the controllers' metrics: a panic is recovered and the
// reconcile tried again.
func noPanics(t *testing.T) {
	t.Helper()
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "controller_runtime_reconcile_panics_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			if n := m.GetCounter().GetValue(); n > 0 {
				t.Errorf("%v panics were recovered: %v", n, m.GetLabel())
			}
		}
		return
	}
	t.Error("there is no count of panics")
}

// finishAll ends every run that is queued, as workers that need no time would.
func finishAll(t *testing.T, s store.Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			runs, _, err := s.ListRunsByState(ctx, store.RunPending, store.ListOptions{Limit: store.MaxLimit})
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
