package dashboardtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/clausea/crawler/internal/store"
)

// canaryScript records calls of canary in the page and in its frames.
const canaryScript = `globalThis.canaryCalls = 0; globalThis.canary = () => { globalThis.canaryCalls++ }`

func TestNoTextOfStrangersRunsInAPage(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts Chromium")
	}
	s := startSystem(t)
	s.company(seededCompany)
	all := strings.Join(payloads, "\n\n")
	for i, p := range payloads {
		s.document(fmt.Sprintf("hostile-%02d", i), p, "First.", "Second. "+p)
	}
	s.document(seededDocument, all, "First.", all, all+"\n\nThird.")
	s.run(seededRun, store.RunFailed, all)
	s.webhook(all)
	s.note(seededDocument+"-2", all)
	parameters := map[string]string{"changes/" + seededChange: "changes/" + seededDocument + "-2"}
	b := startBrowser(t, s.url)
	b.do("add the canary", call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: canaryScript}))
	checkCanary(t, b)
	b.signIn()
	escaped := 0
	for _, path := range s.pages() {
		for from, to := range parameters {
			path = strings.Replace(path, from, to, 1)
		}
		b.takeFaults()
		b.open(path)
		if n := evaluate[int](b, "canaryCalls"); n != 0 {
			t.Errorf("%s: a text ran as a script %d times", path, n)
		}
		for _, f := range b.takeFaults() {
			if !strings.Contains(f, "status of 404") {
				t.Errorf("%s: %s", path, f)
			}
		}
		if at := evaluate[string](b, "location.href"); !strings.HasPrefix(at, s.url) {
			t.Errorf("%s: the browser went to %s", path, at)
		}
		if bad := evaluate[string](b, `[...document.querySelectorAll("a[href], form[action]")].map((e) => e.getAttribute("href") ?? e.getAttribute("action"))
			.filter((u) => /^\s*(java|vb|data)/i.test(u)).join(" ")`); bad != "" {
			t.Errorf("%s: links that run: %s", path, bad)
		}
		if evaluate[bool](b, "document.body.textContent.includes("+quoted(payloads[0])+")") {
			escaped++
		}
	}
	// The review, the lists of documents and changes, the document, its versions, the change, the
	// crawl and the webhook show them.
	if escaped < 8 {
		t.Errorf("%d pages show the hostile texts, want at least 8", escaped)
	}
}

// checkCanary fails the test unless the canary records a script in a page that does not escape it.
func checkCanary(t *testing.T, b *browser) {
	t.Helper()
	unsafe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, "<!doctype html><title>unsafe</title>%s", payloads[0])
	}))
	defer unsafe.Close()
	b.do("open an unsafe page", chromedp.Navigate(unsafe.URL))
	if n := evaluate[int](b, "canaryCalls"); n != 1 {
		t.Fatalf("the canary recorded %d scripts in an unsafe page, want 1", n)
	}
}

func TestAnotherOriginCannotFrameThePages(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts Chromium")
	}
	s := startSystem(t)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<!doctype html><title>other</title><iframe src="%s/dashboard/sign-in"></iframe>`, s.url)
	}))
	t.Cleanup(other.Close)
	b := startBrowser(t, other.URL)
	b.open("/")
	faults := strings.Join(b.takeFaults(), "\n")
	if !strings.Contains(faults, "frame-ancestors") && !strings.Contains(faults, "X-Frame-Options") {
		t.Errorf("the frame was not refused: %s", faults)
	}
}
