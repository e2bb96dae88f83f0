package clustertest

import (
	"context"
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

// fixture is the namespace of one test, with a Secret for the workers.
type fixture struct {
	t         *testing.T
	namespace string
	client    client.Client
}

// newFixture creates a namespace that admits only restricted pods, and a Secret with MONGO_URI and
// settings. If settings is nil, it creates no Secret.
func newFixture(t *testing.T, settings map[string]string) *fixture {
	t.Helper()
	t.Parallel()
	return newSequentialFixture(t, settings)
}

// newSequentialFixture is newFixture for a test that runs before the parallel ones.
func newSequentialFixture(t *testing.T, settings map[string]string) *fixture {
	t.Helper()
	if testCluster == nil {
		t.Skip("starts a cluster")
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

// createSecret creates the Secret of the workers.
func (b *fixture) createSecret(settings map[string]string) {
	b.t.Helper()
	data := map[string]string{"MONGO_URI": testCluster.mongo.URI, "LOG_LEVEL": "debug"}
	maps.Copy(data, settings)
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "clausea"}, StringData: data}
	if err := b.client.Create(b.t.Context(), s); err != nil {
		b.t.Fatal(err)
	}
}

// demoSite starts the demo site. It returns the settings that direct a worker to it.
func demoSite(t *testing.T) (*demo.Site, map[string]string) {
	t.Helper()
	s, err := demo.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, map[string]string{"CLAUSEA_CONNECT_TO": ":443:" + s.Addr, "CLAUSEA_CA_FILE": s.CAFile}
}

// slowDelay is a delay with which a crawl of the demo site takes many seconds.
const slowDelay = 400 * time.Millisecond

// requestsBeforeHold is the number of requests that the site serves before startCrawl holds it.
const requestsBeforeHold = 8

// noRetries makes a CrawlJob fail after the first failed attempt.
func noRetries(s *v1alpha1.CrawlJobSpec) { s.BackoffLimit = new(int32) }

func demoTarget(delay time.Duration) v1alpha1.Target {
	return v1alpha1.Target{
		Domains: []v1alpha1.Domain{demo.Domain}, ExpectedTypes: []v1alpha1.DocumentType{"privacy_policy", "terms_of_service"},
		Crawl: &v1alpha1.CrawlLimits{Delay: &metav1.Duration{Duration: delay}},
	}
}

// createJob creates a CrawlJob for the demo company.
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

// waitTimeout limits how long a test waits. No test asserts on durations.
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
	b.t.Fatalf("timed out waiting for %s: %s", what, last)
}

// waitForJob waits until ok returns true for a CrawlJob, and updates j.
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

// waitForEnd waits for a CrawlJob to finish with the given condition and reason.
func (b *fixture) waitForEnd(j *v1alpha1.CrawlJob, kind, reason string) {
	b.t.Helper()
	b.waitForJob(j, "the end", func(j *v1alpha1.CrawlJob) bool { return j.Finished() })
	if !hasCondition(kind)(j) || reason != "" && j.Status.Reason != reason {
		b.t.Fatalf("%s ended with reason %s: %s", j.Name, j.Status.Reason, j.Status.Message)
	}
}

// run returns the record of a CrawlJob's run.
func (b *fixture) run(j *v1alpha1.CrawlJob) (store.Run, error) {
	return testCluster.store.GetRun(b.t.Context(), j.RunID())
}

// waitForRun waits until ok returns true for the run of a CrawlJob.
func (b *fixture) waitForRun(j *v1alpha1.CrawlJob, ok func(store.Run) bool) {
	b.t.Helper()
	b.waitUntil("the run of "+j.Name, func() (bool, string) {
		r, err := b.run(j)
		return err == nil && ok(r), fmt.Sprintf("%s %s %+v %v", r.State, r.StopReason, r.Progress, err)
	})
}

// isFetching reports whether a run is in progress and has fetched pages.
func isFetching(r store.Run) bool { return r.State == store.RunRunning && r.Progress.Fetched > 2 }

// startCrawl creates a CrawlJob for the demo company and waits until its worker has fetched pages.
// The site holds further responses until release is called.
func (b *fixture) startCrawl(site *demo.Site, name string, delay time.Duration, change func(*v1alpha1.CrawlJobSpec)) (j *v1alpha1.CrawlJob, release func()) {
	b.t.Helper()
	release = site.Hold(requestsBeforeHold)
	j = b.createJob(name, delay, change)
	b.waitForRun(j, isFetching)
	return j, release
}

// jobs returns the Kubernetes Jobs of the namespace.
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

// documents returns the number of versions of the company's documents by URL.
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

// minDocuments is the minimum number of documents of the demo site.
const minDocuments = 10

// checkDocuments checks that all documents are stored, each with one version.
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

// waitForDeletion waits until a CrawlJob, its Jobs and its pods are deleted.
func (b *fixture) waitForDeletion(j *v1alpha1.CrawlJob) {
	b.t.Helper()
	b.waitUntil("the deletion of CrawlJob, Jobs and pods", func() (bool, string) {
		err := b.client.Get(b.t.Context(), client.ObjectKeyFromObject(j), &v1alpha1.CrawlJob{})
		jobs, pods := b.jobs(), b.pods()
		return apierrors.IsNotFound(err) && len(jobs) == 0 && len(pods) == 0, fmt.Sprint(err, len(jobs), len(pods))
	})
	if r, err := b.run(j); err != nil || r.ArchivedAt.IsZero() || !r.Ended() {
		b.t.Errorf("the run of the deleted CrawlJob is %+v, %v", r, err)
	}
}

// dump logs the state of the namespace.
func (b *fixture) dump() {
	out, err := testCluster.run(context.Background(), "-n", b.namespace, "get", "crawljobs,jobs,pods", "-o", "wide")
	b.t.Logf("%s %v", out, err)
	for _, s := range testCluster.kubelet.fakePods(b.namespace) {
		b.t.Logf("log of pod %s: %s", s.pod.Name, s.tail)
	}
}
