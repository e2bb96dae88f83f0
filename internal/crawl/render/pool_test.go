package render_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/render"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// goodSite serves pages that scripts create, and /loop, which never settles.
func goodSite(t *testing.T) *crawltest.Web {
	t.Helper()
	web := crawltest.NewWeb(t)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, "<title>A page</title><body><script>document.write('<p>path %s. %s</p>')</script>", r.URL.Path, longText)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<body><p>text</p><script>fetch('/begun'); setTimeout(() => { while (true) {} }, 50)</script>")
	})
	web.Handle("good.test", mux)
	return web
}

func wantPage(t *testing.T, p *render.Pool, path string) *render.RenderedPage {
	t.Helper()
	page, err := p.Render(t.Context(), render.Request{URL: "http://good.test" + path})
	if err != nil {
		t.Fatal(err)
	}
	if page.EndReason != render.Settled || page.Title != "A page" || !strings.Contains(page.HTML, "path "+path) {
		t.Fatalf("%+v", page)
	}
	return page
}

// testTimeout limits what a test waits for. No test asserts durations.
const testTimeout = 3 * time.Minute

// waitUntil waits for a condition.
func waitUntil(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("timed out: %s", what)
		}
	}
}

// browserPIDs returns the main processes of the browsers whose profile is in dir.
func browserPIDs(dir string) []int {
	var all []int
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range lines {
		line, _ := os.ReadFile(name)
		if bytes.Contains(line, []byte(dir)) && bytes.Contains(line, []byte("--remote-debugging-pipe")) && !bytes.Contains(line, []byte("--type=")) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			all = append(all, pid)
		}
	}
	return all
}

func TestABrowserIsStartedOnDemandAndReused(t *testing.T) {
	t.Parallel()
	path, dir := browserPath(t), shortTempDir(t)
	p := newPool(t, goodSite(t), render.Config{Browser: path, ProfileDir: dir})
	if n := len(browserPIDs(dir)); n != 0 {
		t.Fatalf("%d browsers before the first page", n)
	}
	wantPage(t, p, "/1")
	first := browserPIDs(dir)
	wantPage(t, p, "/2")
	if second := browserPIDs(dir); len(first) != 1 || len(second) != 1 || first[0] != second[0] {
		t.Errorf("browsers %v, then %v", first, second)
	}
	p.Close()
	checkNothingLeft(t, dir)
	if _, err := p.Render(t.Context(), render.Request{URL: "http://good.test/3"}); reasonOf(err) != render.Canceled {
		t.Errorf("Render on a closed pool: %v, want canceled", err)
	}
}

// recorder is a render.Observer that records events.
type recorder struct {
	mu       sync.Mutex
	ended    []render.Outcome
	browsers int
}

func (c *recorder) PageEnded(o render.Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = append(c.ended, o)
}

func (c *recorder) BrowsersChanged(change int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.browsers += change
}

func (c *recorder) running() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.browsers
}

func TestTheObserverCountsPagesAndBrowsers(t *testing.T) {
	t.Parallel()
	seen := &recorder{}
	p := newPool(t, goodSite(t), render.Config{Browser: browserPath(t), ProfileDir: shortTempDir(t), Observer: seen})
	page := wantPage(t, p, "/1")
	if n := seen.running(); n != 1 {
		t.Errorf("%d browsers, want 1", n)
	}
	p.Close()
	if n := seen.running(); n != 0 {
		t.Errorf("%d browsers after Close, want 0", n)
	}
	if _, err := p.Render(t.Context(), render.Request{URL: "http://good.test/2"}); err == nil {
		t.Error("a closed pool renders a page")
	}
	if n := len(seen.ended); n != 2 || seen.ended[0].EndReason != render.Settled || seen.ended[0].Requests != page.Requests || page.Requests == 0 || seen.ended[1].EndReason != render.Canceled {
		t.Errorf("recorded outcomes %+v", seen.ended)
	}
}

func TestABrowserIsReplacedAfterItsPageLimit(t *testing.T) {
	t.Parallel()
	path, dir := browserPath(t), shortTempDir(t)
	p := newPool(t, goodSite(t), render.Config{Browser: path, ProfileDir: dir, PagesPerBrowser: 1})
	wantPage(t, p, "/1")
	if n := len(browserPIDs(dir)); n != 0 {
		t.Errorf("%d browsers after the page limit, want 0", n)
	}
	wantPage(t, p, "/2")
	p.Close()
	checkNothingLeft(t, dir)
}

func TestAnIdleBrowserIsClosed(t *testing.T) {
	t.Parallel()
	path, dir := browserPath(t), shortTempDir(t)
	p := newPool(t, goodSite(t), render.Config{Browser: path, ProfileDir: dir, IdleTimeout: 100 * time.Millisecond})
	wantPage(t, p, "/1")
	waitUntil(t, "the browser is closed", func() bool { left, _ := os.ReadDir(dir); return len(left) == 0 })
	checkNothingLeft(t, dir)
	wantPage(t, p, "/2")
}

