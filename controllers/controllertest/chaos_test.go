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
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/scope"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

// chaos makes a share of the calls of a client fail, some of them after they took effect,
// and delays the events of its cache. It counts the status writes of each object, and the
// stale reads, which return an object as it was before its last status write.
type chaos struct {
	share float64

	mu      sync.Mutex
	random  *rand.Rand
	writes  map[string]int
	written map[string]string // the version of the last write, by object
	// reporting has the objects whose status reports a failure. Such a write and the one that
	// removes the report depend on luck and do not count.
	reporting map[string]bool
	faults    int
	stale     int
}

func newChaos(share float64, seed uint64) *chaos {
	return &chaos{share: share, random: rand.New(rand.NewPCG(seed, 0)), writes: map[string]int{}, written: map[string]string{}, reporting: map[string]bool{}}
}

// hits returns true with the probability share.
func (c *chaos) hits() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.random.Float64() < c.share
}

// intN returns a random number below n.
func (c *chaos) intN(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.random.IntN(n)
}

var chaosResource = schema.GroupResource{Group: "crawl.clausea.co", Resource: "crawljobs"}

// fault returns nil or an error of an API server or the network.
func (c *chaos) fault(write bool) error {
	if !c.hits() {
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
	return faults[c.intN(len(faults))]
}

// do makes a call fail before or after it takes effect; the caller cannot tell which.
func (c *chaos) do(call func() error) error {
	err := c.fault(true)
	if err != nil && c.intN(2) == 0 {
		return err
	}
	if cerr := call(); cerr != nil {
		return cerr
	}
	return err
}

// maxLag is the maximum delay of one event. The events behind it wait too.
const maxLag = 40 * time.Millisecond

// lag is a transform of a cache that delays a share of all events. As in a real cache,
// reads become stale, but no read is older than the event that triggered it.
func (c *chaos) lag(obj any) (any, error) {
	if c.hits() {
		<-time.After(time.Duration(c.intN(int(maxLag))))
	}
	return obj, nil
}

func nameOf(obj client.Object) string { return fmt.Sprintf("%T %s", obj, obj.GetName()) }

// countWrite counts a status write.
func (c *chaos) countWrite(obj client.Object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := nameOf(obj)
	c.written[name] = obj.GetResourceVersion()
	before := c.reporting[name]
	if c.reporting[name] = scope.ReportsError(readyOf(obj)); !before && !c.reporting[name] {
		c.writes[name]++
	}
}

// readyOf returns the condition Ready of a Company or CrawlJob, or nil.
func readyOf(obj client.Object) *metav1.Condition {
	switch o := obj.(type) {
	case *v1alpha1.Company:
		return meta.FindStatusCondition(o.Status.Conditions, v1alpha1.ConditionReady)
	case *v1alpha1.CrawlJob:
		return meta.FindStatusCondition(o.Status.Conditions, v1alpha1.ConditionReady)
	}
	return nil
}

// countRead counts a read if it is stale.
func (c *chaos) countRead(obj client.Object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var seen, written int64
	_, _ = fmt.Sscan(obj.GetResourceVersion(), &seen)
	_, _ = fmt.Sscan(c.written[nameOf(obj)], &written)
	if seen < written {
		c.stale++
	}
}

// counts are the numbers that chaos has counted.
type counts struct {
	writes, mostWrites int // the status writes of all objects, and the most of one object
	faults, stale      int // the failed calls and the stale reads
}

func (c *chaos) counts() counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := counts{faults: c.faults, stale: c.stale}
	for _, w := range c.writes {
		n.writes += w
		n.mostWrites = max(n.mostWrites, w)
	}
	return n
}

