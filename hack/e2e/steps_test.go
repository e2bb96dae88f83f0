//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// install installs the release and reports the time until the first crawl is complete.
func (r *release) install() {
	r.t.Helper()
	began := time.Now()
	ready := r.apply("install", firstTag)
	first := r.createCompany()
	r.waitForCrawl(first)
	r.t.Logf("figures: helm install --wait %v; helm install to the first completed crawl: %v", ready, round(time.Since(began)))
}

// tryInstall installs the release without waiting, and expects an error.
func (r *release) tryInstall() (string, error) {
	r.t.Helper()
	return try(r.t, os.Getenv(r.binary), "--namespace", r.namespace, "install", "clausea", "charts/clausea", "--values", "hack/e2e/values.yaml", "--set", "image.tag="+firstTag)
}

// crawlAndRead reads the API and the dashboard through their Services, crawls in a Kubernetes Job, and
// records changes of the site.
func (r *release) crawlAndRead() {
	t := r.t
	t.Helper()
	r.checkFigures()
	if n := r.documents(); n < minDocuments {
		t.Errorf("the API has %d documents, want at least %d", n, minDocuments)
	}
	r.checkDashboard()
	r.test()

	t.Log("crawl in a Kubernetes Job; the site has changed")
	site.Advance()
	defer site.Revert()
	r.crawl("job", "Job")
	took := r.waitForCrawl("job")
	t.Logf("figures: a crawl in a Kubernetes Job: %v", round(took))
	waitUntil(t, "the Kubernetes Job", time.Minute, func() (bool, string) {
		out := kubectl(t, "-n", r.namespace, "get", "jobs", "-o", "jsonpath={.items[*].status.succeeded}")
		return out == "1", "succeeded pods: " + out
	})
	if changes := r.list("/v1/changes?kinds=Changed,Moved&limit=100"); len(changes) == 0 {
		t.Error("the API has no change of the site")
	}
}

// test runs the tests of the chart.
func (r *release) test() {
	r.t.Helper()
	if out, _ := r.helm("test", "clausea", "--timeout", "2m"); !strings.Contains(out, "Succeeded") {
		r.t.Errorf("helm test reports no success: %s", out)
	}
}

// minDocuments is the least number of documents that a crawl of the demo site finds.
const minDocuments = 10

// upgradeAndRollBack upgrades the release to another tag, rolls it back, and upgrades it to a tag that
// does not exist. It compares all records, and no request may fail meanwhile.
func (r *release) upgradeAndRollBack() {
	t := r.t
	t.Helper()
	before := r.readState()
	r.whileServing("the upgrade", func() { r.apply("upgrade", secondTag) })
	if images := r.images(); strings.Contains(images, firstTag) {
		t.Errorf("the images after the upgrade are %s", images)
	}
	before.check(t, "the upgrade", r.readState())
	r.checkFigures()
	r.whileServing("the rollback", func() { r.helm("rollback", "clausea", "--wait", "--timeout", "4m") })
	if images := r.images(); strings.Contains(images, secondTag) {
		t.Errorf("the images after the rollback are %s", images)
	}
	before.check(t, "the rollback", r.readState())

	t.Log("upgrade to an image that does not exist: the release is rolled back, and serves meanwhile")
	flag := "--rollback-on-failure"
	if r.binary == helm3 {
		flag = "--atomic"
	}
	r.whileServing("the failed upgrade", func() {
		out, err := try(t, os.Getenv(r.binary), "--namespace", r.namespace, "upgrade", "clausea", "charts/clausea",
			"--values", "hack/e2e/values.yaml", "--set", "image.tag=missing", "--wait", "--timeout", "20s", flag)
		if err == nil {
			t.Errorf("an upgrade to a missing image succeeds: %s", out)
		}
	})
	if images := r.images(); strings.Contains(images, "missing") {
		t.Errorf("the images after the failed upgrade are %s", images)
	}
	r.waitForPods()
	before.check(t, "the failed upgrade", r.readState())
}