func TestAKilledBrowserFailsItsPageAndIsReplaced(t *testing.T) {
	t.Parallel()
	path, dir, web := browserPath(t), shortTempDir(t), goodSite(t)
	p := newPool(t, web, render.Config{Browser: path, ProfileDir: dir, Timeout: testTimeout})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := p.Render(t.Context(), render.Request{URL: "http://good.test/loop"})
		if reasonOf(err) != render.Crashed {
			t.Errorf("page of a killed browser: %v, want crashed", err)
		}
	})
	waitUntil(t, "the page runs", func() bool { return len(web.Requests("good.test")) >= 2 })
	for _, pid := range browserPIDs(dir) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	wg.Wait()
	wantPage(t, p, "/1")
	p.Close()
	checkNothingLeft(t, dir)
}

func TestCancelingTheContextEndsPagesAndBrowsers(t *testing.T) {
	t.Parallel()
	path, dir, web := browserPath(t), shortTempDir(t), goodSite(t)
	ctx, cancel := context.WithCancel(t.Context())
	p, err := render.New(ctx, render.Config{Browser: path, ProfileDir: dir, Timeout: testTimeout, Fetcher: crawltest.Fetcher(t, web.Config())})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := p.Render(context.WithoutCancel(ctx), render.Request{URL: "http://good.test/loop"})
		if reasonOf(err) != render.Canceled {
			t.Errorf("page of a canceled pool: %v, want canceled", err)
		}
	})
	waitUntil(t, "the page runs", func() bool { return len(web.Requests("good.test")) >= 2 })
	cancel()
	wg.Wait()
	p.Close()
	checkNothingLeft(t, dir)
}

func TestAPageFailsAfterTheSlotTimeout(t *testing.T) {
	t.Parallel()
	path, dir, web := browserPath(t), shortTempDir(t), goodSite(t)
	p := newPool(t, web, render.Config{Browser: path, ProfileDir: dir, MaxConcurrentPages: 1, Timeout: testTimeout, SlotTimeout: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = p.Render(ctx, render.Request{URL: "http://good.test/loop"}) })
	waitUntil(t, "the page runs", func() bool { return len(web.Requests("good.test")) >= 1 })
	if _, err := p.Render(t.Context(), render.Request{URL: "http://good.test/1"}); reasonOf(err) != render.Busy {
		t.Errorf("page without a slot: %v, want busy", err)
	}
	cancel()
	wg.Wait()
}

func TestAMissingBrowserIsReported(t *testing.T) {
	t.Parallel()
	if _, err := render.New(t.Context(), render.Config{Browser: "no-such-browser"}); !errors.Is(err, render.ErrNoBrowser) {
		t.Errorf("a browser that does not exist: %v", err)
	}
	dir := shortTempDir(t)
	failing := filepath.Join(dir, "failing")
	if err := os.WriteFile(failing, []byte("#!/bin/sh\necho '[1:1:ERROR] an unrelated error'\necho 'FATAL: No usable sandbox!'\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := render.New(t.Context(), render.Config{Browser: failing, ProfileDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 5 {
		_, err = p.Render(t.Context(), render.Request{URL: "http://good.test/"})
		if !errors.Is(err, render.ErrNoBrowser) {
			t.Fatalf("a browser that fails to start: %v", err)
		}
	}
	if !strings.Contains(err.Error(), "not started again") {
		t.Errorf("after five failed starts: %v", err)
	}
	if left, _ := filepath.Glob(dir + "/clausea-browser-*"); len(left) > 0 {
		t.Errorf("profiles are left: %v", left)
	}
	long := filepath.Join(dir, strings.Repeat("x", 60))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	q, err := render.New(t.Context(), render.Config{Browser: failing, ProfileDir: long})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if _, err = q.Render(t.Context(), render.Request{URL: "http://good.test/"}); err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("a folder with a long path: %v", err)
	}
}

func TestAbandonedProfilesAreRemoved(t *testing.T) {
	t.Parallel()
	path, dir := browserPath(t), shortTempDir(t)
	old := time.Now().Add(-time.Hour)
	left := filepath.Join(dir, "clausea-browser-left")
	owner := filepath.Join(left, "owner")
	if err := errors.Join(os.Mkdir(left, 0o700), os.WriteFile(owner, nil, 0o600), os.Chtimes(owner, old, old)); err != nil {
		t.Fatal(err)
	}
	p := newPool(t, goodSite(t), render.Config{Browser: path, ProfileDir: dir})
	wantPage(t, p, "/1")
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the abandoned profile still exists: %v", err)
	}
}

func TestABrowserDoesNotInheritTheEnvironment(t *testing.T) { //nolint:paralleltest // it sets the environment
	dir := shortTempDir(t)
	t.Setenv("MONGO_URI", "mongodb://user:hidden-word@host")
	script := filepath.Join(dir, "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nenv >"+dir+"/env\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := render.New(t.Context(), render.Config{Browser: script, ProfileDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	_, _ = p.Render(t.Context(), render.Request{URL: "http://good.test/"})
	env, err := os.ReadFile(filepath.Join(dir, "env"))
	if err != nil || bytes.Contains(env, []byte("hidden-word")) || !bytes.Contains(env, []byte("HOME="+dir)) {
		t.Errorf("environment of the browser: %q, %v", env, err)
	}
}

func reasonOf(err error) render.Reason {
	var e *render.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}
