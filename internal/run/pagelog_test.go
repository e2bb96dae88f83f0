package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// storedPages returns the pages of a run as "reason status type", by path.
func storedPages(t *testing.T, s store.Store, run string) map[string]string {
	t.Helper()
	out := map[string]string{}
	p := store.ListOptions{Limit: store.MaxLimit}
	for {
		items, next, err := s.QueryPages(t.Context(), store.PageQuery{RunID: run, ListOptions: p})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range items {
			out[strings.TrimPrefix(i.URL, "https://example.com")] = strings.TrimSpace(fmt.Sprintf("%s %d %s", i.Reason, i.Status, i.Type))
		}
		if next == "" {
			return out
		}
		p.Continue = next
	}
}

func TestTheReasonWhyAPageWasNotFetchedIsStored(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{
		"/robots.txt":    "", // set below, because it is not HTML
		"/":              home("/privacy", "Privacy Policy", "/terms", "Terms of Service", "/hidden/cookies", "Cookie Policy", "/gone", "Imprint", "/closed", "Refund Policy", "https://elsewhere.example/privacy", "Privacy"),
		"/privacy":       "/legal/privacy",
		"/legal/privacy": policy("Privacy Policy"),
		"/terms":         policy("Terms of Service"),
		"/closed":        "403",
	})
	w.set("/robots.txt", "User-agent: *\nDisallow: /hidden/\n")
	s := openStore(t)
	r := w.runner(t, s)
	id := crawlOnce(t, r).Run.ID
	got := storedPages(t, s, id)
	for path, want := range map[string]string{
		"/":                                 "200 other",
		"/privacy":                          "redirect 301",
		"/legal/privacy":                    "200 privacy_policy",
		"/terms":                            "200 terms_of_service",
		"/hidden/cookies":                   "robots 0",
		"/gone":                             "not_found 404",
		"/closed":                           "access_denied 403",
		"https://elsewhere.example/privacy": "dns 0",
	} {
		if got[path] != want {
			t.Errorf("%s: %q, want %q", path, got[path], want)
		}
	}
	p, err := s.GetPage(t.Context(), id, "https://example.com/legal/privacy")
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.FindDocument(t.Context(), "example.com", "https://example.com/legal/privacy")
	if err != nil || p.DocumentID != d.ID || p.Parent != "https://example.com/" || len(p.BodyHash) != 64 || !strings.HasPrefix(p.ContentType, "text/html") {
		t.Errorf("the page of %s is %+v, %v", d.ID, p, err)
	}
	if d.LinkText != "Privacy Policy" {
		t.Errorf("its link text is %q", d.LinkText)
	}

	w.set("/", home("/privacy", "Privacy Policy", "/terms", "Terms of Service"))
	again := crawlOnce(t, r).Run.ID
	if again := storedPages(t, s, again); again["/gone"] != "" || again["/terms"] == "" {
		t.Errorf("after a crawl without their links: %v", again)
	}
}

// logFetched logs a page that is not a legal document.
func logFetched(p *pageLog, page *crawl.Page) {
	p.add(crawl.Outcome{Kind: crawl.OutcomeFetched, URL: page.URL, Page: page, Verdict: &crawl.Verdict{Record: p.entryOf(page, documentOther)}})
}

// One link to a page may be skipped and another one followed.
func TestASkipDoesNotReplaceAFetchedPage(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	p := newPageLog("example.com", "r")
	p.add(crawl.Outcome{URL: "https://example.com/a", Reason: crawl.SkipDepth})
	logFetched(p, &crawl.Page{URL: "https://example.com/a", FinalURL: "https://example.com/a", Status: 200})
	p.add(crawl.Outcome{URL: "https://example.com/a", Reason: crawl.SkipDepth})
	p.add(crawl.Outcome{Kind: crawl.OutcomeFailed, URL: "https://example.com/b", Parent: "https://example.com/a", Reason: crawl.SkipNotFound, Status: 404})
	if err := p.flush(t.Context(), s, store.Fence{}, true); err != nil {
		t.Fatal(err)
	}
	p.add(crawl.Outcome{URL: "https://example.com/a", Reason: crawl.SkipDepth})
	if err := p.flush(t.Context(), s, store.Fence{}, true); err != nil {
		t.Fatal(err)
	}
	if got := storedPages(t, s, "r"); got["/a"] != "200 other" || got["/b"] != "not_found 404" {
		t.Errorf("%v", got)
	}
	if b, err := s.GetPage(t.Context(), "r", "https://example.com/b"); err != nil || b.Parent != "https://example.com/a" {
		t.Errorf("b: %+v, %v", b, err)
	}
}

func TestThePageLogIsBounded(t *testing.T) {
	t.Parallel()
	p := newPageLog("c", "r")
	for i := range 3 * maxLoggedURLs {
		p.add(crawl.Outcome{URL: fmt.Sprintf("https://example.com/%d", i), Reason: crawl.SkipDepth})
	}
	for i := range 2 * maxLoggedURLs {
		logFetched(p, &crawl.Page{URL: fmt.Sprintf("https://example.com/page/%d", i)})
	}
	if len(p.pending) != maxLoggedURLs || len(p.logged) != maxLoggedURLs {
		t.Errorf("%d pages are pending and %d logged, the limit is %d", len(p.pending), len(p.logged), maxLoggedURLs)
	}
}

// batchRecorder records the sizes of the batches.
type batchRecorder struct {
	store.Pages
	sizes []int
}

func (b *batchRecorder) PutPages(_ context.Context, f store.Fence, pages []store.FetchedPage) error {
	b.sizes = append(b.sizes, len(pages))
	if f.Epoch == 0 {
		return errors.New("unfenced")
	}
	return nil
}

