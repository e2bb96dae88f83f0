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
	"github.com/clausea/crawler/internal/run/kubejob"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
)

const (
	staleWorkers     = 20
	staleWorkerLease = "2s"
	staleWorkerDelay = 100 * time.Millisecond
	maxActiveWorkers = 4 // processes that are at work at once
)

// The embedded store has no such test: it refuses a second process as long as the
// first one lives, though it stands still. What a zombie does to it within one
// process is tested with internal/run/queue.
func TestAStoppedWorkerThatComesBackAfterItsTakeoverChangesNothing(t *testing.T) {
	t.Parallel()
	set := startMongo(t, 1)
	uri := strings.Replace(set.URI, "/?", "/zombies?", 1)
	s, _, err := openAt(t.Context(), uri, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	server := connectMongo(t, set.URI)
	w := newTestSites(t, staleWorkers)
	stands := holdResponses(w)
	q := &queue.Queue{Runs: s}
	stopped := make([]*exec.Cmd, staleWorkers)
	said := make([]bytes.Buffer, staleWorkers)
	forEachWorker(func(i int) {
		if err := q.Start(t.Context(), staleWorkerRun(w.names[i])); err != nil {
			t.Error(err)
			return
		}
		stopped[i] = workerProcess(t, w, uri, w.names[i], &said[i])
		if !w.waitForPages(w.names[i], pagesBeforeStop(i)) {
			t.Errorf("zombie %d was to stand still after %d pages, which it did not ask for: %s", i, pagesBeforeStop(i), &said[i])
		}
		if err := stopped[i].Process.Signal(syscall.SIGSTOP); err != nil {
			t.Errorf("stop zombie %d: %v", i, err)
		}
		close(stands[i])
	})
	if t.Failed() {
		t.FailNow()
	}
	forEachWorker(func(i int) {
		var log bytes.Buffer
		if err := workerProcess(t, w, uri, w.names[i], &log).Wait(); err != nil {
			t.Errorf("the successor of zombie %d: %v: %s", i, err, &log)
		}
		r, err := s.GetRun(t.Context(), w.names[i])
		if err != nil || r.State != store.RunComplete || r.Attempts != 2 {
			t.Errorf("after the takeover of zombie %d its run is %s after %d attempts, %v", i, r.State, r.Attempts, err)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	refused, idle := int64(0), 0
	for i, z := range stopped {
		before, committed, aborted := server.state(t)
		if err := z.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		if err := z.Wait(); err != nil {
			t.Errorf("zombie %d ended with %v: %s", i, err, &said[i])
		}
		after, committedNow, abortedNow := server.state(t)
		if !maps.Equal(before, after) {
			t.Errorf("zombie %d changed what is kept: %v before, %v after", i, before, after)
		}
		if committedNow != committed {
			t.Errorf("zombie %d committed %d transactions after its takeover", i, committedNow-committed)
		}
		if abortedNow == aborted {
			idle++ // its renewal had told it first
		}
		refused += abortedNow - aborted
	}
	t.Logf("%d zombies came back: %d transactions of theirs were refused and none committed; %d learned of the takeover before they wrote", staleWorkers, refused, idle)
	if refused == 0 {
		t.Error("no zombie wrote anything late: nothing was shown")
	}
	checkDocuments(t, s, w)
}

// pagesBeforeStop is the number of the page with which a zombie stands still.
func pagesBeforeStop(i int) int { return 1 + i%(sitePages-1) }

// holdResponses keeps the town from answering for more pages of a site before the zombie
// that crawls it stands still, which the channels tell of.
func holdResponses(w *testSites) (stands []chan struct{}) {
	last := map[string]int{}
	which := map[string]int{}
	for i, name := range w.names {
		last[name], which[name] = pagesBeforeStop(i), i
		stands = append(stands, make(chan struct{}))
	}
	w.beforeResponse = func(r *http.Request) {
		if w.pagesRequested(r.Host) <= last[r.Host] {
			return
		}
		select {
		case <-stands[which[r.Host]]:
		case <-r.Context().Done():
		}
	}
	return stands
}

// forEachWorker does something for each of them, a few at once.
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

// staleWorkerRun is the crawl of a company, under the company's own name.
func staleWorkerRun(name string) queue.Order {
	return queue.Order{
		RunID: name, Company: name, Attempts: 3, Reserved: kubejob.WorkerName(name),
		Target: v1alpha1.Target{Domains: []v1alpha1.Domain{v1alpha1.Domain(name)}, Crawl: &v1alpha1.CrawlLimits{Delay: &metav1.Duration{Duration: staleWorkerDelay}}},
	}
}

// workerProcess is a running `clausea worker`.
func workerProcess(t *testing.T, w *testSites, uri, id string, log *bytes.Buffer) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	args := []string{"worker", "--run", id, "--store", uri, "--lease", staleWorkerLease, "--ca-file", w.caFile,
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
			_ = cmd.Wait() // it was killed
		}
	})
	return cmd
}

// waitForPages waits until so many pages of a site were asked for.
func (w *testSites) waitForPages(name string, pages int) bool {
	for deadline := time.Now().Add(waitTimeout); time.Now().Before(deadline); {
		if w.pagesRequested(name) >= pages {
			return true
		}
		<-time.After(time.Millisecond)
	}
	return false
}

// pagesRequested counts the pages of a site that were asked for.
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

// mongoServer is a MongoDB as its administrator sees it.
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

// state is a sum of each collection's contents, and how many transactions were
// committed and aborted so far. That of the leases is left out: their renewal is no
// write of a run.
func (m mongoServer) state(t *testing.T) (sums map[string]string, committed, aborted int64) {
	t.Helper()
	var hash struct {
		Collections map[string]string `bson:"collections"`
	}
	if err := m.client.Database("zombies").RunCommand(t.Context(), bson.D{{Key: "dbHash", Value: 1}}).Decode(&hash); err != nil {
		t.Fatal(err)
	}
	if len(hash.Collections) < 5 {
		t.Fatalf("the sums of the database are %v", hash.Collections)
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
