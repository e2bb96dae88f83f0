package cli

import (
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/settings"
)

// demoComplete is in the last line that the demo prints.
const demoComplete = "The demo is complete."

func TestStandaloneDemoShowsBothCrawlsAndKeepsRunning(t *testing.T) {
	t.Parallel()
	r := startProgram(t, "standalone", "--demo", "--port", "0", "--log-level", "warn")
	r.waitUntil(t, "the end of the demo", func() bool { return strings.Contains(r.output(), demoComplete) })
	first, second, ok := strings.Cut(r.output(), "The site has changed.")
	if !ok || !strings.Contains(first, "13 new documents, 0 changed") {
		t.Errorf("the demo does not show the first crawl:\n%s", first)
	}
	for _, want := range []string{"1 new document, 1 changed, 12 unchanged, 0 removed", "fair-use has moved from", "[-three-] {+seven+}"} {
		if !strings.Contains(second, want) {
			t.Errorf("the demo does not show %q for the second crawl:\n%s", want, second)
		}
	}
	checkDemoDashboard(t, first)
	command := regexp.MustCompile(`bin/clausea get documents --store (\S+)`).FindStringSubmatch(first)
	health := regexp.MustCompile(`http://localhost:([0-9]+)/readyz`).FindStringSubmatch(first)
	if command == nil || health == nil {
		t.Fatalf("the demo does not print the commands and the health URL:\n%s", first)
	}
	checkDemoAPI(t, first)
	folder := command[1]
	for what, want := range map[string]string{
		"histories": demo.CompanyName + "  14", "documents": "https://harbour.example/legal/privacy", "crawljobs": demo.CompanyName + "-now-", "co": "True", "runs": "Complete",
	} {
		if out := get(t, folder, what); !strings.Contains(out, want) {
			t.Errorf("get %s does not show %q for the running process:\n%s", what, want, out)
		}
	}
	if out := get(t, folder, "documents", "https://harbour.example/legal/privacy", "-o", "markdown"); !strings.Contains(out, "seven years") {
		t.Errorf("the text of the document is\n%s", out)
	}
	r.waitUntil(t, "readiness", func() bool { status, _ := getReadyz(health[1]); return status == http.StatusOK })
	r.terminate(t)
	if err := r.waitForCleanExit(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the demo store was not removed: %v", err)
	}
}

// checkDemoDashboard checks that the password that the demo prints signs in to the dashboard.
func checkDemoDashboard(t *testing.T, output string) {
	t.Helper()
	printed := regexp.MustCompile(`dashboard is at (http://\S+)/; its password is (\S+)`).FindStringSubmatch(output)
	if printed == nil {
		t.Fatalf("the demo does not print the dashboard and its password:\n%s", output)
	}
	for password, want := range map[string]int{printed[2]: http.StatusSeeOther, "wrong": http.StatusUnauthorized} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, printed[1]+"/sign-in", strings.NewReader("password="+password))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := http.DefaultTransport.RoundTrip(req) // follows no redirect
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("the password %q has status %d, want %d", password, res.StatusCode, want)
		}
	}
}

// checkDemoAPI checks that the API accepts the key that the demo prints, and serves no metrics.
func checkDemoAPI(t *testing.T, output string) {
	t.Helper()
	printed := regexp.MustCompile(`'Authorization: (Bearer \S+)' (http://\S+)/v1/companies`).FindStringSubmatch(output)
	metrics := regexp.MustCompile(`metrics are at (\S+)\.`).FindStringSubmatch(output)
	if printed == nil || metrics == nil {
		t.Fatalf("the demo does not print the API, its key and the metrics:\n%s", output)
	}
	for url, want := range map[string]int{
		printed[2] + "/v1/keys": http.StatusOK, printed[2] + "/openapi.json": http.StatusOK, metrics[1]: http.StatusOK, printed[2] + "/metrics": http.StatusNotFound,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", printed[1])
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("GET %s has status %d, want %d", url, res.StatusCode, want)
		}
	}
}

func TestDemoBlocksLoopbackExceptItsSite(t *testing.T) {
	t.Parallel()
	v, err := settings.New().Load(settings.CommandStandalone, environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	s, err := newDemoRunner(t.Context(), v, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for addr, allowed := range map[string]bool{s.site.Addr: true, "127.0.0.1:1": false, "[::1]:443": false, "[::ffff:127.0.0.1]:27017": false, "nonsense": false, "93.184.216.34:443": true} {
		if err := s.guardConnection("tcp", addr); (err == nil) != allowed || err != nil && !errors.Is(err, netguard.ErrBlocked) {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestDemoReusesAnExistingFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for range 2 {
		r := startProgram(t, "standalone", "--demo", "--port", "0", "--log-level", "warn", "--store", folder)
		r.waitUntil(t, "the end of the demo", func() bool { return strings.Contains(r.output(), demoComplete) })
		r.terminate(t)
		if err := r.waitForCleanExit(); err != nil {
			t.Error(err)
		}
	}
	if out := get(t, folder, "documents"); !strings.Contains(out, "https://harbour.example/legal/privacy") {
		t.Errorf("get documents prints\n%s", out)
	}
}
