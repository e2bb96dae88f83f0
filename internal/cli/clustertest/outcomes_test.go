package clustertest

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/run/kubejob"
)

func TestExitOfAWorkerDeterminesTheOutcomeOfItsCrawlJob(t *testing.T) {
	t.Parallel()
	closedPort := "127.0.0.1:9"
	for name, c := range map[string]struct {
		settings     map[string]string // in addition to those for the demo site
		change       func(*v1alpha1.CrawlJobSpec)
		kind, reason string
		code         int
		message      []string
	}{
		"done": {
			kind: v1alpha1.ConditionComplete, code: kubejob.ExitDone, message: []string{"Found ", "documents"},
		},
		"done, but a type is missing": {
			change: func(s *v1alpha1.CrawlJobSpec) { s.Company.ExpectedTypes = []v1alpha1.DocumentType{"eula"} },
			kind:   v1alpha1.ConditionComplete, code: kubejob.ExitDone, message: []string{"missing: eula"},
		},
		"failed permanently": {
			settings: map[string]string{"CLAUSEA_CONNECT_TO": "forbids"},
			kind:     v1alpha1.ConditionFailed, reason: v1alpha1.ReasonRobotsDisallowed, code: kubejob.ExitDone, message: []string{"robots.txt"},
		},
		"the site does not respond": {
			settings: map[string]string{"CLAUSEA_CONNECT_TO": ":443:" + closedPort}, change: noRetries,
			kind: v1alpha1.ConditionFailed, reason: v1alpha1.ReasonSiteUnreachable, code: kubejob.ExitDone, message: []string{"connection refused", "Check that the site is online"},
		},
		"invalid settings": {
			settings: map[string]string{"MONGO_URI": "localhost/s3cret"},
			kind:     v1alpha1.ConditionFailed, reason: v1alpha1.ReasonWorkerLost, code: kubejob.ExitUsage, message: []string{"exit code 2", "MONGO_URI", "Secret clausea"},
		},
		"no database": {
			settings: map[string]string{"MONGO_URI": ""},
			kind:     v1alpha1.ConditionFailed, reason: v1alpha1.ReasonWorkerLost, code: kubejob.ExitUsage, message: []string{"exit code 2", "set MONGO_URI"},
		},
		"the database does not respond": {
			settings: map[string]string{"MONGO_URI": "mongodb://user:s3cret@" + closedPort + "/"}, change: noRetries,
			kind: v1alpha1.ConditionFailed, reason: v1alpha1.ReasonWorkerLost, code: kubejob.ExitFailed, message: []string{"exit code 1", "see its log"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, settings := demoSite(t)
			for k, v := range c.settings {
				settings[k] = v
			}
			if settings["CLAUSEA_CONNECT_TO"] == "forbids" {
				other := newSite(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "User-agent: *\nDisallow: /\n") })
				settings = other
			}
			b := newFixture(t, settings)
			j := b.createJob("once", 0, c.change)
			b.waitForEnd(j, c.kind, c.reason)
			for _, want := range c.message {
				if !strings.Contains(j.Status.Message, want) {
					t.Errorf("the message does not contain %q: %s", want, j.Status.Message)
				}
			}
			if strings.Contains(j.Status.Message, "s3cret") {
				t.Errorf("the message contains a secret: %s", j.Status.Message)
			}
			pods := testCluster.kubelet.fakePods(b.namespace)
			if c.code == kubejob.ExitUsage && len(pods) != 1 {
				t.Errorf("the Job had %d pods, want 1 because a retry cannot succeed", len(pods))
			}
			if code, _, _ := pods[len(pods)-1].outcome(); code != c.code {
				t.Errorf("the worker exits with %d, want %d", code, c.code)
			}
		})
	}
}

func TestCrawlOfAnUnreachableSiteIsRetriedInANewJob(t *testing.T) {
	var up atomic.Bool
	file, err := os.ReadFile(filepath.Join("..", "..", "run", "testdata", "dpa.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	settings := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !up.Load():
			panic(http.ErrAbortHandler)
		case r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<title>Quay</title><a href="/files/dpa.pdf">Data Processing Agreement</a>`)
		case r.URL.Path == "/files/dpa.pdf":
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = w.Write(file)
		default:
			http.NotFound(w, r)
		}
	})
	b := newFixture(t, settings)
	j := b.createJob("again", 0, func(s *v1alpha1.CrawlJobSpec) {
		s.Company.ExpectedTypes = []v1alpha1.DocumentType{"data_processing_agreement"}
	})
	b.waitForJob(j, "the announcement of the retry", func(j *v1alpha1.CrawlJob) bool {
		return j.Status.Reason == v1alpha1.ReasonRetrying && j.Status.Attempts == 1
	})
	up.Store(true)
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
	r, err := b.run(j)
	if err != nil {
		t.Fatal(err)
	}
	jobs := b.jobs()
	if j.Status.Attempts < 2 || len(jobs) < 2 {
		t.Errorf("%d attempts and %d Jobs, want at least 2", j.Status.Attempts, len(jobs))
	}
	// Creation timestamps have a resolution of one second.
	due := r.NotBefore.Truncate(time.Second)
	last := slices.MaxFunc(jobs, func(a, b batchv1.Job) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	if r.NotBefore.IsZero() || last.CreationTimestamp.Time.Before(due) {
		t.Errorf("the retry was due at %s, but its Job was created at %s", due, last.CreationTimestamp)
	}
	// The only document is a PDF, so this also checks that workers in pods read PDFs.
	if docs := b.documents(j); len(docs) != 1 || j.Status.Documents.New != 1 {
		t.Errorf("the documents are %v: %s", docs, j.Status.Message)
	}
}

func TestOutOfMemoryWorkerIsReportedWithItsLimit(t *testing.T) {
	site, settings := demoSite(t)
	site.Hold(requestsBeforeHold) // keeps the worker from finishing before it is killed
	b := newFixture(t, settings)
	testCluster.kubelet.setFault(b.namespace, outOfMemory)
	j := b.createJob("large", 0, noRetries)
	b.waitForEnd(j, v1alpha1.ConditionFailed, v1alpha1.ReasonWorkerLost)
	for _, want := range []string{"memory", workerMemory, "CLAUSEA_WORKER_MEMORY"} {
		if !strings.Contains(j.Status.Message, want) {
			t.Errorf("the message does not contain %q: %s", want, j.Status.Message)
		}
	}
}

func TestKilledPodIsReportedWhileItsReplacementIsPending(t *testing.T) {
	site, settings := demoSite(t)
	release := site.Hold(requestsBeforeHold)
	b := newFixture(t, settings)
	testCluster.kubelet.setFault(b.namespace, outOfMemory)
	j := b.createJob("recovers", 0, nil)
	b.waitForJob(j, "the report of the killed pod", func(j *v1alpha1.CrawlJob) bool {
		return strings.Contains(j.Status.Message, "memory than its limit") && strings.HasSuffix(j.Status.Message, "Another pod will resume the crawl.")
	})
	testCluster.kubelet.setFault(b.namespace, "")
	release()
	b.waitForEnd(j, v1alpha1.ConditionComplete, "")
	b.checkDocuments(j)
}
