package cli

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
	"github.com/clausea/crawler/internal/run/kubejob"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

const (
	staleWorkers     = 20
	staleWorkerLease = "2s"
	staleWorkerDelay = 100 * time.Millisecond
	maxActiveWorkers = 4 // concurrent worker processes
)

// A stale worker is a worker that was paused and lost its run to another worker. The embedded
// store has no such test, because it rejects a second process while the first is alive, even if
// paused. Package internal/run/queue tests stale workers within one process.
func TestStaleWorkerChangesNothingAfterItsTakeover(t *testing.T) {
	t.Parallel()
	set := startMongo(t, 1)
	uri := strings.Replace(set.URI, "/?", "/staleworkers?", 1)
	s, _, err := openAt(t.Context(), uri, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	server := connectMongo(t, set.URI)
	w := newTestSites(t, staleWorkers)
	paused := holdResponses(w)
	q := &queue.Queue{Runs: s}
	workers := make([]*exec.Cmd, staleWorkers)
	logs := make([]bytes.Buffer, staleWorkers)
	forEachWorker(func(i int) {
		if _, _, err := q.Enqueue(t.Context(), staleWorkerRun(w.names[i]), kubejob.WorkerName(w.names[i])); err != nil {
			t.Error(err)
			return
		}
		workers[i] = workerProcess(t, w, uri, w.names[i], &logs[i])
		if !w.waitForPages(w.names[i], pagesBeforeStop(i)) {
			t.Errorf("worker %d did not request %d pages: %s", i, pagesBeforeStop(i), &logs[i])
		}
		if err := workers[i].Process.Signal(syscall.SIGSTOP); err != nil {
			t.Errorf("pause worker %d: %v", i, err)
		}
		close(paused[i])
	})
	if t.Failed() {
		t.FailNow()
	}
	forEachWorker(func(i int) {
		var log bytes.Buffer
		if err := workerProcess(t, w, uri, w.names[i], &log).Wait(); err != nil {
			t.Errorf("the successor of worker %d: %v: %s", i, err, &log)
		}
		r, err := s.GetRun(t.Context(), w.names[i])
		if err != nil || r.State != store.RunComplete || r.Attempts != 2 {
			t.Errorf("after the takeover the run of worker %d is %s with %d attempts, %v", i, r.State, r.Attempts, err)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	aborts, idle := int64(0), 0
	for i, worker := range workers {
		before, committed, aborted := server.state(t)
		if err := worker.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		if err := worker.Wait(); err != nil {
			t.Errorf("stale worker %d exits with %v: %s", i, err, &logs[i])
		}
		after, committedNow, abortedNow := server.state(t)
		if !maps.Equal(before, after) {
			t.Errorf("stale worker %d changed the data: %v before, %v after", i, before, after)
		}
		if committedNow != committed {
			t.Errorf("stale worker %d committed %d transactions after its takeover", i, committedNow-committed)
		}
		if abortedNow == aborted {
			idle++ // the renewal of the lease failed before any write
		}
		aborts += abortedNow - aborted
	}
	t.Logf("%d stale workers resumed: %d of their transactions were aborted and none committed; %d noticed the takeover before they wrote", staleWorkers, aborts, idle)
	if aborts == 0 {
		t.Error("no stale worker attempted a write, so the test proves nothing")
	}
	checkDocuments(t, s, w)
}

// pagesBeforeStop is the number of pages that worker i requests before it is paused.
func pagesBeforeStop(i int) int { return 1 + i%(sitePages-1) }

// holdResponses makes each site hold the responses to further pages until its worker is paused.
// The caller closes the channel of the worker then.
func holdResponses(w *testSites) (paused []chan struct{}) {
	limit := map[string]int{}
	index := map[string]int{}
	for i, name := range w.names {
		limit[name], index[name] = pagesBeforeStop(i), i
		paused = append(paused, make(chan struct{}))
	}
	w.beforeResponse = func(r *http.Request) {
		if w.pagesRequested(r.Host) <= limit[r.Host] {
			return
		}
		select {
		case <-paused[index[r.Host]]:
		case <-r.Context().Done():
		}
	}
	return paused
}

// forEachWorker calls do for each worker, at most maxActiveWorkers at a time.
func forEachWorker(do func(int)) {
	slots := make(chan struct{}, maxActiveWorkers)
	var wg sync.WaitGroup
	for i := range staleWorkers {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	wg.Wait()
}

// staleWorkerRun returns the run of a company. The run ID is the name of the company.
func staleWorkerRun(name string) runner.RunSpec {
	return runner.RunSpec{
		RunID: name, Company: name, MaxAttempts: 3,
		Target: v1alpha1.Target{Domains: []v1alpha1.Domain{v1alpha1.Domain(name)}, Crawl: &v1alpha1.CrawlLimits{Delay: &metav1.Duration{Duration: staleWorkerDelay}}},
	}
}

// workerProcess starts `clausea worker`.
func workerProcess(t *testing.T, w *testSites, uri, id string, log *bytes.Buffer) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	args := []string{"worker", "--run", id, "--store", uri, "--lease-duration", staleWorkerLease, "--ca-file", w.caFile,
		"--connect-to", ":443:" + w.addr, "--allow-address", "127.0.0.1/32", "--log-level", "error"}
	cmd.Env = append(os.Environ(), argsEnv+"="+strings.Join(args, "\n"))
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Errorf("start a worker: %v", err)
		return cmd
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // always fails: the process was killed
		}
	})
	return cmd
}

// waitForPages waits until the given number of pages of a site were requested.
func (w *testSites) waitForPages(name string, pages int) bool {
	for deadline := time.Now().Add(waitTimeout); time.Now().Before(deadline); {
		if w.pagesRequested(name) >= pages {
			return true
		}
		<-time.After(time.Millisecond)
	}
	return false
}

// pagesRequested returns the number of pages of a site that were requested.
func (w *testSites) pagesRequested(name string) (pages int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for at := range w.requested {
		if strings.HasPrefix(at, name+"/") {
			pages++
		}
	}
	return pages
}

// mongoServer is an administrator's connection to MongoDB.
type mongoServer struct{ client *mongo.Client }

func connectMongo(t *testing.T, uri string) mongoServer {
	t.Helper()
	c, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Disconnect(context.Background()) })
	return mongoServer{c}
}

// state returns a hash of each collection and the number of transactions that were committed
// and aborted so far. It omits the leases, because renewing a lease is not a write of a run.
func (m mongoServer) state(t *testing.T) (sums map[string]string, committed, aborted int64) {
	t.Helper()
	var hash struct {
		Collections map[string]string `bson:"collections"`
	}
	if err := m.client.Database("staleworkers").RunCommand(t.Context(), bson.D{{Key: "dbHash", Value: 1}}).Decode(&hash); err != nil {
		t.Fatal(err)
	}
	if len(hash.Collections) < 5 {
		t.Fatalf("the hashes of the database are %v", hash.Collections)
	}
	delete(hash.Collections, "leases")
	var status struct {
		Transactions struct {
			Committed int64 `bson:"totalCommitted"`
			Aborted   int64 `bson:"totalAborted"`
		} `bson:"transactions"`
	}
	if err := m.client.Database("admin").RunCommand(t.Context(), bson.D{{Key: "serverStatus", Value: 1}}).Decode(&status); err != nil {
		t.Fatal(err)
	}
	return hash.Collections, status.Transactions.Committed, status.Transactions.Aborted
}
