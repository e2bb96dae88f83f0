package fetch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
)

// childEnv makes the test binary a process that only fetches: a childTask in JSON.
const childEnv = "CLAUSEA_TEST_FETCH"

// childTask is what a child fetches, and where every host is served.
type childTask struct {
	URLs []string
	Port string
}

// childResult is what became of one URL.
type childResult struct {
	URL, Body string
	Reason    fetch.Reason
	Took      time.Duration
}

func TestMain(m *testing.M) {
	if task := os.Getenv(childEnv); task != "" {
		os.Exit(beChild(task))
	}
	os.Exit(m.Run())
}

func beChild(raw string) int {
	var task childTask
	if err := json.Unmarshal([]byte(raw), &task); err != nil {
		return 2
	}
	f, err := fetch.New(fetch.Config{
		Guard:     netguard.New([]netip.Prefix{crawltest.Allowed}),
		ConnectTo: []fetch.ConnectTo{{Port: "80", ToHost: "127.0.0.1", ToPort: task.Port}},
		Timeout:   time.Minute,
	})
	if err != nil {
		return 2
	}
	out := json.NewEncoder(os.Stdout)
	for _, at := range task.URLs {
		begun := time.Now()
		res, err := f.Do(context.Background(), fetch.Request{URL: at})
		r := childResult{URL: at, Took: time.Since(begun)}
		if fe := (*fetch.Error)(nil); errors.As(err, &fe) {
			r.Reason = fe.Reason
		}
		if res != nil {
			r.Body = string(res.Body[:min(len(res.Body), 100)])
		}
		if err := out.Encode(r); err != nil {
			return 2
		}
	}
	return 0
}

// child fetches in a process of its own, and gives its peak memory in bytes.
func child(t *testing.T, task childTask, env ...string) ([]childResult, int64) {
	t.Helper()
	raw, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), childEnv+"="+string(raw)), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the child: %v: %s", err, stderr.Bytes())
	}
	var all []childResult
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var r childResult
		if err := dec.Decode(&r); err != nil {
			t.Fatalf("the child: %v: %s", err, out)
		}
		all = append(all, r)
	}
	if len(all) != len(task.URLs) {
		t.Fatalf("the child gave %d results of %d: %s", len(all), len(task.URLs), stderr.Bytes())
	}
	usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return all, usage.Maxrss << 10 // Linux counts KiB
}

func TestTheEnvironmentChangesNothing(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Site("public.example", map[string]string{"/": "hello"})
	proxy, asked := forwardProxy(t)
	cache := t.TempDir()
	all, _ := child(t, childTask{URLs: []string{"http://public.example/", "http://public.example/"}, Port: w.Port()},
		"HTTP_PROXY="+proxy, "http_proxy="+proxy, "HTTPS_PROXY="+proxy, "ALL_PROXY="+proxy, "NO_PROXY=",
		"COLLY_CACHE_DIR="+cache, "COLLY_ALLOWED_DOMAINS=other.example", "COLLY_MAX_BODY_SIZE=1",
		"COLLY_MAX_REQUESTS=1", "COLLY_USER_AGENT=other", "COLLY_IGNORE_ROBOTSTXT=no", "COLLY_TRACE_HTTP=yes")
	for _, r := range all {
		if r.Body != "hello" {
			t.Errorf("%s: %q, %s", r.URL, r.Body, r.Reason)
		}
	}
	if asked.Load() > 0 {
		t.Error("a proxy of the environment was used")
	}
	if n := len(w.Requests("public.example")); n != 2 {
		t.Errorf("the site was asked %d times, want 2", n)
	}
	if left, err := os.ReadDir(cache); err != nil || len(left) > 0 {
		t.Errorf("pages were kept in a cache: %v, %v", left, err)
	}
}