// survivesFailures kills the operator during a crawl, kills MongoDB, and drains the node. A crawl is
// complete after each, and nothing is lost.
func (r *release) survivesFailures() {
	t := r.t
	t.Helper()
	before := r.readState()

	t.Log("kill the operator during a crawl")
	resume := r.holdCrawl("killed")
	defer resume()
	began := time.Now()
	r.kill(kubectl(t, "-n", r.namespace, "get", "pod", "-l", "app.kubernetes.io/component=operator", "-o", "jsonpath={.items[0].metadata.name}"))
	taken := waitUntil(t, "the takeover of the crawl", 2*time.Minute, func() (bool, string) {
		events := r.events("killed")
		return slices.Contains(events, "TakenOver"), fmt.Sprint(events)
	})
	resume()
	r.waitForCrawl("killed")
	t.Logf("figures: crawl taken over %v after its operator was killed, complete after %v", round(taken), round(time.Since(began)))
	before.immutable().check(t, "the kill of the operator", r.readState())

	t.Log("kill MongoDB during a crawl")
	resume = r.holdCrawl("mongodb")
	defer resume()
	began = time.Now()
	r.kill(mongodbPod)
	resume()
	r.waitForPods()
	ready := time.Since(began)
	r.waitForCrawl("mongodb")
	t.Logf("figures: all pods ready %v after MongoDB was killed, crawl complete after %v", round(ready), round(time.Since(began)))
	before.immutable().check(t, "the kill of MongoDB", r.readState())

	t.Log("drain the node during a crawl")
	r.drainDuringCrawl()
	before.immutable().check(t, "the drain", r.readState())
}

// holdCrawl starts a crawl that waits for the site after some pages, until resume is called.
func (r *release) holdCrawl(name string) (resume func()) {
	r.t.Helper()
	const pages = 5
	fetched, _ := site.RequestCounts()
	resume = site.Hold(fetched + pages)
	r.crawl(name, "InProcess")
	waitUntil(r.t, "the requests of the crawl "+name, time.Minute, func() (bool, string) {
		now, _ := site.RequestCounts()
		attempts := kubectl(r.t, "-n", r.namespace, "get", "crawljob", name, "-o", "jsonpath={.status.attempts}")
		// Without the attempt in the status, the controller cannot see a takeover.
		return now >= fetched+pages && attempts == "1", fmt.Sprintf("%d requests, attempts %q", now-fetched, attempts)
	})
	return resume
}

// kill kills the processes of a pod with SIGKILL, removes the pod, and waits until another one exists.
func (r *release) kill(pod string) {
	r.t.Helper()
	const labels = `jsonpath={.metadata.uid} {.metadata.labels.app\.kubernetes\.io/component} {.status.containerStatuses[*].containerID}`
	fields := strings.Fields(kubectl(r.t, "-n", r.namespace, "get", "pod", pod, "-o", labels))
	if len(fields) != 3 {
		r.t.Fatalf("the pod %s has %v, want its UID, its component and one container", pod, fields)
	}
	command(r.t, "ctr", "-n", "k8s.io", "tasks", "kill", "--signal", "SIGKILL", strings.TrimPrefix(fields[2], "containerd://"))
	kubectl(r.t, "-n", r.namespace, "delete", "pod", pod, "--grace-period=0", "--force")
	waitUntil(r.t, "another pod in place of "+pod, 2*time.Minute, func() (bool, string) {
		uids := kubectl(r.t, "-n", r.namespace, "get", "pods", "-l", "app.kubernetes.io/component="+fields[1], "-o", "jsonpath={.items[*].metadata.uid}")
		return uids != "" && !strings.Contains(uids, fields[0]), uids
	})
}

// drainDuringCrawl drains the node and uncordons it. A crawl that runs meanwhile must complete.
func (r *release) drainDuringCrawl() {
	t := r.t
	t.Helper()
	resume := r.holdCrawl("drained")
	defer resume()
	began := time.Now()
	kubectl(t, "drain", "node1", "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=120s")
	t.Logf("figures: the node drained in %v", round(time.Since(began)))
	resume()
	kubectl(t, "uncordon", "node1")
	took := r.waitForCrawl("drained")
	r.waitForPods()
	t.Logf("figures: crawl complete %v after the drain", round(took))
}

