package cli

import (
	"context"
	"errors"
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

// argsEnv makes the test binary the program itself, with these arguments.
const argsEnv = "CLAUSEA_TEST_ARGS"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == pdfCommand { // a child of a test's, without an environment
		os.Exit(Main(os.Args[1:]))
	}
	if args := os.Getenv(argsEnv); args != "" {
		os.Exit(Main(strings.Split(args, "\n")))
	}
	os.Exit(m.Run())
}

// maxConcurrent is how many of them are tried at once: each is a few processes.
const maxConcurrent = 4

// waitTimeout bounds what a test waits for; no test asserts on time.
const waitTimeout = 5 * time.Minute

// killPoints are the numbers of requests after which a crawl is killed.
const killPoints = 20

func TestAKilledCrawlGoesOnAndNeitherLosesNorDoublesADocument(t *testing.T) {
	t.Parallel()
	t.Run("embedded store", func(t *testing.T) {
		t.Parallel()
		testKillPoints(t, func(t *testing.T, _ int) string { return t.TempDir() })
	})
	t.Run("MongoDB", func(t *testing.T) {
		t.Parallel()
		mongod, err := replicaset.Find()
		if errors.Is(err, replicaset.ErrNoBinary) && os.Getenv("CI") == "" {
			t.Skipf("NOT TESTED on MongoDB: %v", err)
		}
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

func testKillPoints(t *testing.T, storeOf func(*testing.T, int) string) {
	want, n, err := crawlWithKill(t.Context(), storeOf(t, 0), -1)
	if err != nil {
		t.Fatal(err)
	}
	if len(want) < 12 {
		t.Fatalf("a crawl that is not killed finds %d documents", len(want))
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, maxConcurrent)
	for moment := range killPoints {
		uri := storeOf(t, moment+1)
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			got, requests, err := crawlWithKill(t.Context(), uri, 1+int64(moment)*(n-2)/killPoints)
			if err != nil {
				t.Errorf("killed after %d requests: %v", moment, err)
				return
			}
			for url, versions := range want {
				if got[url] != versions {
					t.Errorf("killed after %d requests: %s has %d versions, want %d", moment, url, got[url], versions)
				}
			}
			if len(got) != len(want) {
				t.Errorf("killed after %d requests: %d documents, want %d", moment, len(got), len(want))
			}
			// What was in flight is asked for again, and robots.txt and the sitemap,
			// which belong to a process and not to its crawl.
			if again := requests - n; again > 1+2 {
				t.Errorf("killed after %d requests: %d were made again", moment, again)
			}
		})
	}
	wg.Wait()
}

// crawlWithKill crawls the demo's site, with a SIGKILL once it has had so many
// requests (-1: none), then to the end; it gives the documents' versions by URL.
func crawlWithKill(ctx context.Context, uri string, after int64) (versions map[string]int, requests int64, err error) {
	site, err := demo.Start(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer site.Close()
	crawl := func() *exec.Cmd { return demoCrawl(ctx, site, uri) }
	if after >= 0 {
		release := site.Hold(after) // it is not to end before it is killed
		defer release()
		cmd := crawl()
		if err := cmd.Start(); err != nil {
			return nil, 0, err
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = cmd.Wait() // killed, as a rule
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
				return nil, 0, fmt.Errorf("the crawl ended by itself: %v", cmd.ProcessState)
			case <-time.After(time.Millisecond):
			}
		}
		release()
	}
	// On MongoDB the killed process' lease must run out first.
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

// demoCrawl is the program, about to crawl the demo's site.
func demoCrawl(ctx context.Context, site *demo.Site, uri string, flags ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	args := append([]string{"crawl", demo.Domain, "--store", uri, "--delay", "20ms", "--ca-file", site.CAFile, "--connect-to", ":443:" + site.Addr, "--allow-address", "127.0.0.1/32"}, flags...)
	cmd.Env = append(os.Environ(), argsEnv+"="+strings.Join(args, "\n"))
	return cmd
}

// storedVersions are the numbers of versions of a store's documents, by URL.
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