// client returns a client whose calls may fail.
func (c *chaos) client(inner client.Client) client.Client {
	with := interceptedClient{inner}
	return interceptor.NewClient(with, interceptor.Funcs{
		Get: func(ctx context.Context, k client.WithWatch, key client.ObjectKey, obj client.Object, o ...client.GetOption) error {
			if err := c.fault(false); err != nil {
				return err
			}
			err := k.Get(ctx, key, obj, o...)
			if err == nil {
				c.countRead(obj)
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
					c.countWrite(obj)
				}
				return err
			})
		},
	})
}

// sizeFrom returns the value of an environment variable, with which a developer runs the
// test at full size, or n if it is not set.
func sizeFrom(name string, n int) int {
	if v, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return v
	}
	return n
}

// atFullSize reports whether a size is set in the environment.
func atFullSize() bool { return os.Getenv("CLAUSEA_TEST_COMPANIES") != "" }

func TestControllersConvergeIfAThirdOfTheirCallsFailsOnTheEmbeddedStore(t *testing.T) {
	t.Parallel()
	converge(t, 60, func(t *testing.T, c *chaos) *backend { return chaosOver(t, openEmbedded(t), c) })
}

func TestControllersConvergeIfAThirdOfTheirCallsFailsOnMongoDB(t *testing.T) {
	t.Parallel()
	converge(t, 20, func(t *testing.T, c *chaos) *backend { return chaosOver(t, openMongo(t), c) })
}

func TestControllersConvergeIfAThirdOfTheirCallsFailsOnTheAPIServer(t *testing.T) {
	t.Parallel()
	converge(t, 20, func(t *testing.T, c *chaos) *backend {
		k, ns := clusterClient(t)
		o := options()
		o.Cache = cache.Options{DefaultNamespaces: map[string]cache.Config{ns: {}}, DefaultTransform: c.lag}
		m, err := ctrl.NewManager(cluster, o)
		if err != nil {
			t.Fatal(err)
		}
		return startChaos(t, m, c, &backend{t: t, client: k, namespace: ns, store: openEmbedded(t), events: &eventLog{}})
	})
}

func chaosOver(t *testing.T, s store.Store, c *chaos) *backend {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	o := options()
	o.Cache.DefaultTransform = c.lag
	m, err := kubestore.NewManager(ctx, s, o, "", "", kubestore.Election{})
	if err != nil {
		t.Fatal(err)
	}
	return startChaos(t, m, c, &backend{t: t, client: kubestore.NewClient(s, scheme), namespace: "default", store: s, events: &eventLog{}})
}

func startChaos(t *testing.T, m ctrl.Manager, c *chaos, b *backend) *backend {
	t.Helper()
	b.queue = &queue.Queue{Runs: b.store}
	startWith(t, m, c.client(m.GetClient()), b.store, b.events)
	completeRuns(t, b.store)
	return b
}

// maxWrites is the maximum number of status writes of an object: a job needs one when it
// waits, runs and finishes, and a Company needs three for each of its two jobs. Reports of
// failures, which follow each other for 10 s here and there, do not count.
const maxWrites = 8

