package clustertest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/store"
)

// fixture is one test's namespace, with a Secret for its workers, and its company's site.
type fixture struct {
	t         *testing.T
	namespace string
	client    client.Client
}

// newFixture makes a namespace that admits restricted pods only. The Secret gets settings
// beside MongoDB's; nil makes none.
func newFixture(t *testing.T, settings map[string]string) *fixture {
	t.Helper()
	t.Parallel()
	if testCluster == nil {
		t.Skip("SKIPPED: no cluster. Run it by make test, or set KUBEBUILDER_ASSETS and MONGOD to what hack/kube/get.sh and hack/mongod/get.sh print")
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "crawls-", Labels: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}}}
	if err := testCluster.admin.Create(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	b := &fixture{t: t, namespace: ns.Name, client: testCluster.admin}
	if settings != nil {
		b.createSecret(settings)
	}
	t.Cleanup(func() {
		if t.Failed() {
			b.dump()
		}
		if err := testCluster.admin.Delete(context.Background(), ns); err != nil {
			t.Error(err)
		}
	})
	return b
}

// createSecret makes the workers' Secret.
func (b *fixture) createSecret(settings map[string]string) {
	b.t.Helper()
	data := map[string]string{"MONGO_URI": testCluster.mongo.URI, "LOG_LEVEL": "debug"}
	maps.Copy(data, settings)
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "clausea"}, StringData: data}
	if err := b.client.Create(b.t.Context(), s); err != nil {
		b.t.Fatal(err)
	}
}

// demoSite starts the demo's site for one test; settings lead a worker to it.
func demoSite(t *testing.T) (*demo.Site, map[string]string) {
	t.Helper()
	s, err := demo.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, map[string]string{"CLAUSEA_CONNECT_TO": ":443:" + s.Addr, "CLAUSEA_CA_FILE": s.CAFile}
}

// slowDelay is a delay at which the demo's crawl takes many seconds.
const slowDelay = 400 * time.Millisecond

// requestsBeforeHold is how many requests of a crawl are answered that is to be met under way.
const requestsBeforeHold = 8

// noRetries has a CrawlJob tried a single time: what counts as an attempt fails it.
func noRetries(s *v1alpha1.CrawlJobSpec) { s.BackoffLimit = new(int32) }

func demoTarget(delay time.Duration) v1alpha1.Target {
	return v1alpha1.Target{
		Domains: []v1alpha1.Domain{demo.Domain}, ExpectedTypes: []v1alpha1.DocumentType{"privacy_policy", "terms_of_service"},
		Crawl: &v1alpha1.CrawlLimits{Delay: &metav1.Duration{Duration: delay}},
	}
}

// createJob makes a CrawlJob of the demo's company.
func (b *fixture) createJob(name string, delay time.Duration, change func(*v1alpha1.CrawlJobSpec)) *v1alpha1.CrawlJob {
	b.t.Helper()
	target := demoTarget(delay)
	j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: name}, Spec: v1alpha1.CrawlJobSpec{
		Company: &target, Execution: v1alpha1.ExecutionJob,
	}}
	if change != nil {
		change(&j.Spec)
	}
	if err := b.client.Create(b.t.Context(), j); err != nil {
		b.t.Fatal(err)
	}
	return j
}

// waitTimeout bounds what a test waits for; no test asserts on time.
const waitTimeout = 5 * time.Minute

func (b *fixture) waitUntil(what string, ok func() (bool, string)) {
	b.t.Helper()
	deadline, last := time.Now().Add(waitTimeout), ""
	for time.Now().Before(deadline) {
		done, now := ok()
		if done {
			return
		}
		last = now
		<-time.After(50 * time.Millisecond)
	}
	b.t.Fatalf("%s did not come about: %s", what, last)
}

// waitForJob waits until a CrawlJob is as ok wants it, and reads it.
func (b *fixture) waitForJob(j *v1alpha1.CrawlJob, what string, ok func(*v1alpha1.CrawlJob) bool) {
	b.t.Helper()
	b.waitUntil(j.Name+": "+what, func() (bool, string) {
		if err := b.client.Get(b.t.Context(), client.ObjectKeyFromObject(j), j); err != nil {
			return false, err.Error()
		}
		return ok(j), fmt.Sprintf("%s: %s", j.Status.Reason, j.Status.Message)
	})
}

func hasCondition(kind string) func(*v1alpha1.CrawlJob) bool {
	return func(j *v1alpha1.CrawlJob) bool { return meta.IsStatusConditionTrue(j.Status.Conditions, kind) }
}