// events returns the reasons of the events of a CrawlJob.
func (r *release) events(name string) []string {
	r.t.Helper()
	return strings.Fields(kubectl(r.t, "-n", r.namespace, "get", "events.events.k8s.io", "--field-selector", "regarding.name="+name, "-o", "jsonpath={.items[*].reason}"))
}

// waitForPods waits until the Deployments and the StatefulSet of the release are ready.
func (r *release) waitForPods() {
	r.t.Helper()
	for _, name := range strings.Fields(kubectl(r.t, "-n", r.namespace, "get", "deployments,statefulsets", "-o", "name")) {
		kubectl(r.t, "-n", r.namespace, "rollout", "status", name, "--timeout=180s")
	}
}

// appliesSamples applies config/samples, whose companies have the site of the demo company too.
func (r *release) appliesSamples() {
	t := r.t
	t.Helper()
	kubectl(t, "-n", r.namespace, "apply", "-f", "config/samples")
	for _, name := range []string{"example-com-now", "example-net-once"} {
		r.waitForCrawl(name)
	}
	for _, name := range []string{"example-com", "example-org"} {
		waitUntil(t, "the Company "+name, 3*time.Minute, func() (bool, string) {
			status, state := r.condition("company", name, "Ready")
			return status == "True", state
		})
	}
	r.test()
}

// uninstall uninstalls the release and checks that only what the chart keeps is left: the definitions,
// the Companies with their CrawlJobs, and the volume of MongoDB.
func (r *release) uninstall() {
	t := r.t
	t.Helper()
	r.helm("uninstall", "clausea", "--wait", "--timeout", "3m")
	var unexpected []string
	waitUntil(t, "the end of the pods", 2*time.Minute, func() (bool, string) {
		pods := kubectl(t, "-n", r.namespace, "get", "pods", "-l", "app.kubernetes.io/component in (operator,api,dashboard,mongodb)", "-o", "name")
		return pods == "", pods
	})
	kept := 0
	for _, name := range r.leftovers() {
		switch kind, _, _ := strings.Cut(name, "/"); kind {
		case "customresourcedefinition.apiextensions.k8s.io", "company.crawl.clausea.co":
			kept++
		case "crawljob.crawl.clausea.co", "persistentvolumeclaim", "persistentvolume", "job.batch", "pod":
			// CrawlJobs own their Kubernetes Jobs with their pods.
		case "apiservice.apiregistration.k8s.io":
			// The API server makes it of the definitions.
		case "lease.coordination.k8s.io":
			// The operator creates it for the leader election.
		default:
			unexpected = append(unexpected, name)
		}
	}
	if kept < 3 {
		t.Errorf("helm uninstall kept %d definitions and Companies, want at least 3: %v", kept, r.leftovers())
	}
	if len(unexpected) > 0 {
		t.Errorf("helm uninstall left %v", unexpected)
	}
}

// deleteDefinitions deletes the definitions with their resources. No operator is left to remove the finalizers.
func deleteDefinitions(t *testing.T) {
	t.Helper()
	for _, kind := range []string{"crawljobs.crawl.clausea.co", "companies.crawl.clausea.co"} {
		if kubectl(t, "get", "crd", kind, "--ignore-not-found") == "" {
			continue
		}
		out := kubectl(t, "get", kind, "-A", "-o", `jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name}{"\n"}{end}`)
		for line := range strings.Lines(out) {
			fields := strings.Fields(line)
			kubectl(t, "-n", fields[0], "patch", kind, fields[1], "--type=merge", "-p", `{"metadata":{"finalizers":null}}`)
		}
	}
	kubectl(t, "delete", "crd", "companies.crawl.clausea.co", "crawljobs.crawl.clausea.co", "--ignore-not-found", "--timeout=60s")
}
