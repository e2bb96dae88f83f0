package controllertest

import (
	"context"
	"errors"
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
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

var errCrash = errors.New("the process was killed here")

// world is one random history: objects in a namespace of their own, reconcilers that
// are killed between any two of their calls, and a clock that only the history moves.
type world struct {
	client    client.Client // as people use it
	store     store.Store
	namespace string
	now       time.Time
	calls     int // calls that the next reconcile may make before it is killed
	jobs      *crawljob.Reconciler
	companies *company.Reconciler
	final     map[string]v1alpha1.CrawlJobStatus // statuses of finished jobs
	made      int
}

var histories atomic.Int64

func newWorld(s store.Store) *world {
	w := &world{
		client: kubestore.NewClient(s, scheme), store: s, namespace: fmt.Sprintf("h%d", histories.Add(1)),
		now: time.Now().Truncate(time.Second), final: map[string]v1alpha1.CrawlJobStatus{},
	}
	now := func() time.Time { return w.now }
	k := w.mortal()
	w.jobs = &crawljob.Reconciler{Client: k, Runner: mortalRunner{&queue.Queue{Runs: s}, w}, Recorder: &eventLog{}, Now: now}
	w.companies = &company.Reconciler{Client: k, Documents: company.Stored{Store: s}, Recorder: &eventLog{}, Now: now}
	return w
}

// live counts one call, and fails when the process is dead.
func (w *world) live() error {
	if w.calls <= 0 {
		return errCrash
	}
	w.calls--
	return nil
}

// mortal is a client that dies with the process. It lists by the index that a cache
// would have.
func (w *world) mortal() client.Client {
	return interceptor.NewClient(interceptedClient{w.client}, interceptor.Funcs{
		Get: func(ctx context.Context, k client.WithWatch, key client.ObjectKey, obj client.Object, o ...client.GetOption) error {
			if err := w.live(); err != nil {
				return err
			}
			return k.Get(ctx, key, obj, o...)
		},
		List: func(ctx context.Context, k client.WithWatch, l client.ObjectList, o ...client.ListOption) error {
			if err := w.live(); err != nil {
				return err
			}
			return listIndexed(ctx, k, l, o)
		},
		Create: func(ctx context.Context, k client.WithWatch, obj client.Object, o ...client.CreateOption) error {
			if err := w.live(); err != nil {
				return err
			}
			return k.Create(ctx, obj, o...)
		},
		Delete: func(ctx context.Context, k client.WithWatch, obj client.Object, o ...client.DeleteOption) error {
			if err := w.live(); err != nil {
				return err
			}
			return k.Delete(ctx, obj, o...)
		},
		Patch: func(ctx context.Context, k client.WithWatch, obj client.Object, p client.Patch, o ...client.PatchOption) error {
			if err := w.live(); err != nil {
				return err
			}
			return k.Patch(ctx, obj, p, o...)
		},
		SubResourcePatch: func(ctx context.Context, k client.Client, sub string, obj client.Object, p client.Patch, o ...client.SubResourcePatchOption) error {
			if err := w.live(); err != nil {
				return err
			}
			return k.SubResource(sub).Patch(ctx, obj, p, o...)
		},
	})
}

func listIndexed(ctx context.Context, k client.Reader, l client.ObjectList, opts []client.ListOption) error {
	o := client.ListOptions{}
	o.ApplyOptions(opts)
	if o.FieldSelector == nil {
		return k.List(ctx, l, opts...)
	}
	want, _ := o.FieldSelector.RequiresExactMatch(crawljob.CompanyIndex)
	o.FieldSelector = fields.Everything()
	if err := k.List(ctx, l, &o); err != nil {
		return err
	}
	jobs, ok := l.(*v1alpha1.CrawlJobList)
	if !ok {
		return nil
	}
	kept := jobs.Items[:0]
	for _, j := range jobs.Items {
		if j.CompanyKey() == want {
			kept = append(kept, j)
		}
	}
	jobs.Items = kept
	return nil
}

// mortalRunner is the queue, as long as the process lives.
type mortalRunner struct {
	*queue.Queue
	w *world
}

func (r mortalRunner) Start(ctx context.Context, o queue.Order) error {
	if err := r.w.live(); err != nil {
		return err
	}
	return r.Queue.Start(ctx, o)
}

func (r mortalRunner) Ask(ctx context.Context, id string, q store.RunRequest) error {
	if err := r.w.live(); err != nil {
		return err
	}
	return r.Queue.Ask(ctx, id, q)
}

func (r mortalRunner) Forget(ctx context.Context, id string) error {
	if err := r.w.live(); err != nil {
		return err
	}
	return r.Queue.Forget(ctx, id)
}

// reconcile reconciles all objects once, each in a process that lives for some calls.
func (w *world) reconcile(t *rapid.T, calls func() int) {
	ctx := context.Background()
	visit := func(r reconcile.Reconciler, key client.ObjectKey) {
		w.calls = calls()
		if _, err := r.Reconcile(ctx, ctrl.Request{NamespacedName: key}); err != nil && !errors.Is(err, errCrash) {
			t.Fatalf("reconcile %s: %v", key, err)
		}
	}
	jobs, companies := w.list(t)
	for i := range jobs {
		visit(w.jobs, client.ObjectKeyFromObject(&jobs[i]))
	}
	for i := range companies {
		visit(w.companies, client.ObjectKeyFromObject(&companies[i]))
	}
}

func (w *world) list(t *rapid.T) ([]v1alpha1.CrawlJob, []v1alpha1.Company) {
	jobs, companies := &v1alpha1.CrawlJobList{}, &v1alpha1.CompanyList{}
	for _, l := range []client.ObjectList{jobs, companies} {
		if err := w.client.List(context.Background(), l, client.InNamespace(w.namespace)); err != nil {
			t.Fatal(err)
		}
	}
	return jobs.Items, companies.Items
}

// check holds what must be true at every moment.
func (w *world) check(t *rapid.T) {
	jobs, _ := w.list(t)
	active := map[string]string{}
	for i := range jobs {
		j := &jobs[i]
		if j.Active() {
			if other := active[j.CompanyKey()]; other != "" {
				t.Fatalf("%s and %s of one company are both active", j.Name, other)
			}
			active[j.CompanyKey()] = j.Name
		}
		was, ended := w.final[string(j.UID)]
		switch {
		case ended && !reflect.DeepEqual(was.Conditions, j.Status.Conditions):
			t.Fatalf("%s was final: %+v became %+v", j.Name, was.Conditions, j.Status.Conditions)
		case j.Finished():
			w.final[string(j.UID)] = j.Status
		}
	}
}

// pick gives one of the jobs, or nil.
func (w *world) pick(t *rapid.T) *v1alpha1.CrawlJob {
	jobs, _ := w.list(t)
	if len(jobs) == 0 {
		return nil
	}
	return &jobs[rapid.IntRange(0, len(jobs)-1).Draw(t, "job")]
}

// people does one thing that people do.
func (w *world) people(t *rapid.T) {
	ctx := context.Background()
	acme := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "acme"}}
	ignore := func(err error) {
		if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsAlreadyExists(err) && !apierrors.IsConflict(err) {
			t.Fatal(err)
		}
	}
	edit := func(change func(*v1alpha1.CrawlJob)) {
		if j := w.pick(t); j != nil {
			change(j)
			ignore(w.client.Update(ctx, j))
		}
	}
	switch rapid.SampledFrom([]string{"company", "job", "job", "suspend", "resume", "stop", "delete job", "delete company"}).Draw(t, "deed") {
	case "company":
		acme.Spec.Domains = []v1alpha1.Domain{"example.com"}
		acme.Spec.Schedule = &v1alpha1.Schedule{Cron: "@hourly"}
		ignore(w.client.Create(ctx, acme))
	case "job":
		w.made++
		j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: fmt.Sprint("j", w.made)}}
		j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: "acme"}
		j.Spec.Priority = int32(rapid.IntRange(0, 1).Draw(t, "priority"))
		ignore(w.client.Create(ctx, j))
	case "suspend":
		edit(func(j *v1alpha1.CrawlJob) { j.Spec.Suspend = true })
	case "resume":
		edit(func(j *v1alpha1.CrawlJob) { j.Spec.Suspend = false })
	case "stop":
		edit(func(j *v1alpha1.CrawlJob) { j.Spec.Stop = true })
	case "delete job":
		if j := w.pick(t); j != nil {
			ignore(w.client.Delete(ctx, j))
		}
	case "delete company":
		ignore(w.client.Delete(ctx, acme))
	}
}

