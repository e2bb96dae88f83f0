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

func TestACrawlJobIsCrawledByARestrictedPodAndItsDocumentsAreKept(t *testing.T) {
	site, settings := demoSite(t)
	b := newFixture(t, settings)
	// None is named: the operator was told Job.
	j := b.createJob("once", 0, func(s *v1alpha1.CrawlJobSpec) { s.Execution = "" })
	if out, err := testCluster.run(t.Context(), "-n", b.namespace, "wait", "--for=condition=Complete", "crawljob/once", "--timeout=5m"); err != nil {
		t.Fatal(out, err)
	}
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
	b.checkDocuments(j)
	if all, _ := site.RequestCounts(); all < minDocuments {
		t.Errorf("the site had %d requests", all)
	}
	jobs, pods := b.jobs(), b.pods()
	if len(jobs) != 1 || len(pods) == 0 {
		t.Fatalf("there are %d Jobs and %d pods", len(jobs), len(pods))
	}
	if o := jobs[0].OwnerReferences; len(o) != 1 || o[0].UID != j.UID {
		t.Errorf("its Job's owners are %+v", o)
	}
	b.waitUntil("its events", func() (bool, string) {
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

// checkPod holds a worker's pod to what is promised of it. That it is restricted the
// namespace's admission has said.
func checkPod(t *testing.T, p *corev1.Pod) {
	t.Helper()
	c := p.Spec.Containers[0]
	if p.Spec.PriorityClassName != priorityClass || c.Resources.Limits.Memory().String() != workerMemory || c.Resources.Requests.Cpu().IsZero() || c.Resources.Requests.Memory().IsZero() {
		t.Errorf("its priority class is %q, its resources are %+v", p.Spec.PriorityClassName, c.Resources)
	}
	if p.Spec.AutomountServiceAccountToken == nil || *p.Spec.AutomountServiceAccountToken {
		t.Error("it gets a token of the API server")
	}
	testCluster.kubelet.mu.Lock()
	born := testCluster.kubelet.firstSeen[p.UID]
	testCluster.kubelet.mu.Unlock()
	if born == nil || born.Spec.NodeName != "" || born.Spec.Affinity != nil || len(born.Spec.NodeSelector) > 0 || !slices.Contains(nodeNames, p.Spec.NodeName) {
		t.Errorf("the scheduler had no choice: %+v", born)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "mongodb://") {
		t.Errorf("the pod shows a secret: %s", text)
	}
	given := map[string]string{}
	for _, e := range c.Env {
		given[e.Name] = e.Value
	}
	for name, want := range map[string]string{"CLAUSEA_ALLOW_ADDRESS": "127.0.0.1/32", "CLAUSEA_LEASE": "5s", "CLAUSEA_BROWSER": browserURL} {
		if given[name] != want {
			t.Errorf("the operator's %s is handed on as %q", name, given[name])
		}
	}
}

func TestACrawlInTheOperatorsProcessHasNoKubernetesJob(t *testing.T) {
	b := newFixture(t, map[string]string{})
	j := b.createJob("here", 0, func(s *v1alpha1.CrawlJobSpec) { s.Execution = v1alpha1.ExecutionInProcess })
	// This operator crawls nothing itself (CLAUSEA_CRAWLS=0): it waits.
	b.waitForJob(j, "a place in the queue", func(j *v1alpha1.CrawlJob) bool { return j.Status.StartTime != nil })
	if r, err := b.run(j); err != nil || r.AssignedWorker != "" {
		t.Errorf("its run is %+v, %v", r, err)
	}
	if jobs := b.jobs(); len(jobs) != 0 {
		t.Errorf("it has %d Jobs", len(jobs))
	}
	if err := b.client.Delete(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	b.waitForDeletion(j)
}
