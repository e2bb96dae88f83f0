package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store"
)

// The repeated kill test crawls companies while it kills processes. Set CLAUSEA_TEST_KILLS=60
// for the number of kills that the project's acceptance criteria require.
const (
	killedProcesses = 3
	defaultKills    = 8
	// killTestDelay makes a crawl take longer than the lifetime of a process.
	killTestDelay = 400 * time.Millisecond
	// killLeaderAt is the kill at which the leader is killed too. The next leader is elected
	// 15 s later.
	killLeaderAt  = 20
	killInterval  = 2 * time.Second
	killTestLease = 5 * time.Second
	// killsPerElection is the number of kills per election of a MongoDB primary.
	killsPerElection = 3
)

// killableProcess is a standalone process that is restarted after each kill.
type killableProcess struct {
	mu  sync.Mutex
	cmd *exec.Cmd
	pid int
}

func (p *killableProcess) start(t *testing.T, w *testSites, uri string, flags ...string) {
	cmd := exec.Command(os.Args[0])
	args := []string{"standalone", "--store", uri, "--port", "0", "--max-concurrent-crawls", "10", "--lease-duration", killTestLease.String(), "--ca-file", w.caFile,
		"--connect-to", ":443:" + w.addr, "--allow-address", "127.0.0.1/32", "--log-level", "error"}
	cmd.Env = append(os.Environ(), argsEnv+"="+strings.Join(append(args, flags...), "\n"))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Errorf("start a process: %v", err)
		return
	}
	p.mu.Lock()
	p.cmd, p.pid = cmd, cmd.Process.Pid
	p.mu.Unlock()
}

func (p *killableProcess) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait() // always fails: the process was killed
		p.cmd = nil
	}
}

