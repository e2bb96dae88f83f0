package controllertest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"pgregory.net/rapid"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/company"
	"github.com/clausea/crawler/controllers/crawljob"
	"github.com/clausea/crawler/controllers/index"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/run/records"
	"github.com/clausea/crawler/internal/store"
)

var errCrash = errors.New("the process was killed here")

// history is one random sequence of events in a namespace of its own. Its reconcilers are
// killed between any two of their calls, and have a fake clock.
type history struct {
	client    client.Client // the client of the users
	store     store.Store
	namespace string
	now       time.Time
	calls     int // how many calls the reconcile may still make before it is killed
	jobs      *crawljob.Reconciler
	companies *company.Reconciler
	final     map[string]v1alpha1.CrawlJobStatus // the status of each finished job, by UID
	created   int                                // how many jobs the users have created
}

// histories counts the histories, to name their namespaces.
var histories atomic.Int64

func newHistory(s store.Store) *history {
	h := &history{
		client: kubestore.NewClient(s, scheme), store: s, namespace: fmt.Sprintf("h%d", histories.Add(1)),
		now: time.Now().Truncate(time.Second), final: map[string]v1alpha1.CrawlJobStatus{},
	}
	now := func() time.Time { return h.now }
	k := h.crashingClient()
	h.jobs = &crawljob.Reconciler{Client: k, Runner: crashingRunner{&queue.Queue{Runs: s}, h}, Recorder: &eventLog{}, Now: now}
	h.companies = &company.Reconciler{Client: k, Records: records.Records{Store: s}, Recorder: &eventLog{}, Now: now}
	return h
}

// call counts a call of the reconciler. It returns errCrash once the process is killed.
func (h *history) call() error {
	if h.calls <= 0 {
		return errCrash
	}
	h.calls--
	return nil
}

// crashingClient returns the client of the reconcilers. It supports the index that a cache
// would have.
func (h *history) crashingClient() client.Client {
	return interceptor.NewClient(interceptedClient{h.client}, interceptor.Funcs{
		Get: func(ctx context.Context, k client.WithWatch, key client.ObjectKey, obj client.Object, o ...client.GetOption) error {
			if err := h.call(); err != nil {
				return err
			}
			return k.Get(ctx, key, obj, o...)
		},
		List: func(ctx context.Context, k client.WithWatch, l client.ObjectList, o ...client.ListOption) error {
			if err := h.call(); err != nil {
				return err
			}
			return listIndexed(ctx, k, l, o)
		},
		Create: func(ctx context.Context, k client.WithWatch, obj client.Object, o ...client.CreateOption) error {
			if err := h.call(); err != nil {
				return err
			}
			return k.Create(ctx, obj, o...)
		},
		Delete: func(ctx context.Context, k client.WithWatch, obj client.Object, o ...client.DeleteOption) error {
			if err := h.call(); err != nil {
				return err
			}
			return k.Delete(ctx, obj, o...)
		},
		Patch: func(ctx context.Context, k client.WithWatch, obj client.Object, p client.Patch, o ...client.PatchOption) error {
			if err := h.call(); err != nil {
				return err
			}
			return k.Patch(ctx, obj, p, o...)
		},
		SubResourcePatch: func(ctx context.Context, k client.Client, sub string, obj client.Object, p client.Patch, o ...client.SubResourcePatchOption) error {
			if err := h.call(); err != nil {
				return err
			}
			return k.SubResource(sub).Patch(ctx, obj, p, o...)
		},
	})
}

// listIndexed lists CrawlJobs by their company without a cache.
func listIndexed(ctx context.Context, k client.Reader, l client.ObjectList, opts []client.ListOption) error {
	o := client.ListOptions{}
	o.ApplyOptions(opts)
	if o.FieldSelector == nil {
		return k.List(ctx, l, opts...)
	}
	want, _ := o.FieldSelector.RequiresExactMatch(index.CrawlJobCompany)
	o.FieldSelector = fields.Everything()
	if err := k.List(ctx, l, &o); err != nil {
		return err
	}
	jobs, ok := l.(*v1alpha1.CrawlJobList)
	if !ok {
		return nil
	}
	matching := jobs.Items[:0]
	for _, j := range jobs.Items {
		if j.CompanyKey() == want {
			matching = append(matching, j)
		}
	}
	jobs.Items = matching
	return nil
}

