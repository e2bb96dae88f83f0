package clustertest

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/run/kubejob"
	"github.com/clausea/crawler/internal/store"
)

// checkCleanExit checks that the process of a pod exited within its grace period.
func (b *fixture) checkCleanExit(s *fakePod) {
	b.t.Helper()
	<-s.ended
	if code, _, killed := s.outcome(); code != kubejob.ExitDone || killed {
		b.t.Errorf("pod %s exits with %d, killed: %t: %s", s.pod.Name, code, killed, s.tail)
	}
}

func (b *fixture) patch(j *v1alpha1.CrawlJob, change func()) {
	b.t.Helper()
	before := j.DeepCopy()
	change()
	if err := b.client.Patch(b.t.Context(), j, client.MergeFrom(before)); err != nil {
		b.t.Fatal(err)
	}
}

func TestDeletingACrawlJobDeletesItsJobAndPods(t *testing.T) {
	site, settings := demoSite(t)
	b := newFixture(t, settings)
	j, _ := b.startCrawl(site, "canceled", 0, nil)
	if err := b.client.Delete(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	b.waitForDeletion(j)
	pods := testCluster.kubelet.fakePods(b.namespace)
	b.checkCleanExit(pods[len(pods)-1])
	if docs := b.documents(j); len(docs) == 0 {
		t.Error("no documents were stored")
	}
}

func TestHungWorkerIsKilledAfterItsGracePeriod(t *testing.T) {
	t.Run("when its CrawlJob is deleted", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newFixture(t, settings)
		j, _ := b.startCrawl(site, "hangs", 0, nil)
		pod := testCluster.kubelet.fakePods(b.namespace)[0]
		pod.freeze()
		if err := b.client.Delete(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		b.waitForDeletion(j)
		if code, asked, killed := pod.outcome(); code != 137 || !asked || !killed {
			t.Errorf("the pod exits with %d, signaled: %t, killed: %t", code, asked, killed)
		}
	})
	t.Run("when its deadline expires", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newFixture(t, settings)
		seconds := int64(45) // long enough for a worker to start on a busy machine
		j, _ := b.startCrawl(site, "late", 0, func(s *v1alpha1.CrawlJobSpec) { s.ActiveDeadlineSeconds = &seconds })
		testCluster.kubelet.fakePods(b.namespace)[0].freeze()
		b.waitForEnd(j, v1alpha1.ConditionFailed, v1alpha1.ReasonDeadlineExceeded)
		b.waitUntil("the deletion of its Job", func() (bool, string) { return len(b.jobs())+len(b.pods()) == 0, "" })
	})
}

func TestDeletingAFinishedCrawlJobDeletesItsJobAndPods(t *testing.T) {
	_, settings := demoSite(t)
	b := newFixture(t, settings)
	j := b.createJob("finished", 0, nil)
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
	if err := b.client.Delete(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	b.waitForDeletion(j)
}

func TestSuspendedCrawlJobHasNoPodAndResumesInANewOne(t *testing.T) {
	whole := uninterruptedRequests(t)
	t.Run("while it crawls", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newFixture(t, settings)
		j, release := b.startCrawl(site, "held", 0, nil)
		b.patch(j, func() { j.Spec.Suspend = true })
		b.waitForJob(j, "the suspension", func(j *v1alpha1.CrawlJob) bool {
			return hasCondition(v1alpha1.ConditionSuspended)(j) && !j.Active()
		})
		b.checkCleanExit(testCluster.kubelet.fakePods(b.namespace)[0])
		if r, err := b.run(j); err != nil || r.State != store.RunInterrupted || r.Attempts != 0 {
			t.Errorf("the run is %+v, %v", r, err)
		}
		b.waitUntil("the deletion of its Job", func() (bool, string) { return len(b.jobs()) == 0, "" })
		release()
		b.patch(j, func() { j.Spec.Suspend = false })
		b.checkResumed(j, site, whole)
	})
	t.Run("before its pod starts", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newFixture(t, settings)
		testCluster.kubelet.setFault(b.namespace, imagePullFails)
		j := b.createJob("early", 0, nil)
		b.waitUntil("the pod", func() (bool, string) { return len(b.pods()) == 1, "" })
		b.patch(j, func() { j.Spec.Suspend = true })
		b.waitUntil("the deletion of its Job", func() (bool, string) { return len(b.jobs())+len(b.pods()) == 0, "" })
		testCluster.kubelet.setFault(b.namespace, "")
		b.waitForJob(j, "the suspension", hasCondition(v1alpha1.ConditionSuspended))
		b.patch(j, func() { j.Spec.Suspend = false })
		b.checkResumed(j, site, whole)
	})
}

func TestStoppedCrawlJobCompletesWithTheDocumentsFound(t *testing.T) {
	t.Run("while it crawls", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newFixture(t, settings)
		j, _ := b.startCrawl(site, "stopped", 0, nil)
		b.patch(j, func() { j.Spec.Stop = true })
		b.waitForEnd(j, v1alpha1.ConditionComplete, v1alpha1.ReasonStopped)
		if docs := b.documents(j); len(docs) == 0 {
			t.Error("no documents were stored")
		}
		b.checkCleanExit(testCluster.kubelet.fakePods(b.namespace)[0])
	})
	t.Run("while it has no pod", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newFixture(t, settings)
		j, _ := b.startCrawl(site, "stuck", 0, nil)
		testCluster.kubelet.setFault(b.namespace, imagePullFails)
		testCluster.kubelet.fakePods(b.namespace)[0].kill()
		b.waitUntil("a pod that cannot start", func() (bool, string) { return len(testCluster.kubelet.fakePods(b.namespace)) == 2, "" })
		b.patch(j, func() { j.Spec.Stop = true })
		b.waitForEnd(j, v1alpha1.ConditionComplete, v1alpha1.ReasonStopped)
		if docs := b.documents(j); len(docs) == 0 {
			t.Error("no documents were stored")
		}
		b.waitUntil("the deletion of its Job", func() (bool, string) { return len(b.jobs())+len(b.pods()) == 0, "" })
	})
}

