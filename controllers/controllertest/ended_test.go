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
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

// observed counts how often runs are looked at.
type observed struct {
	*queue.Queue
	n atomic.Int64
}

func (o *observed) Observe(ctx context.Context, runID string) (store.Run, error) {
	o.n.Add(1)
	return o.Queue.Observe(ctx, runID)
}

// resting is a job that is suspended: nothing looks at it by itself.
func resting(h *home, name string) *v1alpha1.CrawlJob {
	h.t.Helper()
	j := h.job(name, "acme", func(s *v1alpha1.CrawlJobSpec) { s.Suspend = true })
	h.awaitJob(j, "suspension", is(v1alpha1.ConditionSuspended))
	return j
}

func (o *observed) again(h *home, than int64, what string) {
	h.t.Helper()
	h.await("a look at the run after "+what, func() (bool, string) {
		n := o.n.Load()
		return n > than, fmt.Sprint(n, " looks")
	})
}

func TestTheEndOfARunInThisProcessIsLookedAtAtOnce(t *testing.T) {
	t.Parallel()
	s := openEmbedded(t)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	m, err := kubestore.NewManager(ctx, s, options(), "", "", kubestore.Election{})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan event.TypedGenericEvent[string], 1)
	runs := &observed{Queue: &queue.Queue{Runs: s}}
	events := &eventLog{}
	startJobs(t, m, &crawljob.Reconciler{Client: m.GetClient(), Runner: runs, Recorder: events, Ended: ended}, s)
	h := &home{t: t, client: kubestore.NewClient(s, scheme), namespace: "default", store: s, queue: runs.Queue, events: events}
	h.company("acme", nil)
	j := resting(h, "rests")
	before := runs.n.Load()
	ended <- event.TypedGenericEvent[string]{Object: j.CompanyKey()}
	runs.again(h, before, "its end")
}

func TestTheEndOfAKubernetesJobIsLookedAtAtOnce(t *testing.T) {
	t.Parallel()
	k, ns := clusterClient(t)
	o := options()
	o.Cache = cache.Options{DefaultNamespaces: map[string]cache.Config{ns: {}}}
	m, err := ctrl.NewManager(cluster, o)
	if err != nil {
		t.Fatal(err)
	}
	s := openEmbedded(t)
	runs := &observed{Queue: &queue.Queue{Runs: s}}
	events := &eventLog{}
	startJobs(t, m, &crawljob.Reconciler{Client: m.GetClient(), Runner: runs, Recorder: events, Jobs: true}, s)
	h := &home{t: t, client: k, namespace: ns, store: s, queue: runs.Queue, events: events}
	h.company("acme", nil)
	j := resting(h, "rests")
	own := jobOf(j)
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
	runs.again(h, before, "its failure")
	before = runs.n.Load()
	if err := k.Delete(t.Context(), own, client.PropagationPolicy(metav1.DeletePropagationBackground)); err != nil {
		t.Fatal(err)
	}
	runs.again(h, before, "its removal")
}

// jobOf is a Kubernetes Job that a CrawlJob owns.
func jobOf(j *v1alpha1.CrawlJob) *batchv1.Job {
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
