package clustertest

import (
	"testing"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/run/kubejob"
	"github.com/clausea/crawler/internal/store"
)

// leeway is how many requests a crawl may make again each time that it is cut off: the
// page that was in flight, and robots.txt and the sitemap, which belong to a process.
const leeway = 1 + 2

// undisturbed is how many requests the demo's site has in a crawl that nothing cuts off.
func undisturbed(t *testing.T) int64 {
	t.Helper()
	site, settings := demoSite(t)
	b := newBed(t, settings)
	b.ends(b.job("whole", 0, nil), v1alpha1.ConditionComplete, "")
	all, _ := site.Fetched()
	return all
}

// resumes checks that a crawl that was cut off lost, doubled and asked again nothing.
func (b *bed) resumes(j *v1alpha1.CrawlJob, site *demo.Site, whole int64) {
	b.t.Helper()
	b.ends(j, v1alpha1.ConditionComplete, "")
	b.whole(j)
	all, _ := site.Fetched()
	cuts := int64(len(world.node.sandboxes(b.namespace)) - 1)
	b.t.Logf("%d requests in %d pods, %d in a crawl that is not cut off", all, cuts+1, whole)
	if all > whole+cuts*leeway {
		b.t.Errorf("%d requests were made again", all-whole)
	}
}

func TestARunThatLosesItsPodGoesOnInAnother(t *testing.T) {
	whole := undisturbed(t)
	t.Run("killed", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newBed(t, settings)
		j, release := b.underWay(site, "killed", 0, nil)
		first := world.node.sandboxes(b.namespace)[0]
		first.kill()
		<-first.ended
		release()
		b.resumes(j, site, whole)
		if j.Status.Attempts < 2 {
			t.Errorf("it took %d attempts", j.Status.Attempts)
		}
		if code, _, _ := first.outcome(); code != 137 {
			t.Errorf("the first pod ended with %d", code)
		}
	})
	t.Run("evicted", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newBed(t, settings)
		j, release := b.underWay(site, "evicted", 0, once) // an eviction is no attempt
		first := world.node.sandboxes(b.namespace)[0]
		e := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: first.pod.Name}}
		if err := b.client.SubResource("eviction").Create(t.Context(), first.pod.DeepCopy(), e); err != nil {
			t.Fatal(err)
		}
		<-first.ended
		release()
		b.resumes(j, site, whole)
		if code, _, killed := first.outcome(); code != kubejob.ExitReleased || killed {
			t.Errorf("the evicted pod ended with %d, killed: %t", code, killed)
		}
		if len(b.jobs()) != 1 || j.Status.Attempts != 1 {
			t.Errorf("it took %d Jobs and %d attempts", len(b.jobs()), j.Status.Attempts)
		}
	})
	t.Run("with its Job", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newBed(t, settings)
		j, release := b.underWay(site, "deleted", 0, once)
		job, first := b.jobs()[0], world.node.sandboxes(b.namespace)[0]
		if err := b.client.Delete(t.Context(), &job, client.PropagationPolicy(metav1.DeletePropagationBackground)); err != nil {
			t.Fatal(err)
		}
		<-first.ended
		release()
		b.resumes(j, site, whole)
		if jobs := b.jobs(); len(jobs) != 1 || jobs[0].UID == job.UID || j.Status.Attempts != 1 {
			t.Errorf("it took %d attempts, and its Jobs are %+v", j.Status.Attempts, jobs)
		}
	})
	t.Run("without a signal, with its Job", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newBed(t, settings)
		j, release := b.underWay(site, "lost", 0, nil)
		job := b.jobs()[0]
		if err := b.client.Delete(t.Context(), &job, client.PropagationPolicy(metav1.DeletePropagationOrphan)); err != nil {
			t.Fatal(err)
		}
		first := world.node.sandboxes(b.namespace)[0]
		first.kill()
		<-first.ended
		release()
		b.resumes(j, site, whole)
		if j.Status.Attempts < 2 {
			t.Errorf("it took %d attempts", j.Status.Attempts)
		}
	})
	t.Run("with the operator's", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newBed(t, settings)
		j, release := b.underWay(site, "operator", slow, once)
		release() // no operator may be there for longer than a request takes
		all := world.node.sandboxes(operatorNamespace)
		operator := all[len(all)-1]
		if err := b.client.Delete(t.Context(), operator.pod.DeepCopy()); err != nil {
			t.Fatal(err)
		}
		<-operator.ended
		if code, _, killed := operator.outcome(); code != 0 || killed {
			t.Errorf("the operator ended with %d, killed: %t: %s", code, killed, operator.tail)
		}
		b.resumes(j, site, whole)
		if len(b.jobs()) != 1 || len(world.node.sandboxes(b.namespace)) != 1 || j.Status.Attempts != 1 {
			t.Errorf("it took %d Jobs, %d pods and %d attempts", len(b.jobs()), len(world.node.sandboxes(b.namespace)), j.Status.Attempts)
		}
	})
}

func TestARunWhosePodsAreAllLostIsGivenUp(t *testing.T) {
	site, settings := demoSite(t)
	b := newBed(t, settings)
	j, _ := b.underWay(site, "poison", 0, once)
	world.node.sandboxes(b.namespace)[0].kill()
	b.ends(j, v1alpha1.ConditionFailed, v1alpha1.ReasonWorkerLost)
	if r, err := b.run(j); err != nil || r.State != store.RunFailed {
		t.Errorf("its run is %+v, %v", r, err)
	}
}
