package run

import (
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/store"
)

func TestAPinnedPageHasItsPinnedType(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{
		"/":         home("/privacy", "Privacy Policy"),
		"/privacy":  policy("Privacy Policy"),
		"/pact":     "/the-pact",
		"/the-pact": "<!doctype html><html lang=en><title>Harbour</title><main><p>We mend your nets and paint your boat, you pay us in fish, and both of us keep to that until one of us goes to sea for good.</p></main>",
	})
	rep := crawlOnce(t, w.runner(t, openStore(t)), func(tk *Task) {
		tk.Plan.Seeds = append(tk.Plan.Seeds, crawl.Seed{URL: "https://example.com/pact", Type: "terms_of_service", Pinned: true})
	})
	if got := changes(rep)["https://example.com/the-pact"]; got != "terms_of_service Created" {
		t.Errorf("the pinned page is %q", got)
	}
	if c := rep.Run.Coverage[1]; c.State != "Found" {
		t.Errorf("coverage: %+v", c)
	}
}

func TestAPinnedPageWithoutTextIsNotADocument(t *testing.T) {
	t.Parallel()
	menu := home("/boats", "All the boats that we build", "/nets", "All the nets that we mend", "/harbour", "Where our harbour is and how to get there by land and by sea")
	for name, c := range map[string]struct {
		page   string
		reason crawl.SkipReason
	}{
		"empty":                      {"<!doctype html><html lang=en><title>Our pact</title><main></main>", crawl.SkipUnreadable},
		"two words":                  {"<!doctype html><html lang=en><title>Our pact</title><main><h1>Our pact</h1></main>", crawl.SkipUnreadable},
		"a menu":                     {strings.Replace(menu, "<footer>", "<div>", 1), crawl.SkipUnreadable},
		"a shell that scripts fill":  {"<!doctype html><html lang=en><title>Our pact</title><div id=app>Loading</div><script src=/app.js></script>", crawl.SkipNeedsBrowser},
		"an error sent as a success": {"<!doctype html><html lang=en><title>Page not found</title><h1>404</h1><p>The page you are looking for could not be found.</p>", crawl.SkipSoftError},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t)
			w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy"), "/privacy": policy("Privacy Policy"), "/pact": "/the-pact", "/the-pact": c.page})
			for _, path := range []string{"/the-pact", "/pact"} {
				rep := crawlOnce(t, w.runner(t, s), func(tk *Task) {
					tk.Plan.Seeds = append(tk.Plan.Seeds, crawl.Seed{URL: "https://example.com" + path, Type: "terms_of_service", Pinned: true})
				})
				if terms := rep.Run.Coverage[1]; terms.State != "Missing" || !slices.Contains([]string{"Unsure", "NeedsBrowser", "NotDocument"}, terms.Reason) || terms.URL != "https://example.com/the-pact" {
					t.Errorf("%s: coverage: %+v", path, terms)
				}
				if got := changes(rep); len(got) != 1 {
					t.Errorf("%s: found %v", path, got)
				}
				if p, err := s.GetPage(t.Context(), rep.Run.ID, "https://example.com/the-pact"); err != nil || p.Reason != string(c.reason) {
					t.Errorf("%s: the page: %+v, %v", path, p, err)
				}
			}
		})
	}
}

func TestAPinnedImprintMayBeShortIfItHasDigits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		is   bool
	}{
		"English":  {"<h1>Imprint</h1><p>Harbour Ltd, 1 Quay Street, Northwick<br>Director: Ann Smith<br>E-mail: <a href='mailto:a@harbour.example'>a@harbour.example</a>, telephone: <a href='tel:+44123456'>+44 123 456</a>, company 7654321</p>", true},
		"Chinese":  {"<h1>公司信息</h1><p>港湾有限公司<br>上海市浦东新区一路1号<br>电话 021-12345678</p>", true},
		"Japanese": {"<h1>会社概要</h1><p>会社名 株式会社港<br>所在地 東京都港区1-2-3<br>代表者 山田太郎<br>電話 03-1234-5678</p>", true},
		"Korean":   {"<h1>사업자 정보</h1><p>상호 항구 주식회사<br>대표 김철수<br>사업자등록번호 123-45-67890<br>서울시 강남구 1-2</p>", true},
		"a shell":  {"<h1>Imprint</h1><p>You need to switch on the scripts of your browser to see this page.</p>", false},
		"a number": {"<h1>Imprint</h1><p>Telephone 01234 567890</p>", false},
		"a notice": {"<h1>Imprint</h1><p>© 2025 Harbour Ltd. All rights reserved. Made with love in Northwick, by the sea.</p>", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy"), "/privacy": policy("Privacy Policy"), "/p/7": "<!doctype html><html><title>Harbour</title><main>" + c.text + "</main>"})
			rep := crawlOnce(t, w.runner(t, openStore(t)), func(tk *Task) {
				tk.Plan.Seeds = append(tk.Plan.Seeds, crawl.Seed{URL: "https://example.com/p/7", Type: doctype.Imprint, Pinned: true})
			})
			if got := changes(rep)["https://example.com/p/7"]; (got == "imprint Created") != c.is {
				t.Errorf("the document is %q", got)
			}
		})
	}
}

func TestAPinnedURLPromisesItsTypeWhateverItsPath(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy"), "/privacy": policy("Privacy Policy"), "/p/7": "403"})
	rep := crawlOnce(t, w.runner(t, nil), func(tk *Task) {
		tk.Plan.Seeds = append(tk.Plan.Seeds, crawl.Seed{URL: "https://example.com/p/7", Type: "terms_of_service", Pinned: true})
	})
	if c := rep.Run.Coverage[1]; c.Reason != "AccessDenied" || c.URL != "https://example.com/p/7" {
		t.Errorf("coverage: %+v", c)
	}
}

// Earlier versions of this program stored documents of pages without text.
func TestAPinnedDocumentWithoutTextDoesNotCoverItsType(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy"), "/privacy": policy("Privacy Policy"), "/pact": home()})
	s := openStore(t)
	r := w.runner(t, s)
	pin := func(tk *Task) {
		tk.Plan.Seeds = append(tk.Plan.Seeds, crawl.Seed{URL: "https://example.com/pact", Type: "terms_of_service", Pinned: true})
	}
	rep := crawlOnce(t, r, pin)
	d := store.Document{ID: "pact", Company: "example.com", URL: "https://example.com/pact", Type: "terms_of_service", Confidence: 1, WordCount: 2, ContentHash: "h", FirstSeen: rep.Documents[0].FirstSeen, LastSeen: rep.Documents[0].FirstSeen}
	if err := s.PutDocument(t.Context(), store.Fence{}, d); err != nil {
		t.Fatal(err)
	}
	rep = crawlOnce(t, r, pin)
	if got := changes(rep)["https://example.com/pact"]; got != "terms_of_service Broken" {
		t.Errorf("the document is %q", got)
	}
	if c := rep.Run.Coverage[1]; c.State != "Missing" || c.Reason != "Unsure" {
		t.Errorf("coverage: %+v", c)
	}
	w.set("/pact", policy("Terms of Service"))
	if c := crawlOnce(t, r, pin).Run.Coverage[1]; c.State != "Found" {
		t.Errorf("the page has its text again; coverage: %+v", c)
	}
}
