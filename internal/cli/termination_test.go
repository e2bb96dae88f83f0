package cli

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/clausea/crawler/hack/mongod/replicaset"
)

// terminationPointCount is the number of points at which processes receive SIGTERM. Set
// CLAUSEA_TEST_TERM=50 for the number that the project's acceptance criteria require.
func terminationPointCount() int {
	if n, err := strconv.Atoi(os.Getenv("CLAUSEA_TEST_TERM")); err == nil {
		return n
	}
	return 14
}

// terminationTest sends SIGTERM to a process that crawls one company.
type terminationTest struct {
	*testing.T
	sites   *testSites
	uri     string
	set     *replicaset.Set // nil: the store is embedded
	process *programProcess
	hung    atomic.Bool // a page without a response was requested
	release func()      // unblocks the store
}

// terminationPoint is a point in the lifetime of a process.
type terminationPoint struct {
	name     string
	embedded bool
	members  int // members of a separate replica set that the test disturbs; 0 uses the shared one
	idle     bool
	hang     bool // the first request for one page gets no response
	reach    func(l *terminationTest)
	// duringShutdown is called between the signal and the exit.
	duringShutdown func(l *terminationTest)
	extraRefetches int // pages that may be fetched again in addition to the one in flight
}

// afterPages is reached after n requests for pages.
func afterPages(n int) func(l *terminationTest) {
	return func(l *terminationTest) {
		l.process.waitUntil(l.T, "requests", func() bool { return l.sites.pageRequests() >= n })
	}
}

func whenStarted(l *terminationTest) { l.process.port(l.T) }

func whenReady(l *terminationTest) {
	port := l.process.port(l.T)
	l.process.waitUntil(l.T, "readiness", func() bool { status, _ := getReadyz(port); return status == http.StatusOK })
}

func whenHostHangs(l *terminationTest) { l.process.waitUntil(l.T, "the page that hangs", l.hung.Load) }

func whenComplete(l *terminationTest) {
	l.process.waitUntil(l.T, "the end of the crawl", func() bool { return strings.Contains(l.process.output(), "run finished") })
}

func whenStoreOpens(l *terminationTest) {
	l.process.waitUntil(l.T, "the lock of the folder", func() bool {
		owner, err := os.ReadFile(filepath.Join(l.uri, "lock"))
		return err == nil && string(owner) == strconv.Itoa(l.process.cmd.Process.Pid)
	})
}

// whenStoreBusy is reached when a transaction blocks writes to the embedded store during a crawl.
func whenStoreBusy(l *terminationTest) {
	afterPages(3)(l)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(l.uri, "clausea.db")+"?_pragma=busy_timeout(20000)&_txlock=immediate")
	if err != nil {
		l.Fatal(err)
	}
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		l.Fatal(err)
	}
	l.release = func() {
		_ = tx.Rollback()
		_ = db.Close()
	}
}

func whenMongoStopped(l *terminationTest) {
	afterPages(3)(l)
	if err := l.set.Signal(0, syscall.SIGSTOP); err != nil {
		l.Fatal(err)
	}
	l.release = func() { _ = l.set.Signal(0, syscall.SIGCONT) }
}

func whenMongoElects(l *terminationTest) {
	afterPages(3)(l)
	i, err := l.set.Primary(l.Context())
	if err != nil {
		l.Fatal(err)
	}
	if err := l.set.StepDown(l.Context(), i); err != nil {
		l.Fatal(err)
	}
}

// waitForUnready waits until the readiness probe reports the shutdown.
func waitForUnready(l *terminationTest) {
	port := l.process.port(l.T)
	l.process.waitUntil(l.T, "the end of readiness", func() bool {
		status, body := getReadyz(port)
		return status == http.StatusServiceUnavailable && strings.Contains(body, "shutting down")
	})
}

func releaseAfterUnready(l *terminationTest) {
	waitForUnready(l)
	l.release()
}

func terminationPoints(n int) []terminationPoint {
	all := []terminationPoint{
		{name: "while it opens the embedded store", embedded: true, reach: whenStoreOpens},
		{name: "after it has started on the embedded store", embedded: true, reach: whenStarted},
		{name: "after it has started on MongoDB", reach: whenStarted},
		{name: "while it is idle on the embedded store", embedded: true, idle: true, reach: whenReady},
		{name: "while it is idle on MongoDB", idle: true, reach: whenReady},
		{name: "while a host hangs, on the embedded store", embedded: true, hang: true, reach: whenHostHangs},
		{name: "while a host hangs, on MongoDB", hang: true, reach: whenHostHangs},
		{name: "while the embedded store is busy", embedded: true, reach: whenStoreBusy, duringShutdown: releaseAfterUnready},
		{name: "while MongoDB is paused", members: 1, reach: whenMongoStopped, duringShutdown: waitForUnready, extraRefetches: 1},
		{name: "while MongoDB elects a primary", members: 3, reach: whenMongoElects, extraRefetches: 1},
		{name: "when a crawl is complete", reach: whenComplete},
		{name: "twice", reach: afterPages(2), duringShutdown: func(l *terminationTest) {
			_ = l.process.cmd.Process.Signal(syscall.SIGTERM) // the process may have exited already
		}},
	}
	for i, more := 0, n-len(all); i < more; i++ {
		after := 1 + i*(sitePages-1)/more
		all = append(all, terminationPoint{name: fmt.Sprintf("after %d pages (%d)", after, i), embedded: i%2 == 0, reach: afterPages(after)})
	}
	return all
}

