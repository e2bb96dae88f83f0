// Package e2e tests the example application in Chromium: against a real API, a real crawl, and a
// site that changes.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/demo"
)

const (
	adminKey = "e2e-admin-key-0123456789abcdefghijklmnop"
	// webhookSecret is 32 bytes in base64.
	webhookSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
)

// application is the running application with the API and the site that it crawls.
type application struct {
	t        *testing.T
	site     *demo.Site
	api, url string // URLs without a slash at the end
	key      string // of the application
}

// startApplication builds and starts everything.
func startApplication(t *testing.T) *application {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("%v (make test puts hack/node/get.sh into PATH, or test with -short)", err)
	}
	binary := filepath.Join(t.TempDir(), "clausea")
	run(t, ".", "go", "build", "-o", binary, ".")
	run(t, ".", "hack/client/install.sh", "clients/typescript")
	run(t, "clients/typescript", "npm", "run", "build")
	run(t, ".", "hack/client/install.sh", "examples/nextjs")
	run(t, "examples/nextjs", "npm", "run", "build")
	// Next.js keeps stored responses across builds. Their URLs have the port of an earlier API.
	if err := os.RemoveAll(filepath.Join("..", ".next", "cache", "fetch-cache")); err != nil {
		t.Fatal(err)
	}

	a := &application{t: t}
	if a.site, err = demo.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.site.Close)
	server := start(t, t.TempDir(), []string{"API_KEY=" + adminKey, "METRICS_PORT=0"}, binary, "standalone", "--store", t.TempDir(), "--port", "0", "--delay", "100ms",
		"--ca-file", a.site.CAFile, "--connect-to", demo.Domain+":443:"+a.site.Addr, "--connect-to", "www."+demo.Domain+":443:"+a.site.Addr,
		"--allow-address", "127.0.0.1/32", "--log-format", "json", "--log-level", "info")
	a.api = "http://127.0.0.1:" + server.waitFor(t, regexp.MustCompile(`"message":"started"[^\n]*"listenAddress":"[^"]*:([0-9]+)"`))
	a.waitUntilReady()
	var created struct{ Key string }
	a.post("/v1/keys", `{"name": "application", "scopes": ["read", "crawl", "write"]}`, &created)
	a.key = created.Key

	port := freePort(t)
	web := start(t, "..", []string{"CLAUSEA_API_URL=" + a.api, "CLAUSEA_API_KEY=" + a.key, "CLAUSEA_WEBHOOK_SECRET=" + webhookSecret, "NEXT_TELEMETRY_DISABLED=1"},
		node, filepath.Join("node_modules", "next", "dist", "bin", "next"), "start", "-H", "127.0.0.1", "-p", port)
	web.waitFor(t, regexp.MustCompile(`(Ready) in`))
	a.url = "http://127.0.0.1:" + port
	return a
}

// waitUntilReady waits until the API accepts requests.
func (a *application) waitUntilReady() {
	a.t.Helper()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for deadline := time.Now().Add(waitTimeout); ; <-tick.C {
		status, body := a.send(http.MethodGet, a.api+"/readyz", "", nil)
		if status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			a.t.Fatalf("the API is not ready: %s", body)
		}
	}
}

// post sends a request with the admin key to the API, which must succeed.
func (a *application) post(path, body string, out any) {
	a.t.Helper()
	status, response := a.send(http.MethodPost, a.api+path, body, map[string]string{"Authorization": "Bearer " + adminKey})
	if status < 200 || status > 299 {
		a.t.Fatalf("POST %s has status %d: %s", path, status, response)
	}
	if err := json.Unmarshal(response, out); err != nil {
		a.t.Fatalf("POST %s: %v", path, err)
	}
}

// send sends a request and returns the status and the body of the response.
func (a *application) send(method, url, body string, header map[string]string) (int, []byte) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), waitTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return res.StatusCode, b
}

// checkForgedWebhooks checks that the application rejects events that it cannot verify.
func (a *application) checkForgedWebhooks() {
	a.t.Helper()
	body := `{"type":"co.clausea.change.v1","data":{"tags":["company:harbour.example"]}}`
	now := strconv.FormatInt(time.Now().Unix(), 10)
	for name, header := range map[string]map[string]string{
		"no signature":     {},
		"a false one":      {"webhook-id": "x", "webhook-timestamp": now, "webhook-signature": "v1,AAAA"},
		"a malformed time": {"webhook-id": "x", "webhook-timestamp": "now", "webhook-signature": "v1,AAAA"},
	} {
		if status, _ := a.send(http.MethodPost, a.url+"/api/webhooks/clausea", body, header); status != http.StatusUnauthorized {
			a.t.Errorf("a webhook with %s has status %d, want 401", name, status)
		}
	}
}

