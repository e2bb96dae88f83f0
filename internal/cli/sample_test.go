package cli

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// These are the steps of README.md, and of the help of apply.
func TestTheMinimalSampleIsCrawledAtOnce(t *testing.T) {
	t.Parallel()
	w := &testSites{names: []string{"example.com"}}
	w.addr, w.caFile = serveTLS(t, w.names, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, "<title>Example</title><h1>Example of %s</h1>", r.URL.Path)
	}))
	folder := t.TempDir()
	r := startStandalone(t, w, folder)
	r.port(t)
	if code, out, errs := call(t, nil, "apply", "--store", folder, "-f", "../../config/samples/company_minimal.yaml"); code != exitDone || !strings.Contains(out, "example-com created") {
		t.Fatalf("apply ends with %d: %s%s", code, out, errs)
	}
	r.waitUntil(t, "the sample's CrawlJob", func() bool { return strings.Contains(get(t, folder, "crawljobs"), " example-com-") })
	help := newApply(newApp()).Example
	if !strings.Contains(help, "company/example-com ") {
		t.Errorf("the help of apply waits for another company than the sample:\n%s", help)
	}
	if code, _, errs := call(t, nil, "wait", "--store", folder, "--for=condition=Ready", "company/example-com", "--timeout", waitTimeout.String()); code != exitDone {
		t.Errorf("the sample's company ends the wait with %d: %s\n%s", code, errs, get(t, folder, "crawljobs"))
	}
	r.terminate(t)
	if err := r.waitForCleanExit(); err != nil {
		t.Error(err)
	}
}
