package run

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// site is a small company site over TLS with two editions of its terms.
type site struct {
	*httptest.Server
	edition atomic.Int32
	denied  atomic.Int32
}

func newSite(t *testing.T) *site {
	s := &site{}
	paragraph := func(topic string) string {
		return strings.Repeat("<p>We process personal data under this "+topic+" and the agreement is governed by applicable law; your rights, our liability and the consent you gave are set out below.</p>", 12)
	}
	page := func(title, body string) string {
		return "<!doctype html><html lang=en><title>" + title + "</title><nav><a href=/pricing>Pricing</a></nav><main><h1>" + title + "</h1>" + body +
			"</main><footer><a href='/privacy?utm_source=f'>Privacy Policy</a> <a href=/terms#top>Terms of Service</a> <a href=/hidden/legal>Legal</a></footer>"
	}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.URL.Path {
		case "/robots.txt":
			fmt.Fprint(w, "User-agent: *\nDisallow: /hidden/\n")
		case "/":
			fmt.Fprint(w, page("Harbour", "<p>Welcome.</p>"))
		case "/privacy":
			http.Redirect(w, r, "/legal/privacy", http.StatusMovedPermanently)
		case "/legal/privacy":
			fmt.Fprint(w, page("Privacy Policy", paragraph("privacy policy")))
		case "/terms":
			extra := ""
			if s.edition.Load() > 0 {
				extra = "<h2>Arbitration</h2><p>Disputes are now decided by binding arbitration in Lisbon.</p>"
			}
			fmt.Fprint(w, page("Terms of Service", paragraph("terms of service")+extra))
		case "/hidden/legal":
			s.denied.Add(1)
			fmt.Fprint(w, page("Legal", paragraph("notice")))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) runner(t *testing.T, st Store) *Runner {
	t.Helper()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := fetch.New(fetch.Config{
		Guard: netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}), CAFile: ca,
		ConnectTo: []fetch.ConnectTo{{Host: "example.com", Port: "443", ToHost: "127.0.0.1", ToPort: s.URL[strings.LastIndexByte(s.URL, ':')+1:]}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return &Runner{Engine: crawl.New(f), Store: st, Log: logr.Discard(), WorkerID: "test"}
}

func task() Task {
	options := crawl.DefaultOptions()
	options.Delay = 0
	return Task{Company: "example.com", Plan: crawl.Plan{
		Domains: []string{"example.com"}, Seeds: []crawl.Seed{{URL: "https://example.com/"}},
		ExpectedTypes: []string{"privacy_policy", "terms_of_service"}, Options: options,
	}}
}

func changes(rep Report) map[string]string {
	m := map[string]string{}
	for _, d := range rep.Documents {
		m[d.URL] = d.Type + " " + d.Change
	}
	return m
}

func TestASecondCrawlStoresOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	st, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close(t.Context()) })
	r := s.runner(t, st)

	for i, want := range []map[string]string{
		{"https://example.com/legal/privacy": "privacy_policy Created", "https://example.com/terms": "terms_of_service Created"},
		{"https://example.com/legal/privacy": "privacy_policy Unchanged", "https://example.com/terms": "terms_of_service Unchanged"},
		{"https://example.com/legal/privacy": "privacy_policy Unchanged", "https://example.com/terms": "terms_of_service Changed"},
	} {
		s.edition.Store(int32(i / 2))
		rep, err := execute(t.Context(), r, task(), nil)
		if err != nil {
			t.Fatalf("crawl %d: %v", i, err)
		}
		if got := changes(rep); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("crawl %d found %v, want %v (%s)", i, got, want, rep.Run.Message)
		}
	}
	if s.denied.Load() > 0 {
		t.Error("a page that robots.txt disallows was fetched")
	}
	d, err := st.FindDocument(t.Context(), "example.com", "https://example.com/terms")
	if err != nil || d.Versions != 2 {
		t.Errorf("terms have %d versions, %v, want 2", d.Versions, err)
	}
}

func TestACrawlFetchesNoMoreThanMaxPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.runner(t, nil)
	for limit := 1; limit <= 3; limit++ {
		tk := task()
		tk.Plan.MaxPages = limit
		rep, err := execute(t.Context(), r, tk, nil)
		if err != nil {
			t.Fatal(err)
		}
		if rep.Result.Progress.Fetched > limit || rep.Result.Reason != crawl.StopPageLimit {
			t.Errorf("limit %d: %d pages, %s", limit, rep.Result.Progress.Fetched, rep.Result.Reason)
		}
	}
}
