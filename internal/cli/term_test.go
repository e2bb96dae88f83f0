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

// terminationPointCount is at how many moments of their lives processes are sent SIGTERM; by
// hand CLAUSEA_TEST_TERM=50 makes them as many as the project's pass line asks.
func terminationPointCount() int {
	if n, err := strconv.Atoi(os.Getenv("CLAUSEA_TEST_TERM")); err == nil {
		return n
	}
	return 14
}

// terminationTest is that of a process that crawls one company, until it is signalled.
type terminationTest struct {
	*testing.T
	sites   *testSites
	uri     string
	set     *replicaset.Set // nil: the store is embedded
	process *programProcess
	hung    atomic.Bool // a page was asked for that does not come
	release func()      // ends what holds the store up
}

// terminationPoint is one of a life.
type terminationPoint struct {
	name     string
	embedded bool
	members  int // of a replica set of its own, which the moment hurts
	idle     bool
	hang     bool // one page does not come the first time that it is asked for
	reach    func(l *terminationTest)
	// duringShutdown is what else happens between the signal and the end.
	duringShutdown func(l *terminationTest)
	extraRefetches int // pages that may be fetched again beside the one in flight
}

// afterPages is the moment after so many requests for pages.
func afterPages(n int) func(l *terminationTest) {
	return func(l *terminationTest) {
		l.process.waitUntil(l.T, "the requests", func() bool { return l.sites.pageRequests() >= n })
	}
}

func whenStarted(l *terminationTest) { l.process.port(l.T) }

func whenReady(l *terminationTest) {
	port := l.process.port(l.T)
	l.process.waitUntil(l.T, "readiness", func() bool { status, _ := getReadyz(port); return status == http.StatusOK })
}

func whenHostHangs(l *terminationTest) { l.process.waitUntil(l.T, "the page that hangs", l.hung.Load) }

func whenComplete(l *terminationTest) {
	l.process.waitUntil(l.T, "the crawl's end", func() bool { return strings.Contains(l.process.output(), "run ended") })
}

func whenStoreOpens(l *terminationTest) {
	l.process.waitUntil(l.T, "the folder's lock", func() bool {
		owner, err := os.ReadFile(filepath.Join(l.uri, "lock"))
		return err == nil && string(owner) == strconv.Itoa(l.process.cmd.Process.Pid)
	})
}

// whenStoreBusy is when the embedded store takes no write while a crawl is under way.
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

// waitForUnready waits until the probe tells of the signal, which what ends then can't hide.
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
		{name: "as it opens the embedded store", embedded: true, reach: whenStoreOpens},
		{name: "as it has started on the embedded store", embedded: true, reach: whenStarted},
		{name: "as it has started on MongoDB", reach: whenStarted},
		{name: "while it is idle on the embedded store", embedded: true, idle: true, reach: whenReady},
		{name: "while it is idle on MongoDB", idle: true, reach: whenReady},
		{name: "while a host hangs, on the embedded store", embedded: true, hang: true, reach: whenHostHangs},
		{name: "while a host hangs, on MongoDB", hang: true, reach: whenHostHangs},
		{name: "while the embedded store is busy", embedded: true, reach: whenStoreBusy, duringShutdown: releaseAfterUnready},
		{name: "while MongoDB stands still", members: 1, reach: whenMongoStopped, duringShutdown: waitForUnready, extraRefetches: 1},
		{name: "while MongoDB elects a primary", members: 3, reach: whenMongoElects, extraRefetches: 1},
		{name: "as a crawl is complete", reach: whenComplete},
		{name: "twice", reach: afterPages(2), duringShutdown: func(l *terminationTest) {
			_ = l.process.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
		}},
	}
	for i, more := 0, n-len(all); i < more; i++ {
		after := 1 + i*(sitePages-1)/more
		all = append(all, terminationPoint{name: fmt.Sprintf("after %d pages (%d)", after, i), embedded: i%2 == 0, reach: afterPages(after)})
	}
	return all
}

func TestAProcessThatIsAskedToEndDoesSoCleanlyAndTheNextOneGoesOn(t *testing.T) {
	t.Parallel()
	mongod, err := replicaset.Find()
	if errors.Is(err, replicaset.ErrNoBinary) && os.Getenv("CI") == "" {
		t.Skipf("NOT TESTED: %v", err)
	}
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

// run starts a process, signals it at its moment, and lets another go on.
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
	watched := make(chan error, 1)
	go func() {
		if port == nil { // it has not started
			watched <- nil
			return
		}
		watched <- l.process.checkReadinessStaysDown(port[1])
	}()
	if m.duringShutdown != nil {
		m.duringShutdown(l)
	}
	end := l.process.waitForCleanExit
	if m.members > 0 { // the store may not have taken all that it had to say
		end = l.process.waitForExit
	}
	if err := errors.Join(end(), <-watched); err != nil {
		l.Fatal(err)
	}
	if m.idle {
		return
	}
	l.release()
	l.checkResume(m)
}

// checkResume has another process complete the crawl, and looks at what is there then.
func (l *terminationTest) checkResume(m terminationPoint) {
	next := startStandalone(l.T, l.sites, l.uri)
	next.port(l.T)
	job := "crawljob/j-" + l.sites.names[0]
	code, _, errs := call(l.T, nil, "wait", "--store", l.uri, "--for=condition=Complete", job, "--timeout", waitTimeout.String())
	if code != exitDone {
		l.Fatalf("the crawl does not go on: %s\n%s", errs, next.output())
	}
	next.terminate(l.T)
	if err := next.waitForCleanExit(); err != nil {
		l.Error(err)
	}
	again, all := l.sites.refetched()
	if all != sitePages || again > 1+m.extraRefetches {
		l.Errorf("%d pages were fetched, %d of them again", all, again)
	}
	s, _, err := openAt(l.Context(), l.uri, "")
	if err != nil {
		l.Fatal(err)
	}
	defer func() { _ = s.Close(context.Background()) }()
	checkDocuments(l.T, s, l.sites)
}

func TestAProcessThatIsAskedToEndWhileItsStoreDoesNotAnswerDoesSo(t *testing.T) {
	t.Parallel()
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan struct{}, 100)
	go func() {
		for {
			c, err := silent.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			called <- struct{}{}
		}
	}()
	t.Cleanup(func() { _ = silent.Close() })
	r := startProgram(t, "standalone", "--store", "mongodb://"+silent.Addr().String()+"/", "--port", "0")
	select {
	case <-called:
	case <-r.exited:
		t.Fatalf("it ends with %v: %s", r.err, r.output())
	case <-time.After(waitTimeout):
		t.Fatal("it calls no server")
	}
	r.terminate(t)
	if err := r.waitForExit(); err != nil {
		t.Error(err)
	}
}
