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

// termMoments is at how many moments of their lives processes are sent SIGTERM; by
// hand CLAUSEA_TEST_TERM=50 makes them as many as the project's pass line asks.
func termMoments() int {
	if n, err := strconv.Atoi(os.Getenv("CLAUSEA_TEST_TERM")); err == nil {
		return n
	}
	return 14
}

// life is that of a process that crawls one company, until it is signalled.
type life struct {
	*testing.T
	town    *town
	uri     string
	set     *replicaset.Set // nil: the store is embedded
	process *running
	hangs   atomic.Bool // a page was asked for that does not come
	release func()      // ends what holds the store up
}

// moment is one of a life.
type moment struct {
	name     string
	embedded bool
	members  int // of a replica set of its own, which the moment hurts
	idle     bool
	hang     bool // one page does not come the first time that it is asked for
	when     func(l *life)
	// ending is what else happens between the signal and the end.
	ending func(l *life)
	again  int // pages that may be fetched again beside the one in flight
}

// pages is the moment after so many requests for pages.
func pages(n int) func(l *life) {
	return func(l *life) {
		l.process.await(l.T, "the requests", func() bool { return l.town.requests() >= n })
	}
}

func started(l *life) { l.process.port(l.T) }

func isReady(l *life) {
	port := l.process.port(l.T)
	l.process.await(l.T, "readiness", func() bool { status, _ := ready(port); return status == http.StatusOK })
}

func hangs(l *life) { l.process.await(l.T, "the page that hangs", l.hangs.Load) }

func complete(l *life) {
	l.process.await(l.T, "the crawl's end", func() bool { return strings.Contains(l.process.said(), "run ended") })
}

func opens(l *life) {
	l.process.await(l.T, "the folder's lock", func() bool {
		owner, err := os.ReadFile(filepath.Join(l.uri, "lock"))
		return err == nil && string(owner) == strconv.Itoa(l.process.cmd.Process.Pid)
	})
}

// fileBusy is when the embedded store takes no write while a crawl is under way.
func fileBusy(l *life) {
	pages(3)(l)
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

func serverStopped(l *life) {
	pages(3)(l)
	if err := l.set.Signal(0, syscall.SIGSTOP); err != nil {
		l.Fatal(err)
	}
	l.release = func() { _ = l.set.Signal(0, syscall.SIGCONT) }
}

func election(l *life) {
	pages(3)(l)
	i, err := l.set.Primary(l.Context())
	if err != nil {
		l.Fatal(err)
	}
	if err := l.set.StepDown(l.Context(), i); err != nil {
		l.Fatal(err)
	}
}

// saysSo waits until the probe tells of the signal, which what ends then can't hide.
func saysSo(l *life) {
	port := l.process.port(l.T)
	l.process.await(l.T, "the end of readiness", func() bool {
		status, body := ready(port)
		return status == http.StatusServiceUnavailable && strings.Contains(body, "shutting down")
	})
}

func released(l *life) {
	saysSo(l)
	l.release()
}

func termAt(n int) []moment {
	all := []moment{
		{name: "as it opens the embedded store", embedded: true, when: opens},
		{name: "as it has started on the embedded store", embedded: true, when: started},
		{name: "as it has started on MongoDB", when: started},
		{name: "while it is idle on the embedded store", embedded: true, idle: true, when: isReady},
		{name: "while it is idle on MongoDB", idle: true, when: isReady},
		{name: "while a host hangs, on the embedded store", embedded: true, hang: true, when: hangs},
		{name: "while a host hangs, on MongoDB", hang: true, when: hangs},
		{name: "while the embedded store is busy", embedded: true, when: fileBusy, ending: released},
		{name: "while MongoDB stands still", members: 1, when: serverStopped, ending: saysSo, again: 1},
		{name: "while MongoDB elects a primary", members: 3, when: election, again: 1},
		{name: "as a crawl is complete", when: complete},
		{name: "twice", when: pages(2), ending: func(l *life) {
			_ = l.process.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
		}},
	}
	for i, more := 0, n-len(all); i < more; i++ {
		after := 1 + i*(stormPages-1)/more
		all = append(all, moment{name: fmt.Sprintf("after %d pages (%d)", after, i), embedded: i%2 == 0, when: pages(after)})
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
	slots := make(chan struct{}, atOnce)
	for i, m := range termAt(termMoments()) {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			l := &life{T: t, town: newTown(t, 1), release: func() {}}
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
			l.live(m)
		})
	}
}

// live starts a process, signals it at its moment, and lets another go on.
func (l *life) live(m moment) {
	if m.hang {
		l.town.before = func(r *http.Request) {
			if r.URL.Path == "/legal/policy-1" && !l.hangs.Swap(true) {
				<-r.Context().Done()
			}
		}
	}
	if !m.idle {
		s, _, err := openAt(l.Context(), l.uri, "")
		if err != nil {
			l.Fatal(err)
		}
		order(l.T, s, l.town.names, 50*time.Millisecond)
		_ = s.Close(l.Context())
	}
	l.process = startStandalone(l.T, l.town, l.uri, "--log-level", "debug")
	m.when(l)
	defer func() { l.release() }()
	port := addressPattern.FindStringSubmatch(l.process.said())
	l.process.term(l.T)
	watched := make(chan error, 1)
	go func() {
		if port == nil { // it has not started
			watched <- nil
			return
		}
		watched <- l.process.unready(port[1])
	}()
	if m.ending != nil {
		m.ending(l)
	}
	end := l.process.endWhole
	if m.members > 0 { // the store may not have taken all that it had to say
		end = l.process.end
	}
	if err := errors.Join(end(), <-watched); err != nil {
		l.Fatal(err)
	}
	if m.idle {
		return
	}
	l.release()
	l.goOn(m)
}

// goOn has another process complete the crawl, and looks at what is there then.
func (l *life) goOn(m moment) {
	next := startStandalone(l.T, l.town, l.uri)
	next.port(l.T)
	job := "crawljob/j-" + l.town.names[0]
	code, _, errs := call(l.T, nil, "wait", "--store", l.uri, "--for=condition=Complete", job, "--timeout", patience.String())
	if code != exitDone {
		l.Fatalf("the crawl does not go on: %s\n%s", errs, next.said())
	}
	next.term(l.T)
	if err := next.endWhole(); err != nil {
		l.Error(err)
	}
	again, all := l.town.again()
	if all != stormPages || again > 1+m.again {
		l.Errorf("%d pages were fetched, %d of them again", all, again)
	}
	s, _, err := openAt(l.Context(), l.uri, "")
	if err != nil {
		l.Fatal(err)
	}
	defer func() { _ = s.Close(context.Background()) }()
	checkDocuments(l.T, s, l.town)
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
	case <-r.ended:
		t.Fatalf("it ends with %v: %s", r.err, r.said())
	case <-time.After(patience):
		t.Fatal("it calls no server")
	}
	r.term(t)
	if err := r.end(); err != nil {
		t.Error(err)
	}
}