// crashingRunner is the Runner of the reconciler.
type crashingRunner struct {
	*queue.Queue
	h *history
}

func (r crashingRunner) Ensure(ctx context.Context, spec runner.RunSpec) (runner.RunStatus, error) {
	if err := r.h.call(); err != nil {
		return runner.RunStatus{}, err
	}
	return r.Queue.Ensure(ctx, spec)
}

func (r crashingRunner) Signal(ctx context.Context, id string, signal runner.Signal) (runner.RunStatus, error) {
	if err := r.h.call(); err != nil {
		return runner.RunStatus{}, err
	}
	return r.Queue.Signal(ctx, id, signal)
}

func (r crashingRunner) Delete(ctx context.Context, id string) error {
	if err := r.h.call(); err != nil {
		return err
	}
	return r.Queue.Delete(ctx, id)
}

// reconcile reconciles all objects once, each in a process that is killed after a number of
// calls.
func (h *history) reconcile(t *rapid.T, calls func() int) {
	ctx := context.Background()
	once := func(r reconcile.Reconciler, key client.ObjectKey) {
		h.calls = calls()
		if _, err := r.Reconcile(ctx, ctrl.Request{NamespacedName: key}); err != nil && !errors.Is(err, errCrash) {
			t.Fatalf("reconcile %s: %v", key, err)
		}
	}
	jobs, companies := h.list(t)
	for i := range jobs {
		once(h.jobs, client.ObjectKeyFromObject(&jobs[i]))
	}
	for i := range companies {
		once(h.companies, client.ObjectKeyFromObject(&companies[i]))
	}
}

func (h *history) list(t *rapid.T) ([]v1alpha1.CrawlJob, []v1alpha1.Company) {
	jobs, companies := &v1alpha1.CrawlJobList{}, &v1alpha1.CompanyList{}
	for _, l := range []client.ObjectList{jobs, companies} {
		if err := h.client.List(context.Background(), l, client.InNamespace(h.namespace)); err != nil {
			t.Fatal(err)
		}
	}
	return jobs.Items, companies.Items
}

// check checks the invariants.
func (h *history) check(t *rapid.T) {
	jobs, _ := h.list(t)
	active := map[string]string{}
	for i := range jobs {
		j := &jobs[i]
		if j.Active() {
			if other := active[j.CompanyKey()]; other != "" {
				t.Fatalf("both %s and %s of one company are active", j.Name, other)
			}
			active[j.CompanyKey()] = j.Name
		}
		was, ended := h.final[string(j.UID)]
		switch {
		case ended && !reflect.DeepEqual(was.Conditions, j.Status.Conditions):
			t.Fatalf("%s was finished, but its conditions changed from %+v to %+v", j.Name, was.Conditions, j.Status.Conditions)
		case j.Finished():
			h.final[string(j.UID)] = j.Status
		}
	}
}

// pick returns one of the jobs, nil if there are none.
func (h *history) pick(t *rapid.T) *v1alpha1.CrawlJob {
	jobs, _ := h.list(t)
	if len(jobs) == 0 {
		return nil
	}
	return &jobs[rapid.IntRange(0, len(jobs)-1).Draw(t, "job")]
}

