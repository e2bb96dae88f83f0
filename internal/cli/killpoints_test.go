package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/store"
)

// argsEnv holds the arguments with which the test binary runs as the program.
const argsEnv = "CLAUSEA_TEST_ARGS"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == pdfCommand { // a PDF child process, which has no environment
		os.Exit(Main(os.Args[1:]))
	}
	if args := os.Getenv(argsEnv); args != "" {
		code := Main(strings.Split(args, "\n"))
		if os.Getenv(pauseEnv) != "" {
			pauseBeforeExit()
		}
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// maxConcurrent limits how many cases run at the same time. Each uses several processes.
const maxConcurrent = 4

// waitTimeout limits how long a test waits. No test asserts on durations.
const waitTimeout = 2 * time.Minute

// killPoints is the number of points in a crawl at which it is killed.
const killPoints = 20

func TestKilledCrawlResumesWithoutLosingOrDuplicatingDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	t.Parallel()
	t.Run("embedded store", func(t *testing.T) {
		t.Parallel()
		testKillPoints(t, func(t *testing.T, _ int) string { return t.TempDir() })
	})
	t.Run("MongoDB", func(t *testing.T) {
		t.Parallel()
		mongod, err := replicaset.Find()
		if err != nil {
			t.Fatal(err)
		}
		set, err := replicaset.Start(t.Context(), mongod, "", 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(set.Close)
		testKillPoints(t, func(_ *testing.T, n int) string { return strings.Replace(set.URI, "/?", fmt.Sprintf("/kill%d?", n), 1) })
	})
}

// testKillPoints compares killed and resumed crawls with an uninterrupted one. newStore returns
// the location of a new store.
func testKillPoints(t *testing.T, newStore func(*testing.T, int) string) {
	want, n, err := crawlWithKill(t.Context(), newStore(t, 0), -1)
	if err != nil {
		t.Fatal(err)
	}
	if len(want) < 12 {
		t.Fatalf("the uninterrupted crawl finds %d documents, want at least 12", len(want))
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, maxConcurrent)
	for point := range killPoints {
		uri := newStore(t, point+1)
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			got, requests, err := crawlWithKill(t.Context(), uri, 1+int64(point)*(n-2)/killPoints)
			if err != nil {
				t.Errorf("kill point %d: %v", point, err)
				return
			}
			for url, versions := range want {
				if got[url] != versions {
					t.Errorf("kill point %d: %s has %d versions, want %d", point, url, got[url], versions)
				}
			}
			if len(got) != len(want) {
				t.Errorf("kill point %d: %d documents, want %d", point, len(got), len(want))
			}
			// The resumed crawl repeats the request in flight. Each process fetches
			// robots.txt and the sitemap.
			if repeated := requests - n; repeated > 1+2 {
				t.Errorf("kill point %d: %d were repeated", point, repeated)
			}
		})
	}
	wg.Wait()
}

// crawlWithKill crawls the demo site, kills the process after the given number of requests
// (-1: never), and crawls again to the end. It returns the number of versions by URL and the
// number of requests.
func crawlWithKill(ctx context.Context, uri string, after int64) (versions map[string]int, requests int64, err error) {
	site, err := demo.Start(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer site.Close()
	crawl := func() *exec.Cmd { return demoCrawl(ctx, site, uri) }
	if after >= 0 {
		release := site.Hold(after) // keeps the crawl from finishing before the kill
		defer release()
		cmd := crawl()
		if err := cmd.Start(); err != nil {
			return nil, 0, err
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = cmd.Wait() // usually "signal: killed"
		}()
		for killed := false; !killed; {
			if all, _ := site.RequestCounts(); all >= after {
				_ = cmd.Process.Kill()
				<-ended
				killed = true
				continue
			}
			select {
			case <-ended:
				return nil, 0, fmt.Errorf("the crawl ended before the kill: %v", cmd.ProcessState)
			case <-time.After(time.Millisecond):
			}
		}
		release()
	}
	// On MongoDB the lease of the killed process must expire first.
	for deadline := time.Now().Add(waitTimeout); ; {
		out, err := crawl().CombinedOutput()
		if err == nil {
			break
		}
		if !strings.Contains(string(out), "by another process") || time.Now().After(deadline) {
			return nil, 0, fmt.Errorf("the crawl after the kill: %w: %s", err, out)
		}
		select {
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	versions, err = storedVersions(ctx, uri)
	requests, _ = site.RequestCounts()
	return versions, requests, err
}

// demoCrawl returns a command that crawls the demo site.
func demoCrawl(ctx context.Context, site *demo.Site, uri string, flags ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	args := append([]string{"crawl", demo.Domain, "--store", uri, "--delay", "20ms", "--ca-file", site.CAFile, "--connect-to", ":443:" + site.Addr, "--allow-address", "127.0.0.1/32"}, flags...)
	cmd.Env = append(os.Environ(), argsEnv+"="+strings.Join(args, "\n"))
	return cmd
}

// storedVersions returns the number of stored versions by URL. It fails if the feed of changes or
// the runs are not consistent with the documents.
func storedVersions(ctx context.Context, uri string) (map[string]int, error) {
	s, _, err := openAt(ctx, uri, "")
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	docs, err := listAll(func(p store.ListOptions) ([]store.Document, string, error) { return s.ListDocuments(ctx, "", p) })
	if err != nil {
		return nil, err
	}
	if err := checkChanges(ctx, s); err != nil {
		return nil, err
	}
	versions := map[string]int{}
	for _, d := range docs {
		vs, _, err := s.ListVersions(ctx, d.ID, store.ListOptions{})
		if err != nil {
			return nil, err
		}
		versions[d.URL] += len(vs)
	}
	return versions, nil
}
