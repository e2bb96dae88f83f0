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

// childEnv turns the test binary into a process that fetches the childTask in it, as JSON.
const childEnv = "CLAUSEA_TEST_FETCH"

// childTask lists the URLs that a child fetches. Port serves all hosts.
type childTask struct {
	URLs []string
	Port string
}

// childResult is the result for one URL.
type childResult struct {
	URL, Body string
	Reason    fetch.Reason
	Duration  time.Duration
}

func TestMain(m *testing.M) {
	if task := os.Getenv(childEnv); task != "" {
		os.Exit(runChild(task))
	}
	os.Exit(m.Run())
}

func runChild(raw string) int {
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
		start := time.Now()
		res, err := f.Do(context.Background(), fetch.Request{URL: at})
		r := childResult{URL: at, Duration: time.Since(start)}
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

// fetchInChild runs a task in its own process and also returns its peak memory in bytes.
func fetchInChild(t *testing.T, task childTask, env ...string) ([]childResult, int64) {
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
		t.Fatalf("child process: %v: %s", err, stderr.Bytes())
	}
	var all []childResult
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var r childResult
		if err := dec.Decode(&r); err != nil {
			t.Fatalf("child process: %v: %s", err, out)
		}
		all = append(all, r)
	}
	if len(all) != len(task.URLs) {
		t.Fatalf("the child process returned %d of %d results: %s", len(all), len(task.URLs), stderr.Bytes())
	}
	usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return all, usage.Maxrss << 10 // Linux counts KiB
}

func TestFetchIgnoresTheEnvironment(t *testing.T) {
	t.Parallel()
	w := crawltest.NewWeb(t)
	w.Site("public.example", map[string]string{"/": "hello"})
	proxy, requests := forwardProxy(t)
	cache := t.TempDir()
	all, _ := fetchInChild(t, childTask{URLs: []string{"http://public.example/", "http://public.example/"}, Port: w.Port()},
		"HTTP_PROXY="+proxy, "http_proxy="+proxy, "HTTPS_PROXY="+proxy, "ALL_PROXY="+proxy, "NO_PROXY=",
		"COLLY_CACHE_DIR="+cache, "COLLY_ALLOWED_DOMAINS=other.example", "COLLY_MAX_BODY_SIZE=1",
		"COLLY_MAX_REQUESTS=1", "COLLY_USER_AGENT=other", "COLLY_IGNORE_ROBOTSTXT=no", "COLLY_TRACE_HTTP=yes")
	for _, r := range all {
		if r.Body != "hello" {
			t.Errorf("%s: %q, %s", r.URL, r.Body, r.Reason)
		}
	}
	if requests.Load() > 0 {
		t.Error("the proxy of the environment was used")
	}
	if n := len(w.Requests("public.example")); n != 2 {
		t.Errorf("the site received %d requests, want 2", n)
	}
	if left, err := os.ReadDir(cache); err != nil || len(left) > 0 {
		t.Errorf("the cache directory is not empty: %v, %v", left, err)
	}
}
