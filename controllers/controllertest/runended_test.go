package controllertest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/crawljob"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run/queue"
)

// statusCounter counts the calls of Status.
type statusCounter struct {
	*queue.Queue
	n atomic.Int64
}

func (c *statusCounter) Status(ctx context.Context, runID string) (runner.RunStatus, error) {
	c.n.Add(1)
	return c.Queue.Status(ctx, runID)
}

// suspendedJob creates a suspended job: its run is not polled, so that only an event
// triggers a reconcile.
func suspendedJob(b *backend, name string) *v1alpha1.CrawlJob {
	b.t.Helper()
	j := b.job(name, "acme", func(s *v1alpha1.CrawlJobSpec) { s.Suspend = true })
	b.awaitJob(j, "suspension", has(v1alpha1.ConditionSuspended))
	return j
}

// awaitMore waits until Status was called more than n times.
func (c *statusCounter) awaitMore(b *backend, n int64, after string) {
	b.t.Helper()
	b.await("a reconcile after "+after, func() (bool, string) {
		now := c.n.Load()
		return now > n, fmt.Sprint(now, " calls of Status")
	})
}

func TestTheEndOfARunInThisProcessTriggersAReconcile(t *testing.T) {
	t.Parallel()
	s := openEmbedded(t)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	m, err := kubestore.NewManager(ctx, s, options(), "", "", kubestore.Election{})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan event.TypedGenericEvent[string], 1)
	runs := &statusCounter{Queue: &queue.Queue{Runs: s}}
	events := &eventLog{}
	startJobs(t, m, &crawljob.Reconciler{Client: m.GetClient(), Runner: runs, Recorder: events, RunEnded: ended}, s)
	b := &backend{t: t, client: kubestore.NewClient(s, scheme), namespace: "default", store: s, queue: runs.Queue, events: events}
	b.company("acme", nil)
	j := suspendedJob(b, "suspended")
	before := runs.n.Load()
	ended <- event.TypedGenericEvent[string]{Object: j.CompanyKey()}
	runs.awaitMore(b, before, "the end of a run")
}

func TestTheEndOfAKubernetesJobTriggersAReconcile(t *testing.T) {
	t.Parallel()
	k, ns := clusterClient(t)
	o := options()
	o.Cache = cache.Options{DefaultNamespaces: map[string]cache.Config{ns: {}}}
	m, err := ctrl.NewManager(cluster, o)
	if err != nil {
		t.Fatal(err)
	}
	s := openEmbedded(t)
	runs := &statusCounter{Queue: &queue.Queue{Runs: s}}
	events := &eventLog{}
	startJobs(t, m, &crawljob.Reconciler{Client: m.GetClient(), Runner: runs, Recorder: events, WatchKubernetesJobs: true}, s)
	b := &backend{t: t, client: k, namespace: ns, store: s, queue: runs.Queue, events: events}
	b.company("acme", nil)
	j := suspendedJob(b, "suspended")
	own := ownedJob(j)
	if err := k.Create(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	before := runs.n.Load()
	own.Status.StartTime = new(metav1.Now())
	own.Status.Conditions = []batchv1.JobCondition{
		{Type: batchv1.JobFailureTarget, Status: corev1.ConditionTrue},
		{Type: batchv1.JobFailed, Status: corev1.ConditionTrue},
	}
	if err := k.Status().Update(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	runs.awaitMore(b, before, "the failure of the Job")
	before = runs.n.Load()
	if err := k.Delete(t.Context(), own, client.PropagationPolicy(metav1.DeletePropagationBackground)); err != nil {
		t.Fatal(err)
	}
	runs.awaitMore(b, before, "the deletion of the Job")
}

// ownedJob returns a Kubernetes Job that a CrawlJob owns.
func ownedJob(j *v1alpha1.CrawlJob) *batchv1.Job {
	yes := true
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: j.Name, Namespace: j.Namespace, OwnerReferences: []metav1.OwnerReference{{
			APIVersion: v1alpha1.GroupVersion.String(), Kind: "CrawlJob", Name: j.Name, UID: j.UID, Controller: &yes,
		}}},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "worker", Image: "clausea:test"}},
		}}},
	}
}