// converge creates Companies with two jobs each, and waits until all jobs are complete.
func converge(t *testing.T, companies int, open func(*testing.T, *chaos) *backend) {
	if testing.Short() {
		t.Skip("takes long")
	}
	companies = sizeFrom("CLAUSEA_TEST_COMPANIES", companies)
	// A reconcile makes about five calls, so that most reconciles fail. Some objects fail
	// fifteen times in a row; from then on they are retried every 30 s.
	limit, poll, quietPeriod := 10*time.Minute, 50*time.Millisecond, 3*time.Second
	if atFullSize() {
		limit, poll, quietPeriod = 30*time.Minute, 2*time.Second, 30*time.Second
	}
	c := newChaos(0.3, testSeed(t))
	b := open(t, c)
	start := time.Now()
	for i := range companies {
		name := fmt.Sprintf("c%04d", i)
		b.company(name, func(s *v1alpha1.CompanySpec) { s.Domains = []v1alpha1.Domain{v1alpha1.Domain(name + ".example")} })
		b.job(name+"-a", name, nil)
		b.job(name+"-b", name, nil)
	}
	b.awaitFor(limit, "the completion of all jobs", func() (bool, string) {
		<-time.After(poll) // limit the load of listing all jobs
		l := &v1alpha1.CrawlJobList{}
		if err := b.client.List(t.Context(), l, client.InNamespace(b.namespace)); err != nil {
			return false, err.Error()
		}
		n, left := 0, ""
		for i := range l.Items {
			if j := &l.Items[i]; has(v1alpha1.ConditionComplete)(j) {
				n++
			} else if j.Finished() {
				t.Fatalf("%s failed: %+v", j.Name, j.Status)
			} else {
				r, err := b.store.GetRun(t.Context(), j.RunID())
				left = fmt.Sprintf("%s at version %s is %+v, its run is %s (%v)", j.Name, j.ResourceVersion, j.Status, r.State, err)
			}
		}
		return n == 2*companies, fmt.Sprintf("%d of %d are complete; %s", n, 2*companies, left)
	})
	took := time.Since(start)
	// A Company whose reconciles failed many times in a row has written no status yet.
	b.awaitFor(limit, "the last status write", func() (bool, string) {
		before := c.counts().writes
		<-time.After(quietPeriod)
		after := c.counts().writes
		behind := b.companiesWithoutReady()
		return before == after && behind == "", fmt.Sprintf("%d writes in %v; without Ready: %q", after-before, quietPeriod, behind)
	})
	n := c.counts()
	if n.mostWrites > maxWrites {
		t.Errorf("of %d status writes, one object had %d, want at most %d", n.writes, n.mostWrites, maxWrites)
	}
	if n.stale == 0 {
		t.Error("no read was stale, so the test does not show that stale reads are harmless")
	}
	t.Logf("%d Companies and %d CrawlJobs in %v: %d calls failed, %d reads were stale, %d status writes, at most %d of an object", companies, 2*companies, took.Round(time.Second), n.faults, n.stale, n.writes, n.mostWrites)
	b.check()
	noPanics(t)
}

// companiesWithoutReady returns the names of the Companies without a condition Ready.
func (b *backend) companiesWithoutReady() (names string) {
	l := &v1alpha1.CompanyList{}
	if err := b.client.List(b.t.Context(), l, client.InNamespace(b.namespace)); err != nil {
		return err.Error()
	}
	for i := range l.Items {
		if readyOf(&l.Items[i]) == nil {
			names += " " + l.Items[i].Name
		}
	}
	return names
}

// noPanics fails the test if a reconcile has panicked. It reads the metrics, because the
// controllers recover a panic and retry the reconcile.
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
				t.Errorf("%v recovered panics: %v", n, m.GetLabel())
			}
		}
		return
	}
	t.Error("the controllers have no panic metric")
}

// completeRuns completes all queued runs until the test ends.
func completeRuns(t *testing.T, s store.Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			runs, _, err := s.ListRunsByState(ctx, store.RunPending, store.ListOptions{Limit: store.MaxLimit})
			if err != nil && ctx.Err() == nil {
				t.Errorf("list the queued runs: %v", err)
				return
			}
			for _, r := range runs {
				r.State, r.StopReason, r.Attempts = store.RunComplete, v1alpha1.ReasonConverged, r.Attempts+1
				if err := s.PutRun(ctx, r); err != nil && ctx.Err() == nil {
					t.Errorf("complete run %s: %v", r.ID, err)
				}
			}
			if len(runs) == 0 {
				<-time.After(50 * time.Millisecond)
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

// interceptedClient adds the Watch method that the interceptor requires and never calls.
type interceptedClient struct{ client.Client }

func (interceptedClient) Watch(context.Context, client.ObjectList, ...client.ListOption) (watch.Interface, error) {
	return nil, kubestore.ErrNotSupported
}
