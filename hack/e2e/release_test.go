//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// helm3 and helm4 are the variables with the paths of the helm binaries.
const helm3, helm4 = "E2E_HELM3", "E2E_HELM4"

const (
	// mongodbPod is the pod of the bundled MongoDB.
	mongodbPod = "clausea-mongodb-0"
	// mongodbImage is its image, as in values.yaml.
	mongodbImage = "local/mongodb:e2e"
)

// release is a release of the chart in a namespace.
type release struct {
	t         *testing.T
	namespace string
	// binary is the variable with the path of helm.
	binary string
	// values are additional arguments of install and upgrade.
	values []string
}

// newRelease creates a namespace, which enforces the restricted Pod Security Standard, and a volume for
// MongoDB. Both are removed at the end of the test.
func newRelease(t *testing.T, binary, namespace string) *release {
	t.Helper()
	r := &release{t: t, namespace: namespace, binary: binary}
	kubectl(t, "create", "namespace", namespace)
	t.Cleanup(func() {
		if _, err := try(t, "kubectl", "delete", "namespace", namespace, "--timeout=120s"); err != nil {
			t.Error(err)
		}
		_, _ = try(t, "kubectl", "delete", "persistentvolume", namespace, "--ignore-not-found")
	})
	t.Cleanup(func() { deleteDefinitions(t) })
	t.Cleanup(func() { describeFailure(t, namespace) })
	kubectl(t, "label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
	folder := os.Getenv("E2E_VOLUMES") + "/" + namespace
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o777); err != nil { //nolint:gosec // the pod has a user of its own
		t.Fatal(err)
	}
	apply(t, namespace, `
apiVersion: v1
kind: PersistentVolume
metadata: {name: `+namespace+`}
spec:
  capacity: {storage: 20Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  claimRef: {namespace: `+namespace+`, name: data-`+mongodbPod+`}
  hostPath: {path: `+folder+`}
`)
	return r
}

// helm runs helm in the namespace of the release and returns its output and the time that it took.
func (r *release) helm(args ...string) (string, time.Duration) {
	r.t.Helper()
	began := time.Now()
	out := command(r.t, os.Getenv(r.binary), append([]string{"--namespace", r.namespace}, args...)...)
	took := round(time.Since(began))
	r.t.Logf("%s %s: %v", strings.ToLower(strings.TrimPrefix(r.binary, "E2E_")), strings.Join(args, " "), took)
	return out, took
}

// apply installs or upgrades the release with a tag of the image, and waits until its pods are ready.
func (r *release) apply(verb, tag string, args ...string) time.Duration {
	r.t.Helper()
	args = append([]string{verb, "clausea", "charts/clausea", "--values", "hack/e2e/values.yaml", "--set", "image.tag=" + tag, "--wait", "--timeout", "4m"}, args...)
	_, took := r.helm(append(args, r.values...)...)
	return took
}

// images returns the images of the pods of the program.
func (r *release) images() string {
	return kubectl(r.t, "-n", r.namespace, "get", "deployments", "-l", "app.kubernetes.io/name=clausea", "-o", "jsonpath={.items[*].spec.template.spec.containers[*].image}")
}

// condition returns the status, the reason and the message of a condition of a resource, or "" if the
// resource has none.
func (r *release) condition(kind, name, condition string) (status, state string) {
	r.t.Helper()
	out, err := try(r.t, "kubectl", "-n", r.namespace, "get", kind, name, "-o", "json")
	if err != nil {
		return "", err.Error()
	}
	var object struct {
		Status struct {
			Conditions []struct{ Type, Status, Reason, Message string }
			Reason     string
		}
	}
	if err := json.Unmarshal([]byte(out), &object); err != nil {
		r.t.Fatal(err)
	}
	for _, c := range object.Status.Conditions {
		state += c.Type + "=" + c.Status + " (" + c.Reason + ": " + c.Message + ") "
		if c.Type == condition {
			status = c.Status
		}
	}
	return status, state
}

// crawl creates a CrawlJob of the demo company.
func (r *release) crawl(name, execution string) {
	r.t.Helper()
	apply(r.t, r.namespace, `
apiVersion: crawl.clausea.co/v1alpha1
kind: CrawlJob
metadata: {name: `+name+`}
spec:
  companyRef: {name: harbour}
  execution: `+execution+`
`)
}

// waitForCrawl waits until a CrawlJob is complete.
func (r *release) waitForCrawl(name string) time.Duration {
	r.t.Helper()
	return waitUntil(r.t, "the crawl "+name, 2*time.Minute, func() (bool, string) {
		status, state := r.condition("crawljob", name, "Complete")
		if failed, _ := r.condition("crawljob", name, "Failed"); failed == "True" {
			r.t.Fatalf("the crawl %s failed: %s", name, state)
		}
		return status == "True", state
	})
}

// createCompany creates the demo company and returns the name of its first CrawlJob.
func (r *release) createCompany() string {
	r.t.Helper()
	apply(r.t, r.namespace, `
apiVersion: crawl.clausea.co/v1alpha1
kind: Company
metadata: {name: harbour}
spec:
  displayName: Harbour Example
  domains: [harbour.example]
  crawl: {delay: 50ms}
  schedule: {cron: "30 2 * * *", timeZone: Etc/UTC}
`)
	name := ""
	waitUntil(r.t, "the first crawl of the company", time.Minute, func() (bool, string) {
		name = kubectl(r.t, "-n", r.namespace, "get", "crawljobs", "-l", "crawl.clausea.co/company=harbour", "-o", "jsonpath={.items[*].metadata.name}")
		return name != "", "it has no CrawlJob"
	})
	return strings.Fields(name)[0]
}

// documents returns the number of documents by the API.
func (r *release) documents() int {
	r.t.Helper()
	return len(r.list("/v1/documents?limit=100"))
}