// checkKeyIsSecret checks that neither pages nor scripts have the API key.
func (a *application) checkKeyIsSecret(paths ...string) {
	a.t.Helper()
	for _, path := range paths {
		status, body := a.send(http.MethodGet, a.url+path, "", nil)
		if status != http.StatusOK || bytes.Contains(body, []byte(a.key)) {
			a.t.Errorf("GET %s has status %d, or its body has the key", path, status)
		}
	}
	err := filepath.WalkDir(filepath.Join("..", ".next", "static"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("CLAUSEA_API_KEY")) {
			a.t.Errorf("%s mentions the key", path)
		}
		return err
	})
	if err != nil {
		a.t.Error(err)
	}
}

func TestTheApplicationShowsACompanyAndItsChanges(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a Next.js application and starts Chromium")
	}
	t.Parallel()
	a := startApplication(t)
	b := startBrowser(t)
	var webhook struct{ ID, State string }
	a.post("/v1/webhooks", `{"name": "application", "url": "`+a.url+`/api/webhooks/clausea", "secret": "`+webhookSecret+`"}`, &webhook)
	if webhook.State != "Active" {
		t.Fatalf("the webhook is %s, want Active: the application accepts the ping", webhook.State)
	}
	a.checkForgedWebhooks()

	// A company from a URL, and its first crawl while it runs.
	b.open(a.url)
	b.waitText("No company is being watched yet.")
	b.click("Watch a URL")
	b.wait("the form", "document.querySelector('#url')")
	b.enter("#url", "not a domain")
	b.wait("the error", "document.querySelector('form [role=alert]')")
	b.screenshot("watch-error")
	release := a.site.Hold(8)
	b.wait("an empty field", "(document.querySelector('#url').value = '', true)")
	b.enter("#url", "https://"+demo.Domain)
	b.wait("the crawl", "location.pathname.startsWith('/crawls/')")
	b.waitText("Running")
	b.wait("fetched pages", "parseInt(document.querySelector('[data-testid=fetched]').innerText) > 0")
	b.wait("events", "document.querySelectorAll('.events li').length > 0")
	b.screenshot("crawl-running")
	release()
	b.waitText("Complete")
	b.screenshot("crawl-complete")
	b.click("Show the documents")
	b.wait("the company", "location.pathname === '/companies/"+demo.Domain+"'")
	b.wait("13 documents", "document.querySelectorAll('.rows li').length === 13")
	// The company has its coverage a moment after its crawl is Complete.
	b.reloadUntil(a.url+"/companies/"+demo.Domain, "the coverage", "document.querySelectorAll('.coverage .good').length === 2")
	b.wait("the timeline", "document.querySelectorAll('.timeline li').length === 13")
	b.screenshot("company")

	// A document. Its page is stored from now on.
	b.click(demo.Domain + "/legal/privacy")
	frame := "document.querySelector('iframe.text')?.srcdoc"
	b.wait("the text", frame+"?.includes('for three years')")
	b.wait("one version", "document.querySelectorAll('.versions li').length === 1")
	b.screenshot("document")
	page := b.text("location.pathname")

	// The site changes. A webhook invalidates what is stored.
	a.site.Advance()
	b.open(a.url + "/companies/" + demo.Domain)
	b.click("Crawl now")
	b.wait("the crawl", "location.pathname.startsWith('/crawls/')")
	b.waitText("Complete")
	b.reloadUntil(a.url+page, "the new text", frame+"?.includes('for seven years')")
	b.wait("two versions", "document.querySelectorAll('.versions li').length === 2")
	b.screenshot("document-changed")
	b.click("Compare version 1 with version 2")
	b.wait("the comparison", "[...document.querySelectorAll('.diff ins')].some((e) => e.innerText === 'seven')")
	b.wait("the removed word", "[...document.querySelectorAll('.diff del')].some((e) => e.innerText === 'three')")
	b.screenshot("diff")
	b.open(a.url + "/companies/" + demo.Domain)
	b.waitText("Community Guidelines")
	b.wait("all changes", "document.querySelectorAll('.timeline li').length === 16")

	// The search.
	b.click("Search")
	b.wait("the form", "location.pathname === '/search' && document.querySelector('input[type=search]')")
	b.enter("main input[type=search]", `"insurance partners"`)
	b.wait("a highlighted excerpt", "[...document.querySelectorAll('.hits mark')].map((e) => e.innerText).join(' ') === 'insurance partners'")
	b.wait("one hit", "document.querySelectorAll('.hits li').length === 1")
	b.screenshot("search")
	b.click("Privacy Policy")
	b.wait("the document", "location.pathname === "+quoted(page))
	b.open(a.url + "/?q=harbour")
	b.wait("the company", "document.querySelector('.rows a')?.innerText.includes('14 documents')")
	b.screenshot("companies")
	b.open(a.url + "/documents/none")
	b.waitText("There is no such company, document or crawl.")

	a.checkKeyIsSecret("/", "/watch", "/companies/"+demo.Domain, page, page+"/diff", "/search?q=data")
	b.checkNoExceptions()
}
