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

// endedWell says that a pod's process ended by itself within its grace.
func (b *bed) endedWell(s *sandbox) {
	b.t.Helper()
	<-s.ended
	if code, _, killed := s.outcome(); code != kubejob.ExitDone || killed {
		b.t.Errorf("pod %s ended with %d, killed: %t: %s", s.pod.Name, code, killed, s.tail)
	}
}

func (b *bed) edit(j *v1alpha1.CrawlJob, change func()) {
	b.t.Helper()
	before := j.DeepCopy()
	change()
	if err := b.client.Patch(b.t.Context(), j, client.MergeFrom(before)); err != nil {
		b.t.Fatal(err)
	}
}

func TestADeletedCrawlJobTakesJobAndPodsWithIt(t *testing.T) {
	site, settings := demoSite(t)
	b := newBed(t, settings)
	j, _ := b.underWay(site, "cancelled", 0, nil)
	if err := b.client.Delete(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	b.gone(j)
	pods := world.node.sandboxes(b.namespace)
	b.endedWell(pods[len(pods)-1])
	if docs := b.documents(j); len(docs) == 0 {
		t.Error("what was found was not kept")
	}
}

func TestAWorkerThatHangsIsKilledWhenItsGraceIsOver(t *testing.T) {
	t.Run("and its CrawlJob is deleted", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newBed(t, settings)
		j, _ := b.underWay(site, "hangs", 0, nil)
		pod := world.node.sandboxes(b.namespace)[0]
		pod.freeze()
		if err := b.client.Delete(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		b.gone(j)
		if code, asked, killed := pod.outcome(); code != 137 || !asked || !killed {
			t.Errorf("the pod ended with %d, asked: %t, killed: %t", code, asked, killed)
		}
	})
	t.Run("and its deadline is over", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newBed(t, settings)
		seconds := int64(45) // long enough for a worker on a busy machine to begin
		j, _ := b.underWay(site, "late", 0, func(s *v1alpha1.CrawlJobSpec) { s.ActiveDeadlineSeconds = &seconds })
		world.node.sandboxes(b.namespace)[0].freeze()
		b.ends(j, v1alpha1.ConditionFailed, v1alpha1.ReasonDeadlineExceeded)
		b.await("the end of its Job", func() (bool, string) { return len(b.jobs())+len(b.pods()) == 0, "" })
	})
}

func TestAFinishedCrawlJobThatIsDeletedTakesJobAndPodsWithIt(t *testing.T) {
	_, settings := demoSite(t)
	b := newBed(t, settings)
	j := b.job("finished", 0, nil)
	b.ends(j, v1alpha1.ConditionComplete, "")
	if err := b.client.Delete(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	b.gone(j)
}

func TestASuspendedCrawlJobHasNoPodAndGoesOnInANewOne(t *testing.T) {
	whole := undisturbed(t)
	t.Run("while it crawls", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newBed(t, settings)
		j, release := b.underWay(site, "held", 0, nil)
		b.edit(j, func() { j.Spec.Suspend = true })
		b.awaitJob(j, "rest", func(j *v1alpha1.CrawlJob) bool {
			return is(v1alpha1.ConditionSuspended)(j) && j.Status.StartTime == nil
		})
		b.endedWell(world.node.sandboxes(b.namespace)[0])
		if r, err := b.run(j); err != nil || r.State != store.RunInterrupted || r.Attempts != 0 {
			t.Errorf("its run is %+v, %v", r, err)
		}
		b.await("the end of its Job", func() (bool, string) { return len(b.jobs()) == 0, "" })
		release()
		b.edit(j, func() { j.Spec.Suspend = false })
		b.resumes(j, site, whole)
	})
	t.Run("before its pod has begun", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newBed(t, settings)
		world.node.suffer(b.namespace, noImage)
		j := b.job("early", 0, nil)
		b.await("its pod", func() (bool, string) { return len(b.pods()) == 1, "" })
		b.edit(j, func() { j.Spec.Suspend = true })
		b.await("the end of its Job", func() (bool, string) { return len(b.jobs())+len(b.pods()) == 0, "" })
		world.node.suffer(b.namespace, "")
		b.awaitJob(j, "rest", is(v1alpha1.ConditionSuspended))
		b.edit(j, func() { j.Spec.Suspend = false })
		b.resumes(j, site, whole)
	})
}

func TestAStoppedCrawlJobCompletesWithWhatItsPodFound(t *testing.T) {
	t.Run("while it crawls", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newBed(t, settings)
		j, _ := b.underWay(site, "stopped", 0, nil)
		b.edit(j, func() { j.Spec.Stop = true })
		b.ends(j, v1alpha1.ConditionComplete, v1alpha1.ReasonStopped)
		if docs := b.documents(j); len(docs) == 0 {
			t.Error("what was found was not kept")
		}
		b.endedWell(world.node.sandboxes(b.namespace)[0])
	})
	t.Run("while it has no pod", func(t *testing.T) {
		site, settings := demoSite(t)
		b := newBed(t, settings)
		j, _ := b.underWay(site, "stuck", 0, nil)
		world.node.suffer(b.namespace, noImage)
		world.node.sandboxes(b.namespace)[0].kill()
		b.await("a pod that can't start", func() (bool, string) { return len(world.node.sandboxes(b.namespace)) == 2, "" })
		b.edit(j, func() { j.Spec.Stop = true })
		b.ends(j, v1alpha1.ConditionComplete, v1alpha1.ReasonStopped)
		if docs := b.documents(j); len(docs) == 0 {
			t.Error("what was found was not kept")
		}
		b.await("the end of its Job", func() (bool, string) { return len(b.jobs())+len(b.pods()) == 0, "" })
	})
}