// TestRepeatedKillsAndElectionsLoseAndDuplicateNoDocument kills one of several processes every
// two seconds and creates one CrawlJob per kill. Meanwhile, it makes MongoDB elect new primaries.
//
// It is not parallel. Together with the other tests that run a MongoDB each, seven servers on two
// cores would make some requests take a minute.
func TestRepeatedKillsAndElectionsLoseAndDuplicateNoDocument(t *testing.T) {
	companies := defaultKills
	if n, err := strconv.Atoi(os.Getenv("CLAUSEA_TEST_KILLS")); err == nil {
		companies = n
	}
	set := startMongo(t, 3)
	uri := strings.Replace(set.URI, "/?", "/repeatedkill?", 1)
	s, _, err := openAt(t.Context(), uri, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	w := newTestSites(t, companies)
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	k := kubestore.NewClient(s, scheme)

	// The first process becomes the leader and runs no crawls. The others live for six
	// seconds and never become leader, which takes 15 s without a renewal of the lease.
	var leader killableProcess
	leader.start(t, w, uri, "--max-concurrent-crawls", "0")
	t.Cleanup(leader.kill)
	var processes [killedProcesses]killableProcess
	for i := range processes {
		processes[i].start(t, w, uri)
		t.Cleanup(processes[i].kill)
	}
	watcher := watchTakeovers(t, uri)
	electionRequests := make(chan int, companies)
	var electing sync.WaitGroup
	electing.Go(func() { runElections(t, set, electionRequests, watcher) })
	ticks := time.NewTicker(killInterval)
	defer ticks.Stop()
	working := false
	for i, name := range w.names {
		createCrawlJob(t, k, name, killTestDelay)
		<-ticks.C
		p := &processes[i%killedProcesses]
		working = working || watcher.waitUntilWorking(p.pid) // the first crawl may start late on a busy machine
		at := time.Now()
		p.kill()
		watcher.recordKill(p.pid, at)
		p.start(t, w, uri)
		if i == killLeaderAt {
			leader.kill()
			leader.start(t, w, uri, "--max-concurrent-crawls", "0")
		}
		if i%killsPerElection == 0 {
			electionRequests <- i / killsPerElection
		}
	}
	close(electionRequests)
	electing.Wait()
	waitForCompletion(t, k, companies)
	stats := watcher.summarize()
	again, pages := w.refetched()
	t.Logf("%d crawls, %d kills, %d pages, %d fetched again; %s", companies, companies, pages, again, stats)
	if again*10 > pages {
		t.Errorf("%d of %d pages were fetched again, want at most a tenth", again, pages)
	}
	if stats.takenOver == 0 {
		t.Error("no run lost its worker, so the test proves nothing")
	}
	checkDocuments(t, s, w)
}

// startMongo starts a replica set with the given number of members for the test.
func startMongo(t *testing.T, members int) *replicaset.Set {
	t.Helper()
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	mongod, err := replicaset.Find()
	if err != nil {
		t.Fatal(err)
	}
	set, err := replicaset.Start(t.Context(), mongod, "", members)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	return set
}

// runElections forces an election for each request: by a step-down of the primary, by killing
// it, and by pausing it until another member is primary.
func runElections(t *testing.T, set *replicaset.Set, requests <-chan int, watcher *takeoverWatcher) {
	for n := range requests {
		i, err := set.Primary(t.Context())
		if err != nil {
			t.Errorf("election %d: %v", n, err)
			continue
		}
		start := time.Now()
		switch n % 3 {
		case 0:
			err = set.StepDown(t.Context(), i)
		case 1:
			if err = set.Signal(i, syscall.SIGKILL); err == nil {
				err = set.Restart(i)
			}
		default:
			if err = set.Signal(i, syscall.SIGSTOP); err == nil {
				err = waitForOtherPrimary(t, set, i)
			}
			err = errors.Join(err, set.Signal(i, syscall.SIGCONT))
		}
		if err == nil {
			_, err = set.Primary(t.Context())
		}
		if err != nil {
			t.Errorf("election %d: %v", n, err)
		}
		watcher.recordElection(start, time.Now())
	}
}

// waitForOtherPrimary waits until a member other than i is primary.
func waitForOtherPrimary(t *testing.T, set *replicaset.Set, i int) error {
	ctx, cancel := context.WithTimeout(t.Context(), waitTimeout)
	defer cancel()
	for {
		now, err := set.Primary(ctx)
		if err != nil || now != i {
			return err
		}
	}
}

// createCrawlJobs creates a CrawlJob for each company.
func createCrawlJobs(t *testing.T, s store.Store, names []string, delay time.Duration) client.Client {
	t.Helper()
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	k := kubestore.NewClient(s, scheme)
	for _, name := range names {
		createCrawlJob(t, k, name, delay)
	}
	return k
}

func createCrawlJob(t *testing.T, k client.Client, name string, delay time.Duration) {
	t.Helper()
	limit := int32(20) // each kill counts as an attempt
	j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "j-" + name}}
	j.Spec.Company = &v1alpha1.Target{
		Domains: []v1alpha1.Domain{v1alpha1.Domain(name)}, Crawl: &v1alpha1.CrawlLimits{Delay: &metav1.Duration{Duration: delay}},
	}
	j.Spec.BackoffLimit = &limit
	if err := k.Create(t.Context(), j); err != nil {
		t.Fatal(err)
	}
}

func waitForCompletion(t *testing.T, k client.Client, n int) {
	t.Helper()
	deadline := time.Now().Add(2 * waitTimeout)
	for {
		l := &v1alpha1.CrawlJobList{}
		if err := k.List(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		complete := 0
		for i := range l.Items {
			if l.Items[i].Finished() && !v1alpha1.IsFailure(l.Items[i].Status.Reason) {
				complete++
			}
		}
		if complete == n {
			return
		}
		if time.Now().After(deadline) {
			for i := range l.Items {
				if j := &l.Items[i]; !j.Finished() {
					t.Logf("%s: %s %s, attempts %d", j.Name, j.Status.Reason, j.Status.Message, j.Status.Attempts)
				}
			}
			t.Fatalf("timed out: %d of %d crawls are complete", complete, n)
		}
		<-time.After(500 * time.Millisecond)
	}
}

// checkDocuments checks that every company has all its documents, each with one version and one
// change.
func checkDocuments(t *testing.T, s store.Store, w *testSites) {
	t.Helper()
	for _, name := range w.names {
		docs, _, err := s.ListDocuments(t.Context(), name, store.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(docs) != siteDocuments {
			t.Errorf("%s has %d documents, want %d", name, len(docs), siteDocuments)
		}
		for _, d := range docs {
			vs, _, err := s.ListVersions(t.Context(), d.ID, store.ListOptions{})
			if err != nil || len(vs) != 1 {
				t.Errorf("%s has %d versions, %v", d.URL, len(vs), err)
			}
		}
	}
	if err := checkChanges(t.Context(), s); err != nil {
		t.Error(err)
	}
}
