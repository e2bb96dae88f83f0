package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/demo"
)

func TestSignalledCrawlExitsCleanlyAndTheNextOneResumes(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Parallel()
	want, whole, err := crawlWithKill(t.Context(), t.TempDir(), -1)
	if err != nil {
		t.Fatal(err)
	}
	for name, sig := range map[string]os.Signal{"SIGINT": os.Interrupt, "SIGTERM": syscall.SIGTERM} {
		for _, after := range []int64{0, 3, 9, 15} {
			t.Run(fmt.Sprintf("%s after %d requests", name, after), func(t *testing.T) {
				t.Parallel()
				if err := crawlWithSignal(t.Context(), t.TempDir(), sig, after, want, whole); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// crawlWithSignal sends a signal to a crawl after the given number of requests and resumes it
// with a second crawl. It returns an error if the first crawl does not exit cleanly, reports
// documents that are not stored, or if the final versions differ from want, or if pages were
// fetched again. whole is the number of requests of an uninterrupted crawl.
func crawlWithSignal(ctx context.Context, uri string, sig os.Signal, after int64, want map[string]int, whole int64) error {
	site, err := demo.Start(ctx)
	if err != nil {
		return err
	}
	defer site.Close()
	release := site.Hold(after + 1) // keeps the crawl from finishing before the signal
	first := demoCrawl(ctx, site, uri, "-o", "json")
	var stdout, stderr bytes.Buffer
	first.Stdout, first.Stderr = &stdout, &stderr
	if err := first.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- first.Wait() }()
	if err := waitForRequests(site, after, ended); err != nil {
		return fmt.Errorf("the first crawl: %w: %s", err, stderr.Bytes())
	}
	if err := first.Process.Signal(sig); err != nil {
		return err
	}
	code := exitInterrupted
	if sig == syscall.SIGTERM {
		code = exitTerminated
	}
	var exit *exec.ExitError
	if err := <-ended; !errors.As(err, &exit) || exit.ExitCode() != code {
		return fmt.Errorf("the crawl exits with %w after the signal, want exit code %d: %s", err, code, stderr.Bytes())
	}
	var report struct {
		StopReason string
		Documents  []struct{ URL string }
	}
	release()
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil {
		return fmt.Errorf("the report after the signal: %w: %s", err, stdout.Bytes())
	}
	if report.StopReason != string(crawl.StopInterrupted) {
		return fmt.Errorf("the crawl reports the stop reason %s", report.StopReason)
	}
	stored, err := storedVersions(ctx, uri)
	if err != nil {
		return err
	}
	for _, d := range report.Documents {
		if stored[d.URL] == 0 {
			return fmt.Errorf("%s is reported but not stored", d.URL)
		}
	}
	if out, err := demoCrawl(ctx, site, uri).CombinedOutput(); err != nil {
		return fmt.Errorf("the resumed crawl: %w: %s", err, out)
	}
	got, err := storedVersions(ctx, uri)
	if err != nil {
		return err
	}
	if !maps.Equal(got, want) {
		return fmt.Errorf("the final versions are %v, want %v", got, want)
	}
	// Each process fetches robots.txt and the sitemap, and one page may have been in flight.
	if requests, _ := site.RequestCounts(); requests > whole+1+2 {
		return fmt.Errorf("%d requests were repeated", requests-whole)
	}
	return nil
}

// waitForRequests waits until the site has served more than the given number of requests.
func waitForRequests(site *demo.Site, after int64, ended <-chan error) error {
	for {
		if all, _ := site.RequestCounts(); all > after {
			return nil
		}
		select {
		case err := <-ended:
			return fmt.Errorf("the crawl ended before the signal: %w", err)
		case <-time.After(time.Millisecond):
		}
	}
}