// work does one thing that workers do to a run.
func (w *world) work(t *rapid.T, state store.RunState) {
	ctx := context.Background()
	j := w.pick(t)
	if j == nil {
		return
	}
	r, err := w.store.GetRun(ctx, j.RunID())
	if errors.Is(err, store.ErrNotFound) || err == nil && r.State != store.RunPending && r.State != store.RunRunning {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	asked, err := w.store.GetRunRequest(ctx, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if r.State == store.RunPending {
		r.Attempts++
	}
	r.State, r.FinishedAt = state, w.now
	switch {
	case asked == store.RequestSuspend && state != store.RunRunning:
		r.State = store.RunInterrupted
	case state == store.RunFailed:
		r.StopReason = rapid.SampledFrom([]string{v1alpha1.ReasonSiteUnreachable, v1alpha1.ReasonAccessDenied, v1alpha1.ReasonWorkerLost}).Draw(t, "fault")
	case state == store.RunComplete:
		r.StopReason = v1alpha1.ReasonConverged
	}
	if err := w.store.PutRun(ctx, r); err != nil {
		t.Fatal(err)
	}
}

// end deletes everything and lets all go on until nothing is left.
func (w *world) end(t *rapid.T) {
	ctx := context.Background()
	jobs, companies := w.list(t)
	for i := range jobs {
		if err := w.client.Delete(ctx, &jobs[i]); client.IgnoreNotFound(err) != nil {
			t.Fatal(err)
		}
	}
	for i := range companies {
		if err := w.client.Delete(ctx, &companies[i]); client.IgnoreNotFound(err) != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		w.reconcile(t, func() int { return 1000 })
		if jobs, companies = w.list(t); len(jobs)+len(companies) == 0 {
			return
		}
		w.now = w.now.Add(10 * time.Minute) // no worker lives: the patience with them ends
	}
	t.Fatalf("%d jobs and %d companies are left with their finalizers", len(jobs), len(companies))
}

func TestRandomHistoriesKeepTheRules(t *testing.T) {
	t.Parallel()
	s := openEmbedded(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(s)
		for range rapid.IntRange(5, 30).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"people", "reconcile", "reconcile", "run", "complete", "fail", "time"}).Draw(t, "step") {
			case "people":
				w.people(t)
			case "reconcile":
				w.reconcile(t, func() int { return rapid.IntRange(0, 12).Draw(t, "calls before the kill") })
			case "run":
				w.work(t, store.RunRunning)
			case "complete":
				w.work(t, store.RunComplete)
			case "fail":
				w.work(t, store.RunFailed)
			case "time":
				w.now = w.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes")) * time.Minute)
			}
			w.check(t)
		}
		w.end(t)
	})
}
