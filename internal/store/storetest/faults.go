package storetest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

const (
	faultWriters = 3
	// faultTimeout limits how long Faults waits for the next commit or change.
	faultTimeout = 3 * time.Minute
)

// The names of the watches. resumedWatch is stopped at each kill and resumes after the last change
// that it delivered.
const (
	steadyWatch  = "steady"
	resumedWatch = "resumed"
)

// FaultTarget is a store whose writers Faults kills.
type FaultTarget struct {
	URI string // value of WriterEnv for the child processes
	// Open opens the store after all child processes have ended.
	Open func(*testing.T) store.Store
	// Exclusive is set if only one process can open the store. All writers and watches are then
	// in one process.
	Exclusive bool
	// Elect makes the store elect another primary. It is nil if the store has none.
	Elect func(t *testing.T)
}

// Faults commits documents in child processes while it kills these and forces elections, and
// watches the feed of changes from other processes. It verifies that every watch delivers the
// changes of all commits once and in order, and that the documents, versions and summaries are
// consistent with them. CLAUSEA_TEST_COMMITS, CLAUSEA_TEST_KILLS and CLAUSEA_TEST_ELECTIONS set the
// size, and CLAUSEA_TEST_SEED the plan of the commits and faults.
func Faults(t *testing.T, target FaultTarget) {
	t.Helper()
	commits, kills, elections := envSize(t, "CLAUSEA_TEST_COMMITS", 300), envSize(t, "CLAUSEA_TEST_KILLS", 2), 0
	if target.Elect != nil {
		elections = envSize(t, "CLAUSEA_TEST_ELECTIONS", 2)
	}
	random := NewRand(t)
	r := &faultRun{
		t: t, target: target, commits: commits, seed: random.Uint64(),
		acknowledged: make([]int, faultWriters), feeds: map[string][]store.Change{}, progress: make(chan struct{}, 1),
	}
	r.planned = plan(r.seed, faultWriters, commits)
	r.start()
	start := time.Now()
	faults := make([]bool, kills+elections) // true is an election
	for i := range elections {
		faults[i] = true
	}
	random.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
	for i, election := range faults {
		r.waitForCommits((i + 1) * commits / (len(faults) + 1))
		if election {
			target.Elect(t)
		} else {
			r.kill(random)
		}
	}
	r.waitForCommits(commits)
	r.waitForFeeds()
	r.stop()
	s := target.Open(t)
	changes := r.checkFeeds(s)
	documents := r.checkRecords(s)
	t.Logf("%d commits, %d kills and %d elections in %v: %d documents and %d changes", commits, kills, elections, time.Since(start).Round(time.Second), documents, changes)
	must(t, s.Close(t.Context()))
}

// envSize returns the number in an environment variable, or a default.
func envSize(t *testing.T, name string, size int) int {
	t.Helper()
	if v := os.Getenv(name); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			t.Fatalf("%s is %q, want a positive number", name, v)
		}
		return n
	}
	return size
}

// faultRun is one execution of Faults.
type faultRun struct {
	t        *testing.T
	target   FaultTarget
	seed     uint64
	commits  int
	planned  []*plannedWriter
	children []*faultChild
	progress chan struct{} // receives a value after a report

	mu           sync.Mutex
	acknowledged []int                     // number of commits by writer
	feeds        map[string][]store.Change // changes that each watch delivered
}

// faultChild is a child process. It is restarted after it is killed.
type faultChild struct {
	writers []int
	watches []string
	cmd     *exec.Cmd
	stdin   io.Closer
	stderr  bytes.Buffer
	ended   chan struct{} // closed when the process has ended and its output is read
}

// start starts the child processes.
func (r *faultRun) start() {
	r.t.Cleanup(r.stop)
	if r.target.Exclusive {
		r.children = []*faultChild{{watches: []string{steadyWatch, resumedWatch}}}
	} else {
		r.children = []*faultChild{{watches: []string{steadyWatch}}, {watches: []string{resumedWatch}}}
	}
	for i := range faultWriters {
		if !r.target.Exclusive {
			r.children = append(r.children, &faultChild{})
		}
		last := r.children[len(r.children)-1]
		last.writers = append(last.writers, i)
	}
	for _, c := range r.children {
		r.startChild(c)
	}
}