func TestTerminatedProcessExitsCleanlyAndTheNextOneResumes(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	mongod, err := replicaset.Find()
	if err != nil {
		t.Fatal(err)
	}
	shared, err := replicaset.Start(t.Context(), mongod, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shared.Close)
	slots := make(chan struct{}, maxConcurrent)
	for i, m := range terminationPoints(terminationPointCount()) {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			l := &terminationTest{T: t, sites: newTestSites(t, 1), release: func() {}}
			switch {
			case m.embedded:
				l.uri = t.TempDir()
			case m.members > 0:
				if l.set, err = replicaset.Start(t.Context(), mongod, "", m.members); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(l.set.Close)
			default:
				l.set = shared
			}
			if l.set != nil {
				l.uri = strings.Replace(l.set.URI, "/?", fmt.Sprintf("/term%d?", i), 1)
			}
			l.run(m)
		})
	}
}

// run starts a process, sends SIGTERM at the termination point, and resumes the crawl in another
// process.
func (l *terminationTest) run(m terminationPoint) {
	if m.hang {
		l.sites.beforeResponse = func(r *http.Request) {
			if r.URL.Path == "/legal/policy-1" && !l.hung.Swap(true) {
				<-r.Context().Done()
			}
		}
	}
	if !m.idle {
		s, _, err := openAt(l.Context(), l.uri, "")
		if err != nil {
			l.Fatal(err)
		}
		createCrawlJobs(l.T, s, l.sites.names, 50*time.Millisecond)
		_ = s.Close(l.Context())
	}
	l.process = startStandalone(l.T, l.sites, l.uri, "--log-level", "debug")
	m.reach(l)
	defer func() { l.release() }()
	port := addressPattern.FindStringSubmatch(l.process.output())
	l.process.terminate(l.T)
	readiness := make(chan error, 1)
	go func() {
		if port == nil { // the process has not started yet
			readiness <- nil
			return
		}
		readiness <- l.process.checkReadinessStaysDown(port[1])
	}()
	if m.duringShutdown != nil {
		m.duringShutdown(l)
	}
	wait := l.process.waitForCleanExit
	if m.members > 0 { // the disturbed store may have rejected the last writes
		wait = l.process.waitForExit
	}
	if err := errors.Join(wait(), <-readiness); err != nil {
		l.Fatal(err)
	}
	if m.idle {
		return
	}
	l.release()
	l.checkResume(m)
}

// checkResume completes the crawl in another process and checks the result.
func (l *terminationTest) checkResume(m terminationPoint) {
	next := startStandalone(l.T, l.sites, l.uri)
	next.port(l.T)
	job := "crawljob/j-" + l.sites.names[0]
	code, _, errs := call(l.T, nil, "wait", "--store", l.uri, "--for=condition=Complete", job, "--timeout", waitTimeout.String())
	if code != exitDone {
		l.Fatalf("the crawl does not complete: %s\n%s", errs, next.output())
	}
	next.terminate(l.T)
	if err := next.waitForCleanExit(); err != nil {
		l.Error(err)
	}
	again, all := l.sites.refetched()
	if all != sitePages || again > 1+m.extraRefetches {
		l.Errorf("%d pages were fetched, %d were fetched again", all, again)
	}
	s, _, err := openAt(l.Context(), l.uri, "")
	if err != nil {
		l.Fatal(err)
	}
	defer func() { _ = s.Close(context.Background()) }()
	checkDocuments(l.T, s, l.sites)
}

func TestTerminatedProcessExitsIfItsStoreDoesNotRespond(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connected := make(chan struct{}, 100)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			connected <- struct{}{}
		}
	}()
	t.Cleanup(func() { _ = listener.Close() })
	r := startProgram(t, "standalone", "--store", "mongodb://"+listener.Addr().String()+"/", "--port", "0")
	select {
	case <-connected:
	case <-r.exited:
		t.Fatalf("the process exits with %v: %s", r.err, r.output())
	case <-time.After(waitTimeout):
		t.Fatal("the process does not connect to the server")
	}
	r.terminate(t)
	if err := r.waitForExit(); err != nil {
		t.Error(err)
	}
}
