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

// refetchAllowance is the number of requests that a crawl may repeat after each interruption: the
// page in flight, and robots.txt and the sitemap, which each process fetches.
const refetchAllowance = 1 + 2

// uninterruptedRequests returns the number of requests of an uninterrupted crawl of the demo site.
func uninterruptedRequests(t *testing.T) int64 {
	t.Helper()
	site, settings := demoSite(t)
	b := newFixture(t, settings)
	b.waitForEnd(b.createJob("whole", 0, nil), v1alpha1.ConditionComplete, "")
	all, _ := site.RequestCounts()
	return all
}

// checkResumed checks that an interrupted crawl has all documents, one version of each, and that it
// repeated at most refetchAllowance requests per interruption.
func (b *fixture) checkResumed(j *v1alpha1.CrawlJob, site *demo.Site, whole int64) {
	b.t.Helper()
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
	b.checkDocuments(j)
	all, _ := site.RequestCounts()
	interruptions := int64(len(testCluster.kubelet.fakePods(b.namespace)) - 1)
	b.t.Logf("%d requests in %d pods, %d in an uninterrupted crawl", all, interruptions+1, whole)
	if all > whole+interruptions*refetchAllowance {
		b.t.Errorf("%d requests were repeated", all-whole)
	}
}

func TestRunThatLosesItsPodResumesInAnotherPod(t *testing.T) {
	whole := uninterruptedRequests(t)
	t.Run("killed", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newFixture(t, settings)
		j, release := b.startCrawl(site, "killed", 0, nil)
		first := testCluster.kubelet.fakePods(b.namespace)[0]
		first.kill()
		<-first.ended
		release()
		b.checkResumed(j, site, whole)
		if j.Status.Attempts < 2 {
			t.Errorf("got %d attempts", j.Status.Attempts)
		}
		if code, _, _ := first.outcome(); code != 137 {
			t.Errorf("the first pod ended with %d", code)
		}
	})
	t.Run("evicted", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newFixture(t, settings)
		j, release := b.startCrawl(site, "evicted", 0, noRetries) // an eviction does not count as an attempt
		first := testCluster.kubelet.fakePods(b.namespace)[0]
		e := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: first.pod.Name}}
		if err := b.client.SubResource("eviction").Create(t.Context(), first.pod.DeepCopy(), e); err != nil {
			t.Fatal(err)
		}
		<-first.ended
		release()
		b.checkResumed(j, site, whole)
		if code, _, killed := first.outcome(); code != kubejob.ExitReleased || killed {
			t.Errorf("the evicted pod ended with %d, killed: %t", code, killed)
		}
		if len(b.jobs()) != 1 || j.Status.Attempts != 1 {
			t.Errorf("got %d Jobs and %d attempts", len(b.jobs()), j.Status.Attempts)
		}
	})
	t.Run("with its Job", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newFixture(t, settings)
		j, release := b.startCrawl(site, "deleted", 0, noRetries)
		job, first := b.jobs()[0], testCluster.kubelet.fakePods(b.namespace)[0]
		if err := b.client.Delete(t.Context(), &job, client.PropagationPolicy(metav1.DeletePropagationBackground)); err != nil {
			t.Fatal(err)
		}
		<-first.ended
		release()
		b.checkResumed(j, site, whole)
		if jobs := b.jobs(); len(jobs) != 1 || jobs[0].UID == job.UID || j.Status.Attempts != 1 {
			t.Errorf("got %d attempts and the Jobs %+v", j.Status.Attempts, jobs)
		}
	})
	t.Run("without a signal, with its Job", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newFixture(t, settings)
		j, release := b.startCrawl(site, "lost", 0, nil)
		job := b.jobs()[0]
		if err := b.client.Delete(t.Context(), &job, client.PropagationPolicy(metav1.DeletePropagationOrphan)); err != nil {
			t.Fatal(err)
		}
		first := testCluster.kubelet.fakePods(b.namespace)[0]
		first.kill()
		<-first.ended
		release()
		b.checkResumed(j, site, whole)
		if j.Status.Attempts < 2 {
			t.Errorf("got %d attempts", j.Status.Attempts)
		}
	})
	t.Run("while the operator restarts", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newFixture(t, settings)
		j, release := b.startCrawl(site, "operator", slowDelay, noRetries)
		release() // the operator may be absent for longer than the timeout of a request
		all := testCluster.kubelet.fakePods(operatorNamespace)
		operator := all[len(all)-1]
		if err := b.client.Delete(t.Context(), operator.pod.DeepCopy()); err != nil {
			t.Fatal(err)
		}
		<-operator.ended
		if code, _, killed := operator.outcome(); code != 0 || killed {
			t.Errorf("the operator ended with %d, killed: %t: %s", code, killed, operator.tail)
		}
		b.checkResumed(j, site, whole)
		if len(b.jobs()) != 1 || len(testCluster.kubelet.fakePods(b.namespace)) != 1 || j.Status.Attempts != 1 {
			t.Errorf("got %d Jobs, %d pods and %d attempts", len(b.jobs()), len(testCluster.kubelet.fakePods(b.namespace)), j.Status.Attempts)
		}
	})
}

func TestRunFailsAfterItsLastPodIsLost(t *testing.T) {
	site, settings := demoSite(t)
	b := newFixture(t, settings)
	j, _ := b.startCrawl(site, "poison", 0, noRetries)
	testCluster.kubelet.fakePods(b.namespace)[0].kill()
	b.waitForEnd(j, v1alpha1.ConditionFailed, v1alpha1.ReasonWorkerLost)
	if r, err := b.run(j); err != nil || r.State != store.RunFailed {
		t.Errorf("the run is %+v, %v", r, err)
	}
}
