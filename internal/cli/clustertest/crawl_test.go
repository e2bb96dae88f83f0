package clustertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

func TestCrawlJobRunsInARestrictedPodAndStoresItsDocuments(t *testing.T) {
	site, settings := demoSite(t)
	b := newFixture(t, settings)
	// The CrawlJob does not set execution; the default of this operator is Job.
	j := b.createJob("once", 0, func(s *v1alpha1.CrawlJobSpec) { s.Execution = "" })
	if out, err := testCluster.run(t.Context(), "-n", b.namespace, "wait", "--for=condition=Complete", "crawljob/once", "--timeout=5m"); err != nil {
		t.Fatal(out, err)
	}
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
	b.checkDocuments(j)
	if all, _ := site.RequestCounts(); all < minDocuments {
		t.Errorf("the site had %d requests, want at least %d", all, minDocuments)
	}
	jobs, pods := b.jobs(), b.pods()
	if len(jobs) != 1 || len(pods) == 0 {
		t.Fatalf("there are %d Jobs and %d pods", len(jobs), len(pods))
	}
	if o := jobs[0].OwnerReferences; len(o) != 1 || o[0].UID != j.UID {
		t.Errorf("the owners of the Job are %+v", o)
	}
	b.waitUntil("the events", func() (bool, string) {
		l := &eventsv1.EventList{}
		err := b.client.List(t.Context(), l, client.InNamespace(b.namespace))
		var reasons []string
		for i := range l.Items {
			if l.Items[i].Regarding.UID == j.UID {
				reasons = append(reasons, l.Items[i].Reason)
			}
		}
		return slices.Contains(reasons, "Started") && slices.Contains(reasons, j.Status.Reason), fmt.Sprint(reasons, err)
	})
	checkPod(t, &pods[0])
}

// checkPod checks the spec of a worker pod. The admission of the namespace has already checked that
// the pod is restricted.
func checkPod(t *testing.T, p *corev1.Pod) {
	t.Helper()
	c := p.Spec.Containers[0]
	if p.Spec.PriorityClassName != priorityClass || c.Resources.Limits.Memory().String() != workerMemory || c.Resources.Requests.Cpu().IsZero() || c.Resources.Requests.Memory().IsZero() {
		t.Errorf("the priority class is %q, the resources are %+v", p.Spec.PriorityClassName, c.Resources)
	}
	if p.Spec.AutomountServiceAccountToken == nil || *p.Spec.AutomountServiceAccountToken {
		t.Error("the pod gets a token for the API server")
	}
	testCluster.kubelet.mu.Lock()
	created := testCluster.kubelet.firstSeen[p.UID]
	testCluster.kubelet.mu.Unlock()
	if created == nil || created.Spec.NodeName != "" || created.Spec.Affinity != nil || len(created.Spec.NodeSelector) > 0 || !slices.Contains(nodeNames, p.Spec.NodeName) {
		t.Errorf("the pod was not placed by the scheduler: %+v", created)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "mongodb://") {
		t.Errorf("the pod spec contains a secret: %s", text)
	}
	env := map[string]string{}
	for _, e := range c.Env {
		env[e.Name] = e.Value
	}
	for name, want := range map[string]string{"CLAUSEA_ALLOW_ADDRESS": "127.0.0.1/32", "CLAUSEA_LEASE_DURATION": "5s", "CLAUSEA_BROWSER": browserURL} {
		if env[name] != want {
			t.Errorf("%s of the pod is %q, want %q", name, env[name], want)
		}
	}
}

func TestInProcessCrawlHasNoKubernetesJob(t *testing.T) {
	b := newFixture(t, map[string]string{})
	j := b.createJob("here", 0, func(s *v1alpha1.CrawlJobSpec) { s.Execution = v1alpha1.ExecutionInProcess })
	// This operator runs no crawls itself (CLAUSEA_MAX_CONCURRENT_CRAWLS=0), so the run stays queued.
	b.waitForJob(j, "the queued run", func(j *v1alpha1.CrawlJob) bool { return j.Status.QueueTime != nil })
	if r, err := b.run(j); err != nil || r.AssignedWorker != "" {
		t.Errorf("the run is %+v, %v", r, err)
	}
	if jobs := b.jobs(); len(jobs) != 0 {
		t.Errorf("the CrawlJob has %d Jobs, want 0", len(jobs))
	}
	if err := b.client.Delete(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	b.waitForDeletion(j)
}
