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

// The storm: processes that are killed, companies that are crawled meanwhile. By hand
// CLAUSEA_TEST_STORM=60 makes it as large as the project's pass line asks.
const (
	killedProcesses = 3
	// killTestDelay makes a crawl take longer than a process lives.
	killTestDelay = 400 * time.Millisecond
	// killLeaderAt is the kill with which the leader goes too. The next leads 15 s later.
	killLeaderAt  = 20
	killInterval  = 2 * time.Second
	killTestLease = 5 * time.Second
	// killsPerElection kills there is an election, where there are any.
	killsPerElection = 3
)

// process is one standalone process that is started anew whenever it is killed.
type process struct {
	mu  sync.Mutex
	cmd *exec.Cmd
	pid int
}

func (p *process) start(t *testing.T, w *testSites, uri string, flags ...string) {
	cmd := exec.Command(os.Args[0])
	args := []string{"standalone", "--store", uri, "--port", "0", "--crawls", "10", "--lease", killTestLease.String(), "--ca-file", w.caFile,
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

func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait() // it was killed
		p.cmd = nil
	}
}

// They run alone: beside the other tests that kill processes on a MongoDB of their own,
// seven servers on two cores leave some of them without an answer for a minute.
func TestAStormOfKillsLosesAndDoublesNothing(t *testing.T) { testRepeatedKills(t, 12, false) }

func TestAStormOfKillsAndElectionsLosesAndDoublesNothing(t *testing.T) { testRepeatedKills(t, 8, true) }

// testRepeatedKills has companies crawled, one more at each kill, by processes of which one is
// killed every two seconds; and takes the primary from the database meanwhile.
func testRepeatedKills(t *testing.T, companies int, elections bool) {
	if n, err := strconv.Atoi(os.Getenv("CLAUSEA_TEST_STORM")); err == nil {
		companies = n
	}
	set := startMongo(t, 3)
	uri := strings.Replace(set.URI, "/?", "/storm?", 1)
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

	// The first process leads and crawls nothing. A worker that lives for six seconds
	// never leads: it would have to see the dead leader's lease stand still for 15.
	var leader process
	leader.start(t, w, uri, "--crawls", "0")
	t.Cleanup(leader.kill)
	var processes [killedProcesses]process
	for i := range processes {
		processes[i].start(t, w, uri)
		t.Cleanup(processes[i].kill)
	}
	watched := watchTakeovers(t, uri)
	elected := make(chan int, companies)
	var electing sync.WaitGroup
	if elections {
		electing.Go(func() { runElections(t, set, elected, watched) })
	}
	ticks := time.NewTicker(killInterval)
	defer ticks.Stop()
	atWork := false
	for i, name := range w.names {
		createCrawlJob(t, k, name, killTestDelay)
		<-ticks.C
		p := &processes[i%killedProcesses]
		atWork = atWork || watched.waitUntilWorking(p.pid) // a busy machine may be slower than the kills
		at := time.Now()
		p.kill()
		watched.recordKill(p.pid, at)
		p.start(t, w, uri)
		if i == killLeaderAt {
			leader.kill()
			leader.start(t, w, uri, "--crawls", "0")
		}
		if i%killsPerElection == 0 {
			elected <- i / killsPerElection
		}
	}
	close(elected)
	electing.Wait()
	waitForCompletion(t, k, companies)
	took := watched.summarize()
	again, pages := w.refetched()
	t.Logf("%d crawls, %d kills, %d pages, %d fetched again; %s", companies, companies, pages, again, took)
	if again*10 > pages {
		t.Errorf("%d of %d pages were fetched again, over a tenth", again, pages)
	}
	if took.takenOver == 0 {
		t.Error("no run lost its worker: nothing was shown")
	}
	checkDocuments(t, s, w)
}

// startMongo starts a replica set of so many members for the test.
func startMongo(t *testing.T, members int) *replicaset.Set {
	t.Helper()
	mongod, err := replicaset.Find()
	if errors.Is(err, replicaset.ErrNoBinary) && os.Getenv("CI") == "" {
		t.Skipf("NOT TESTED on MongoDB: %v", err)
	}
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

// runElections takes the place from whoever is primary each time that it is told to: by
// asking it, by killing it, and by stopping it until another is there.
func runElections(t *testing.T, set *replicaset.Set, when <-chan int, watched *takeoverWatcher) {
	for n := range when {
		i, err := set.Primary(t.Context())
		if err != nil {
			t.Errorf("election %d: %v", n, err)
			continue
		}
		begun := time.Now()
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
		watched.recordElection(begun, time.Now())
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

// createCrawlJobs makes a CrawlJob for each company.
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
	limit := int32(20) // kills are no fault of the crawl
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
			t.Fatalf("%d of %d crawls are complete", complete, n)
		}
		<-time.After(500 * time.Millisecond)
	}
}

// checkDocuments wants the same documents of every company, each with one version.
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
}
