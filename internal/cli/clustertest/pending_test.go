package clustertest

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// waitForPendingMessage waits until the message of a pending CrawlJob contains the given words.
func (b *fixture) waitForPendingMessage(j *v1alpha1.CrawlJob, words ...string) {
	b.t.Helper()
	b.waitForJob(j, "word of what it waits for", func(j *v1alpha1.CrawlJob) bool {
		for _, w := range words {
			if !strings.Contains(j.Status.Message, w) {
				return false
			}
		}
		return j.Status.Reason == v1alpha1.ReasonPodNotCreated || j.Status.Reason == v1alpha1.ReasonPodNotStarted
	})
}

func TestImagePullFailureIsReportedUntilItIsFixed(t *testing.T) {
	_, settings := demoSite(t)
	b := newFixture(t, settings)
	testCluster.kubelet.setFault(b.namespace, imagePullFails)
	j := b.createJob("pull", 0, nil)
	b.waitForPendingMessage(j, "cannot pull its image clausea:dev", "CLAUSEA_WORKER_IMAGE")
	testCluster.kubelet.setFault(b.namespace, "")
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
}

func TestMissingSecretIsReportedUntilItIsCreated(t *testing.T) {
	_, settings := demoSite(t)
	b := newFixture(t, nil)
	j := b.createJob("secret", 0, nil)
	b.waitForPendingMessage(j, "create the Secret clausea with MONGO_URI in namespace "+b.namespace)
	b.createSecret(settings)
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
}

func TestUnschedulablePodIsReportedUntilANodeIsAvailable(t *testing.T) {
	_, settings := demoSite(t)
	b := newFixture(t, settings)
	cordon := func(unschedulable bool) {
		t.Helper()
		for _, name := range nodeNames {
			n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}
			patch := `{"spec":{"unschedulable":false}}`
			if unschedulable {
				patch = `{"spec":{"unschedulable":true}}`
			}
			if err := b.client.Patch(t.Context(), n, client.RawPatch("application/merge-patch+json", []byte(patch))); err != nil {
				t.Error(err)
			}
		}
	}
	cordon(true)
	j := b.createJob("unschedulable", 0, nil)
	func() {
		defer cordon(false)
		b.waitForPendingMessage(j, "cannot be scheduled (0/2 nodes are available", "lower the workers' resource requests")
	}()
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
}

func TestQuotaFailureIsReportedUntilTheJobCanBeCreated(t *testing.T) {
	_, settings := demoSite(t)
	b := newFixture(t, settings)
	q := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "none"},
		Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"count/jobs.batch": resource.MustParse("0")}}}
	if err := b.client.Create(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	// There is no quota controller, so the test sets the usage.
	q.Status = corev1.ResourceQuotaStatus{Hard: q.Spec.Hard, Used: corev1.ResourceList{"count/jobs.batch": resource.MustParse("0")}}
	if err := b.client.Status().Update(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	j := b.createJob("quota", 0, nil)
	b.waitForPendingMessage(j, "No pod could be created", "exceeded quota: none")
	if err := b.client.Delete(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
}
