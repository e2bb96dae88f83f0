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
	zombies      = 20
	zombieLease  = "2s"
	zombieDelay  = 100 * time.Millisecond
	zombiesAMove = 4 // processes that are at work at once
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
	server := serverOf(t, set.URI)
	w := newTown(t, zombies)
	stands := holdZombies(w)
	q := &queue.Queue{Runs: s}
	stopped := make([]*exec.Cmd, zombies)
	said := make([]bytes.Buffer, zombies)
	eachZombie(func(i int) {
		if _, _, err := q.Enqueue(t.Context(), zombieOrder(w.names[i]), kubejob.WorkerName(w.names[i])); err != nil {
			t.Error(err)
			return
		}
		stopped[i] = workerProcess(t, w, uri, w.names[i], &said[i])
		if !w.awaitAsked(w.names[i], lastPage(i)) {
			t.Errorf("zombie %d was to stand still after %d pages, which it did not ask for: %s", i, lastPage(i), &said[i])
		}
		if err := stopped[i].Process.Signal(syscall.SIGSTOP); err != nil {
			t.Errorf("stop zombie %d: %v", i, err)
		}
		close(stands[i])
	})
	if t.Failed() {
		t.FailNow()
	}
	eachZombie(func(i int) {
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
	t.Logf("%d zombies came back: %d transactions of theirs were refused and none committed; %d learned of the takeover before they wrote", zombies, refused, idle)
	if refused == 0 {
		t.Error("no zombie wrote anything late: nothing was shown")
	}
	checkDocuments(t, s, w)
}

// lastPage is the number of the page with which a zombie stands still.
func lastPage(i int) int { return 1 + i%(stormPages-1) }

// holdZombies keeps the town from answering for more pages of a site before the zombie
// that crawls it stands still, which the channels tell of.
func holdZombies(w *town) (stands []chan struct{}) {
	last := map[string]int{}
	which := map[string]int{}
	for i, name := range w.names {
		last[name], which[name] = lastPage(i), i
		stands = append(stands, make(chan struct{}))
	}
	w.before = func(r *http.Request) {
		if w.askedOf(r.Host) <= last[r.Host] {
			return
		}
		select {
		case <-stands[which[r.Host]]:
		case <-r.Context().Done():
		}
	}
	return stands
}

// eachZombie does something for each of them, a few at once.
func eachZombie(do func(int)) {
	slots := make(chan struct{}, zombiesAMove)
	var wg sync.WaitGroup
	for i := range zombies {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	wg.Wait()
}

// zombieOrder is the crawl of a company, under the company's own name.
func zombieOrder(name string) runner.RunSpec {
	return runner.RunSpec{
		RunID: name, Company: name, MaxAttempts: 3,
		Target: v1alpha1.Target{Domains: []v1alpha1.Domain{v1alpha1.Domain(name)}, Crawl: &v1alpha1.CrawlLimits{Delay: &metav1.Duration{Duration: zombieDelay}}},
	}
}

// workerProcess is a running `clausea worker`.
func workerProcess(t *testing.T, w *town, uri, id string, log *bytes.Buffer) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	args := []string{"worker", "--run", id, "--store", uri, "--lease", zombieLease, "--ca-file", w.caFile,
		"--connect-to", ":443:" + w.address, "--allow-address", "127.0.0.1/32", "--log-level", "error"}
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

// awaitAsked waits until so many pages of a site were asked for.
func (w *town) awaitAsked(name string, pages int) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if w.askedOf(name) >= pages {
			return true
		}
		<-time.After(time.Millisecond)
	}
	return false
}

// askedOf counts the pages of a site that were asked for.
func (w *town) askedOf(name string) (pages int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for at := range w.asked {
		if strings.HasPrefix(at, name+"/") {
			pages++
		}
	}
	return pages
}

// mongoServer is a MongoDB as its administrator sees it.
type mongoServer struct{ client *mongo.Client }

func serverOf(t *testing.T, uri string) mongoServer {
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
