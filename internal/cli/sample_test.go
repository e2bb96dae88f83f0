package cli

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// This test follows the steps in README.md and in the help of apply.
func TestMinimalSampleIsCrawledImmediately(t *testing.T) {
	t.Parallel()
	w := &testSites{names: []string{"example.com"}}
	w.addr, w.caFile = serveTLS(t, w.names, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, "<title>Example</title><h1>Example of %s</h1>", r.URL.Path)
	}))
	folder := t.TempDir()
	r := startStandalone(t, w, folder)
	r.port(t)
	if code, out, errs := call(t, nil, "apply", "--store", folder, "-f", "../../config/samples/company_minimal.yaml"); code != exitDone || !strings.Contains(out, "example-com created") {
		t.Fatalf("apply: exit code %d: %s%s", code, out, errs)
	}
	r.waitUntil(t, "the CrawlJob of the sample", func() bool { return strings.Contains(get(t, folder, "crawljobs"), " example-com-") })
	help := newApply(newApp()).Example
	if !strings.Contains(help, "company/example-com ") {
		t.Errorf("the help of apply does not wait for the company of the sample:\n%s", help)
	}
	if code, _, errs := call(t, nil, "wait", "--store", folder, "--for=condition=Ready", "company/example-com", "--timeout", waitTimeout.String()); code != exitDone {
		t.Errorf("wait for the company: exit code %d: %s\n%s", code, errs, get(t, folder, "crawljobs"))
	}
	r.terminate(t)
	if err := r.waitForCleanExit(); err != nil {
		t.Error(err)
	}
}