// userAction performs a random action of a user.
func (h *history) userAction(t *rapid.T) {
	ctx := context.Background()
	acme := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: h.namespace, Name: "acme"}}
	ignore := func(err error) {
		if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsAlreadyExists(err) && !apierrors.IsConflict(err) {
			t.Fatal(err)
		}
	}
	edit := func(change func(*v1alpha1.CrawlJob)) {
		if j := h.pick(t); j != nil {
			change(j)
			ignore(h.client.Update(ctx, j))
		}
	}
	switch rapid.SampledFrom([]string{"company", "job", "job", "suspend", "resume", "stop", "delete job", "delete company"}).Draw(t, "action") {
	case "company":
		acme.Spec.Domains = []v1alpha1.Domain{"example.com"}
		acme.Spec.Schedule = &v1alpha1.Schedule{Cron: "@hourly"}
		ignore(h.client.Create(ctx, acme))
	case "job":
		h.created++
		j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: h.namespace, Name: fmt.Sprint("j", h.created)}}
		j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: "acme"}
		j.Spec.Priority = int32(rapid.IntRange(0, 1).Draw(t, "priority"))
		ignore(h.client.Create(ctx, j))
	case "suspend":
		edit(func(j *v1alpha1.CrawlJob) { j.Spec.Suspend = true })
	case "resume":
		edit(func(j *v1alpha1.CrawlJob) { j.Spec.Suspend = false })
	case "stop":
		edit(func(j *v1alpha1.CrawlJob) { j.Spec.Stop = true })
	case "delete job":
		if j := h.pick(t); j != nil {
			ignore(h.client.Delete(ctx, j))
		}
	case "delete company":
		ignore(h.client.Delete(ctx, acme))
	}
}

// workerAction changes the state of the run of a random job, as a worker would.
func (h *history) workerAction(t *rapid.T, state store.RunState) {
	ctx := context.Background()
	j := h.pick(t)
	if j == nil {
		return
	}
	r, err := h.store.GetRun(ctx, j.RunID())
	if errors.Is(err, store.ErrNotFound) || err == nil && r.State != store.RunPending && r.State != store.RunRunning {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	request, err := h.store.GetRunRequest(ctx, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if r.State == store.RunPending {
		r.Attempts++
	}
	r.State, r.FinishedAt = state, h.now
	switch {
	case request == store.RequestSuspend && state != store.RunRunning:
		r.State = store.RunInterrupted
	case state == store.RunFailed:
		r.StopReason = rapid.SampledFrom([]string{v1alpha1.ReasonSiteUnreachable, v1alpha1.ReasonAccessDenied, v1alpha1.ReasonWorkerLost}).Draw(t, "reason")
	case state == store.RunComplete:
		r.StopReason = v1alpha1.ReasonConverged
	}
	if err := h.store.PutRun(ctx, r); err != nil {
		t.Fatal(err)
	}
}

// deleteAll deletes all objects and reconciles until none is left.
func (h *history) deleteAll(t *rapid.T) {
	ctx := context.Background()
	jobs, companies := h.list(t)
	for i := range jobs {
		if err := h.client.Delete(ctx, &jobs[i]); client.IgnoreNotFound(err) != nil {
			t.Fatal(err)
		}
	}
	for i := range companies {
		if err := h.client.Delete(ctx, &companies[i]); client.IgnoreNotFound(err) != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		h.reconcile(t, func() int { return 1000 })
		if jobs, companies = h.list(t); len(jobs)+len(companies) == 0 {
			return
		}
		h.now = h.now.Add(10 * time.Minute) // more than the timeout of a worker
	}
	t.Fatalf("%d jobs and %d companies remain with their finalizers", len(jobs), len(companies))
}

func TestRandomHistoriesKeepTheInvariants(t *testing.T) {
	if err := flag.Set("rapid.seed", fmt.Sprint(testSeed(t))); err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	s := openEmbedded(t)
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(s)
		for range rapid.IntRange(5, 30).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"user", "reconcile", "reconcile", "run", "complete", "fail", "time"}).Draw(t, "step") {
			case "user":
				h.userAction(t)
			case "reconcile":
				h.reconcile(t, func() int { return rapid.IntRange(0, 12).Draw(t, "calls before the kill") })
			case "run":
				h.workerAction(t, store.RunRunning)
			case "complete":
				h.workerAction(t, store.RunComplete)
			case "fail":
				h.workerAction(t, store.RunFailed)
			case "time":
				h.now = h.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes")) * time.Minute)
			}
			h.check(t)
		}
		h.deleteAll(t)
	})
}
