package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/settings"
)

func TestCheckReadsThroughARunningStandaloneProcess(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	r := startProgram(t, "standalone", "--store", folder, "--port", "0", "--log-format", "json")
	r.port(t)
	a := newApp()
	a.env = environment(map[string]string{"CLAUSEA_DATA_DIR": folder})
	if err := a.loadSettings(settings.CommandCheck, io.Discard); err != nil {
		t.Fatal(err)
	}
	result, err := checkStore(t.Context(), a.values)
	if err != nil || !strings.Contains(result, "standalone process") || !strings.Contains(result, "0 companies, 0 documents") {
		t.Errorf("with a standalone process: %q, %v", result, err)
	}
	r.terminate(t)
	if err := r.waitForCleanExit(); err != nil {
		t.Error(err)
	}
	if result, err := checkStore(t.Context(), a.values); err != nil || strings.Contains(result, "process") {
		t.Errorf("without a standalone process: %q, %v", result, err)
	}
}

func TestCheckFailsForAMissingStoreOnlyIfOneIsConfigured(t *testing.T) {
	t.Chdir(t.TempDir()) // the default location of the store is relative
	for name, c := range map[string]struct {
		env    map[string]string
		failed bool
	}{
		"default":    {nil, false},
		"configured": {map[string]string{"CLAUSEA_DATA_DIR": "elsewhere"}, true},
	} {
		a := newApp()
		a.env = environment(c.env)
		if err := a.loadSettings(settings.CommandCheck, io.Discard); err != nil {
			t.Fatal(err)
		}
		result, err := checkStore(t.Context(), a.values)
		var out bytes.Buffer
		if a.printCheck(&out, "store", result, err) != c.failed || !strings.Contains(out.String(), "no store in") {
			t.Errorf("%s: %s", name, &out)
		}
	}
	if created, err := os.ReadDir("."); err != nil || len(created) > 0 {
		t.Errorf("check created %v, %v", created, err)
	}
}

func TestCheckExplainsWhyTheEgressIPAddressIsUnknown(t *testing.T) {
	t.Parallel()
	const target = "http://127.0.0.1:1/" // only the proxy responds to it
	for name, c := range map[string]struct {
		status         int
		body           string
		result, reason string // expected through a proxy
	}{
		"IP address":     {http.StatusOK, "192.0.2.7\n", "192.0.2.7 through the proxy", ""},
		"no IP address":  {http.StatusOK, "<p>Please log in.</p>", "", "the response is not an IP address"},
		"error response": {http.StatusForbidden, "192.0.2.7", "", "status 403"},
		"no response":    {0, "", "", "bad_response"},
	} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if c.status == 0 {
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(c.status)
			_, _ = fmt.Fprint(w, c.body)
		}))
		t.Cleanup(proxy.Close)
		a := newApp()
		a.env = environment(map[string]string{"CRAWLER_PROXY": proxy.URL, "CLAUSEA_ALLOW_ADDRESS": "127.0.0.1/32"})
		if err := a.loadSettings(settings.CommandCheck, io.Discard); err != nil {
			t.Fatal(err)
		}
		fetcher, err := newFetcher(a.values)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(fetcher.Close)
		result, err := checkEgress(t.Context(), fetcher, target, true)
		var out bytes.Buffer
		failed := a.printCheck(&out, "egress", result, err)
		if result != c.result || failed != (c.reason != "") || !strings.Contains(out.String(), c.reason) || strings.Contains(out.String(), "%!") {
			t.Errorf("%s: %s", name, &out)
		}
		if c.reason == "" {
			continue
		}
		out.Reset()
		result, err = checkEgress(t.Context(), fetcher, target, false)
		if a.printCheck(&out, "egress", result, err) || !strings.Contains(out.String(), "there is no proxy") || !strings.Contains(out.String(), c.reason) {
			t.Errorf("%s, without a proxy: %s", name, &out)
		}
	}
}