func TestPagesAreWrittenInBatchesUnderTheFence(t *testing.T) {
	t.Parallel()
	p, b, f := newPageLog("c", "r"), &batchRecorder{}, store.Fence{LeaseName: "run/c", Epoch: 7}
	for i := range flushThreshold - 1 {
		p.add(crawl.Outcome{URL: fmt.Sprint("https://example.com/", i), Reason: crawl.SkipDepth})
	}
	if err := p.flush(t.Context(), b, f, false); err != nil || len(b.sizes) != 0 {
		t.Errorf("a few pages were written at once: %v, %v", b.sizes, err)
	}
	for i := range 2 * store.MaxPageBatch {
		p.add(crawl.Outcome{URL: fmt.Sprint("https://example.com/x/", i), Reason: crawl.SkipDepth})
	}
	if err := p.flush(t.Context(), b, f, false); err != nil || fmt.Sprint(b.sizes) != fmt.Sprint([]int{store.MaxPageBatch, store.MaxPageBatch, flushThreshold - 1}) {
		t.Errorf("batches of %v, %v", b.sizes, err)
	}
	if err := p.flush(t.Context(), b, f, true); err != nil || len(b.sizes) != 3 {
		t.Errorf("without pending pages %v were written, %v", b.sizes, err)
	}
}

func TestProbesThatReturnAKnownTextAreNotDocuments(t *testing.T) {
	t.Parallel()
	page := policy("Privacy Policy")
	pages := map[string]string{"/": home("/privacy", "Privacy Policy"), "/privacy": page, "/terms": page, "/terms-of-use": page, "/tos": page}
	w := newWeb(t, pages)
	st := openStore(t)
	r := w.runner(t, st)
	for n := range 2 {
		id := crawlOnce(t, r).Run.ID
		if docs, _, err := st.ListDocuments(t.Context(), "example.com", store.ListOptions{}); err != nil || len(docs) != 1 {
			t.Fatalf("after crawl %d there are %d documents: %v", n+1, len(docs), err)
		}
		if p, err := st.GetPage(t.Context(), id, "https://example.com/terms"); err != nil || p.Reason != string(crawl.SkipDuplicate) || p.DocumentID != "" {
			t.Errorf("after crawl %d the probed page is %+v, %v", n+1, p, err)
		}
	}
	// A page that a sitemap lists or another page links to is a document even so.
	w.set("/sitemap.xml", "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://example.com/tos</loc></url></urlset>")
	w.set("/", home("/privacy", "Privacy Policy", "/terms", "Terms"))
	crawlOnce(t, r)
	if d := find(t, st, "/terms"); d.Versions != 1 {
		t.Errorf("the linked page is %+v", d)
	}
	if d := find(t, st, "/tos"); d.Versions != 1 {
		t.Errorf("the page of the sitemap is %+v", d)
	}
	w.set("/", home("/privacy", "Privacy Policy"))
	crawlOnce(t, r)
	if d := find(t, st, "/terms"); d.State != store.DocumentPresent {
		t.Errorf("a known document was removed: %+v", d)
	}
}

func TestAPageIsVisibleWhileTheRunContinues(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service"), "/privacy": policy("Privacy Policy"), "/terms": held})
	s := openStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	var crawl sync.WaitGroup
	crawl.Go(func() { _, _ = execute(ctx, w.runner(t, s), task(), nil) })
	defer crawl.Wait()
	defer cancel()
	for { // until the test times out
		runs, _, err := s.QueryRuns(t.Context(), store.RunQuery{})
		if err != nil {
			t.Fatal(err)
		}
		if len(runs) == 1 {
			if runs[0].State != store.RunRunning {
				t.Fatalf("the run ended: %+v", runs[0])
			}
			if storedPages(t, s, runs[0].ID)["/"] == "200 other" {
				return
			}
		}
		<-time.After(20 * time.Millisecond)
	}
}

// failingPages fails the first calls of PutPages.
type failingPages struct {
	store.Pages
	failures int
}

func (f *failingPages) PutPages(ctx context.Context, fence store.Fence, pages []store.FetchedPage) error {
	if f.failures > 0 {
		f.failures--
		return errors.New("no response")
	}
	return f.Pages.PutPages(ctx, fence, pages)
}

func TestPagesThatCouldNotBeWrittenRemainPending(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	p, failing := newPageLog("c", "r"), &failingPages{Pages: s, failures: 1}
	p.add(crawl.Outcome{URL: "https://example.com/a", Reason: crawl.SkipDepth})
	p.add(crawl.Outcome{URL: "https://example.com/b", Reason: crawl.SkipDepth})
	if err := p.flush(t.Context(), failing, store.Fence{}, true); err == nil {
		t.Fatal("a failed write was not reported")
	}
	p.add(crawl.Outcome{URL: "https://example.com/a", Reason: crawl.SkipRobots})
	if err := p.flush(t.Context(), failing, store.Fence{}, true); err != nil {
		t.Fatal(err)
	}
	if got := storedPages(t, s, "r"); got["/a"] != "robots 0" || got["/b"] != "depth 0" {
		t.Errorf("the pages are %v", got)
	}
}

func TestThePagesOfOldRunsAreDeletedWhenARunEnds(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy"), "/privacy": policy("Privacy Policy")})
	s := openStore(t)
	var ids []string
	for range store.PageRuns + 2 {
		ids = append(ids, crawlOnce(t, w.runner(t, s)).Run.ID)
	}
	for i, id := range ids {
		if n, want := len(storedPages(t, s, id)) > 0, i >= 2; n != want {
			t.Errorf("run %d of %d has pages: %v, want %v", i+1, len(ids), n, want)
		}
	}
}