func TestCrawlInAPodObservesItsDeadline(t *testing.T) {
	t.Run("while it crawls", func(t *testing.T) {
		_, settings := demoSite(t)
		b := newFixture(t, settings)
		seconds := int64(20)
		j := b.createJob("long", 10*slowDelay, func(s *v1alpha1.CrawlJobSpec) { s.ActiveDeadlineSeconds = &seconds })
		b.waitUntil("the pod", func() (bool, string) { return len(testCluster.kubelet.fakePods(b.namespace)) > 0, "" })
		pod := testCluster.kubelet.fakePods(b.namespace)[0] // the controller of Jobs may delete it
		b.waitForEnd(j, v1alpha1.ConditionFailed, v1alpha1.ReasonDeadlineExceeded)
		b.checkCleanExit(pod)
		if d := b.jobs()[0].Spec.ActiveDeadlineSeconds; d == nil || *d <= seconds {
			t.Errorf("the deadline of the Job is %v", d)
		}
	})
	t.Run("before its pod starts", func(t *testing.T) {
		_, settings := demoSite(t)
		b := newFixture(t, settings)
		testCluster.kubelet.setFault(b.namespace, imagePullFails)
		seconds := int64(4)
		j := b.createJob("late", 0, func(s *v1alpha1.CrawlJobSpec) { s.ActiveDeadlineSeconds = &seconds })
		b.waitForEnd(j, v1alpha1.ConditionFailed, v1alpha1.ReasonDeadlineExceeded)
		b.waitUntil("the deletion of its Job", func() (bool, string) { return len(b.jobs())+len(b.pods()) == 0, "" })
	})
}

func TestJobIsDeletedAfterItsTTLAndTheCrawlJobStays(t *testing.T) {
	_, settings := demoSite(t)
	b := newFixture(t, settings)
	j := b.createJob("kept", 0, nil)
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
	job := b.jobs()[0]
	if ttl := job.Spec.TTLSecondsAfterFinished; ttl == nil || *ttl == 0 {
		t.Errorf("the TTL of the Job is %v seconds", ttl)
	}
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"ttlSecondsAfterFinished":0}}`))
	if err := b.client.Patch(t.Context(), &job, patch); err != nil {
		t.Fatal(err)
	}
	b.waitUntil("the deletion of its Job", func() (bool, string) { return len(b.jobs())+len(b.pods()) == 0, "" })
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
}

func TestFinishedCrawlJobIsDeletedAfterItsTTL(t *testing.T) {
	_, settings := demoSite(t)
	b := newFixture(t, settings)
	second := int32(1)
	j := b.createJob("brief", 0, func(s *v1alpha1.CrawlJobSpec) { s.TTLSecondsAfterFinished = &second })
	b.waitForDeletion(j)
	b.checkDocuments(j)
}

func TestScheduledCompanyIsCrawledByPodsAndOldCrawlJobsAreDeletedWithTheirJobs(t *testing.T) {
	_, settings := demoSite(t)
	b := newFixture(t, settings)
	one := int32(1)
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "harbour"}}
	c.Spec.Target, c.Spec.Schedule = demoTarget(0), &v1alpha1.Schedule{Cron: "@yearly"}
	c.Spec.HistoryLimits = &v1alpha1.HistoryLimits{Successful: &one, Failed: &one}
	if err := b.client.Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	// A new Company is crawled immediately.
	crawls := &v1alpha1.CrawlJobList{}
	b.waitUntil("the first CrawlJob", func() (bool, string) {
		err := b.client.List(t.Context(), crawls, client.InNamespace(b.namespace))
		return err == nil && len(crawls.Items) == 1, fmt.Sprint(len(crawls.Items), err)
	})
	b.waitForEnd(&crawls.Items[0], v1alpha1.ConditionComplete, "")
	// This CrawlJob is like the ones that the schedule creates: the history limits apply to it.
	j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "next", Annotations: map[string]string{v1alpha1.AnnotationTrigger: string(v1alpha1.TriggerSchedule)}}}
	j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: c.Name}
	if err := b.client.Create(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
	b.waitUntil("the deletion of the older CrawlJob", func() (bool, string) {
		jobs, pods := b.jobs(), b.pods()
		ok := len(jobs) == 1 && jobs[0].OwnerReferences[0].UID == j.UID
		for i := range pods {
			ok = ok && pods[i].OwnerReferences[0].UID == jobs[0].UID
		}
		return ok, fmt.Sprint(len(jobs), len(pods))
	})
	if _, err := testCluster.run(t.Context(), "-n", b.namespace, "delete", "company", c.Name, "--timeout=5m"); err != nil {
		t.Fatal(err)
	}
	b.waitForDeletion(j)
}