// startChild starts or restarts a child process where the previous one was killed.
func (r *faultRun) startChild(c *faultChild) {
	task := faultTask{Seed: r.seed, Writers: faultWriters, Commits: r.commits, From: map[int]int{}, After: map[string]int64{}}
	r.mu.Lock()
	for _, w := range c.writers {
		task.From[w] = r.acknowledged[w]
	}
	for _, w := range c.watches {
		if feed := r.feeds[w]; len(feed) > 0 {
			task.After[w] = feed[len(feed)-1].Sequence
		} else {
			task.After[w] = 0
		}
	}
	r.mu.Unlock()
	data, err := json.Marshal(task)
	must(r.t, err)
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), WriterEnv+"="+r.target.URI, faultTaskEnv+"="+string(data))
	c.stderr.Reset()
	cmd.Stderr = &c.stderr
	c.stdin, err = cmd.StdinPipe()
	must(r.t, err)
	out, err := cmd.StdoutPipe()
	must(r.t, err)
	must(r.t, cmd.Start())
	ended := make(chan struct{})
	c.cmd, c.ended = cmd, ended
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			r.record(lines.Bytes())
		}
		_ = cmd.Wait() // usually "signal: killed"
		r.notify()
	}()
}

// record records a line of output of a child process. The last line of a killed process may be
// incomplete.
func (r *faultRun) record(line []byte) {
	var report faultReport
	if json.Unmarshal(line, &report) != nil {
		return
	}
	r.mu.Lock()
	if report.Watch != "" {
		r.feeds[report.Watch] = append(r.feeds[report.Watch], *report.Change)
	} else {
		r.acknowledged[report.Writer]++
	}
	r.mu.Unlock()
	r.notify()
}

func (r *faultRun) notify() {
	select {
	case r.progress <- struct{}{}:
	default: // it has a notification already
	}
}

// kill kills a process that writes, and the process of the resumed watch, and restarts both.
func (r *faultRun) kill(random *rand.Rand) {
	first := len(r.children) - faultWriters
	if r.target.Exclusive {
		first = 0
	}
	killed := []*faultChild{r.children[first+random.IntN(len(r.children)-first)]}
	if !r.target.Exclusive {
		killed = append(killed, r.children[1])
	}
	for _, c := range killed {
		r.end(c)
		r.startChild(c)
	}
}

// end kills a child process and waits for its end.
func (r *faultRun) end(c *faultChild) {
	if c.cmd == nil {
		return
	}
	_ = c.cmd.Process.Kill()
	<-c.ended
	_ = c.stdin.Close()
	c.cmd = nil
}

// stop kills all child processes.
func (r *faultRun) stop() {
	for _, c := range r.children {
		r.end(c)
	}
}

// wait waits until done, which is called with the lock held, returns true.
func (r *faultRun) wait(what string, done func() bool) {
	r.t.Helper()
	timeout := time.NewTimer(faultTimeout)
	defer timeout.Stop()
	for {
		r.mu.Lock()
		ok := done()
		r.mu.Unlock()
		if ok {
			return
		}
		for _, c := range r.children {
			select {
			case <-c.ended:
				r.t.Fatalf("the process with the writers %v and watches %v ended before %s: %s", c.writers, c.watches, what, &c.stderr)
			default:
			}
		}
		select {
		case <-r.progress:
			timeout.Reset(faultTimeout)
		case <-timeout.C:
			r.mu.Lock()
			defer r.mu.Unlock()
			r.t.Fatalf("timed out before %s: the writers have %v commits, and the watches delivered %d and %d changes", what, r.acknowledged, len(r.feeds[steadyWatch]), len(r.feeds[resumedWatch]))
		}
	}
}

// waitForCommits waits until n commits are acknowledged.
func (r *faultRun) waitForCommits(n int) {
	r.t.Helper()
	r.wait(strconv.Itoa(n)+" commits", func() bool {
		sum := 0
		for _, a := range r.acknowledged {
			sum += a
		}
		return sum >= n
	})
}

// waitForFeeds waits until each watch has delivered as many changes as the commits have.
func (r *faultRun) waitForFeeds() {
	r.t.Helper()
	want := 0
	for _, p := range r.planned {
		want += len(p.changes)
	}
	r.wait("all changes", func() bool { return len(r.feeds[steadyWatch]) >= want && len(r.feeds[resumedWatch]) >= want })
}