func TestACrawlInAPodKeepsItsDeadline(t *testing.T) {
	t.Run("while it crawls", func(t *testing.T) {
		_, settings := demoSite(t)
		b := newBed(t, settings)
		seconds := int64(20)
		j := b.job("long", 10*slow, func(s *v1alpha1.CrawlJobSpec) { s.ActiveDeadlineSeconds = &seconds })
		b.await("its pod", func() (bool, string) { return len(world.node.sandboxes(b.namespace)) > 0, "" })
		b.ends(j, v1alpha1.ConditionFailed, v1alpha1.ReasonDeadlineExceeded)
		b.endedWell(world.node.sandboxes(b.namespace)[0])
		if d := b.jobs()[0].Spec.ActiveDeadlineSeconds; d == nil || *d <= seconds {
			t.Errorf("its Job's own deadline is %v", d)
		}
	})
	t.Run("before its pod has begun", func(t *testing.T) {
		_, settings := demoSite(t)
		b := newBed(t, settings)
		world.node.suffer(b.namespace, noImage)
		seconds := int64(4)
		j := b.job("late", 0, func(s *v1alpha1.CrawlJobSpec) { s.ActiveDeadlineSeconds = &seconds })
		b.ends(j, v1alpha1.ConditionFailed, v1alpha1.ReasonDeadlineExceeded)
		b.await("the end of its Job", func() (bool, string) { return len(b.jobs())+len(b.pods()) == 0, "" })
	})
}

func TestAJobGoesWhenItsTimeIsOverAndTheCrawlJobStays(t *testing.T) {
	_, settings := demoSite(t)
	b := newBed(t, settings)
	j := b.job("kept", 0, nil)
	b.ends(j, v1alpha1.ConditionComplete, "")
	job := b.jobs()[0]
	if ttl := job.Spec.TTLSecondsAfterFinished; ttl == nil || *ttl == 0 {
		t.Errorf("its Job is kept for %v seconds", ttl)
	}
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"ttlSecondsAfterFinished":0}}`))
	if err := b.client.Patch(t.Context(), &job, patch); err != nil {
		t.Fatal(err)
	}
	b.await("the end of its Job", func() (bool, string) { return len(b.jobs())+len(b.pods()) == 0, "" })
	b.ends(j, v1alpha1.ConditionComplete, "")
}

func TestAFinishedCrawlJobGoesWhenItsTimeIsOver(t *testing.T) {
	_, settings := demoSite(t)
	b := newBed(t, settings)
	second := int32(1)
	j := b.job("brief", 0, func(s *v1alpha1.CrawlJobSpec) { s.TTLSecondsAfterFinished = &second })
	b.gone(j)
	b.whole(j)
}

func TestACompanyWithAScheduleIsCrawledByPodsAndItsOldCrawlJobsGoWithTheirJobs(t *testing.T) {
	_, settings := demoSite(t)
	b := newBed(t, settings)
	one := int32(1)
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "harbour"}}
	c.Spec.Target, c.Spec.Schedule = demoTarget(0), &v1alpha1.Schedule{Cron: "@yearly"}
	c.Spec.HistoryLimits = &v1alpha1.HistoryLimits{Successful: &one, Failed: &one}
	if err := b.client.Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	// A new Company is crawled at once.
	crawls := &v1alpha1.CrawlJobList{}
	b.await("its first CrawlJob", func() (bool, string) {
		err := b.client.List(t.Context(), crawls, client.InNamespace(b.namespace))
		return err == nil && len(crawls.Items) == 1, fmt.Sprint(len(crawls.Items), err)
	})
	b.ends(&crawls.Items[0], v1alpha1.ConditionComplete, "")
	// As the schedule would make it.
	j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "next", Labels: map[string]string{v1alpha1.LabelCompany: c.Name}}}
	j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: c.Name}
	if err := b.client.Create(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	b.ends(j, v1alpha1.ConditionComplete, "")
	b.await("the end of the older one", func() (bool, string) {
		jobs, pods := b.jobs(), b.pods()
		ok := len(jobs) == 1 && jobs[0].OwnerReferences[0].UID == j.UID
		for i := range pods {
			ok = ok && pods[i].OwnerReferences[0].UID == jobs[0].UID
		}
		return ok, fmt.Sprint(len(jobs), len(pods))
	})
	if _, err := world.run(t.Context(), "-n", b.namespace, "delete", "company", c.Name, "--timeout=5m"); err != nil {
		t.Fatal(err)
	}
	b.gone(j)
}