// waitForEnd waits for a CrawlJob's end, which must be of kind and reason.
func (b *fixture) waitForEnd(j *v1alpha1.CrawlJob, kind, reason string) {
	b.t.Helper()
	b.waitForJob(j, "its end", func(j *v1alpha1.CrawlJob) bool { return j.Finished() })
	if !hasCondition(kind)(j) || reason != "" && j.Status.Reason != reason {
		b.t.Fatalf("%s ended as %s: %s", j.Name, j.Status.Reason, j.Status.Message)
	}
}

// run is the record of a CrawlJob's run.
func (b *fixture) run(j *v1alpha1.CrawlJob) (store.Run, error) {
	return testCluster.store.GetRun(b.t.Context(), j.RunID())
}

// waitForRun waits until a run is as ok wants it.
func (b *fixture) waitForRun(j *v1alpha1.CrawlJob, ok func(store.Run) bool) {
	b.t.Helper()
	b.waitUntil("the run of "+j.Name, func() (bool, string) {
		r, err := b.run(j)
		return err == nil && ok(r), fmt.Sprintf("%s %s %+v %v", r.State, r.StopReason, r.Progress, err)
	})
}

// isFetching says that a worker has fetched pages and goes on.
func isFetching(r store.Run) bool { return r.State == store.RunRunning && r.Progress.Fetched > 2 }

// startCrawl makes a CrawlJob of the demo's company and waits until its worker has
// fetched pages; the site answers for no more of them until release.
func (b *fixture) startCrawl(site *demo.Site, name string, delay time.Duration, change func(*v1alpha1.CrawlJobSpec)) (j *v1alpha1.CrawlJob, release func()) {
	b.t.Helper()
	release = site.Hold(requestsBeforeHold)
	j = b.createJob(name, delay, change)
	b.waitForRun(j, isFetching)
	return j, release
}

// jobs are the Kubernetes Jobs of the namespace.
func (b *fixture) jobs() []batchv1.Job {
	b.t.Helper()
	l := &batchv1.JobList{}
	if err := b.client.List(b.t.Context(), l, client.InNamespace(b.namespace)); err != nil {
		b.t.Fatal(err)
	}
	return l.Items
}

func (b *fixture) pods() []corev1.Pod {
	b.t.Helper()
	l := &corev1.PodList{}
	if err := b.client.List(b.t.Context(), l, client.InNamespace(b.namespace)); err != nil {
		b.t.Fatal(err)
	}
	return l.Items
}

// documents are the numbers of versions of the company's documents, by URL.
func (b *fixture) documents(j *v1alpha1.CrawlJob) map[string]int {
	b.t.Helper()
	docs, _, err := testCluster.store.ListDocuments(b.t.Context(), j.CompanyKey(), store.ListOptions{})
	if err != nil {
		b.t.Fatal(err)
	}
	versions := map[string]int{}
	for _, d := range docs {
		vs, _, err := testCluster.store.ListVersions(b.t.Context(), d.ID, store.ListOptions{})
		if err != nil {
			b.t.Fatal(err)
		}
		versions[d.URL] = len(vs)
	}
	return versions
}

// minDocuments are what the demo's site has at the least.
const minDocuments = 10

// checkDocuments checks that a crawl's documents are all there, each once.
func (b *fixture) checkDocuments(j *v1alpha1.CrawlJob) {
	b.t.Helper()
	docs := b.documents(j)
	if len(docs) < minDocuments {
		b.t.Errorf("%s has %d documents: %v", j.Name, len(docs), docs)
	}
	for url, n := range docs {
		if n != 1 {
			b.t.Errorf("%s has %d versions", url, n)
		}
	}
}

// waitForDeletion waits until a CrawlJob and all that was made for it are not there any more.
func (b *fixture) waitForDeletion(j *v1alpha1.CrawlJob) {
	b.t.Helper()
	b.waitUntil("the end of CrawlJob, Jobs and pods", func() (bool, string) {
		err := b.client.Get(b.t.Context(), client.ObjectKeyFromObject(j), &v1alpha1.CrawlJob{})
		jobs, pods := b.jobs(), b.pods()
		return apierrors.IsNotFound(err) && len(jobs) == 0 && len(pods) == 0, fmt.Sprint(err, len(jobs), len(pods))
	})
	if _, err := b.run(j); !errors.Is(err, store.ErrNotFound) {
		b.t.Errorf("its run is still there: %v", err)
	}
}

// dump tells of everything in the namespace.
func (b *fixture) dump() {
	out, err := testCluster.run(context.Background(), "-n", b.namespace, "get", "crawljobs,jobs,pods", "-o", "wide")
	b.t.Logf("%s %v", out, err)
	for _, s := range testCluster.kubelet.fakePods(b.namespace) {
		b.t.Logf("pod %s said: %s", s.pod.Name, s.tail)
	}
}
