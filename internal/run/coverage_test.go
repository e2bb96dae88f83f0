package run

import (
	"strings"
	"testing"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/store"
)

var documentOther = document.Document{Type: doctype.Other}

func TestCoverageSaysWhyATypeIsMissing(t *testing.T) {
	t.Parallel()
	both := home("/privacy", "Privacy Policy", "/terms", "Terms of Service")
	for name, c := range map[string]struct {
		pages map[string]string
		terms string // reason and path
	}{
		"not linked":               {map[string]string{"/": home("/privacy", "Privacy Policy")}, "NotLinked "},
		"linked, not there":        {map[string]string{"/": both}, "NotLinked "},
		"robots.txt":               {map[string]string{"/": both, "/robots.txt": "User-agent: *\nDisallow: /terms", "/terms": policy("Terms of Service")}, "Robots /terms"},
		"a hub is refused":         {map[string]string{"/": home("/privacy", "Privacy Policy", "/legal", "Legal"), "/legal": "403"}, "AccessDenied /legal"},
		"refused":                  {map[string]string{"/": both, "/terms": "403"}, "AccessDenied /terms"},
		"not answered":             {map[string]string{"/": both, "/terms": "500"}, "Unreachable /terms"},
		"a redirect to itself":     {map[string]string{"/": both, "/terms": "/terms"}, "Unreachable /terms"},
		"redirects without an end": {map[string]string{"/": both, "/terms": "/terms/1", "/terms/1": "/terms/2", "/terms/2": "/terms/3", "/terms/3": "/terms/4", "/terms/4": "/terms/5", "/terms/5": "/terms/6"}, "Unreachable /terms/6"},
		"another's":                {map[string]string{"/": home("/privacy", "Privacy Policy", "https://elsewhere.example/terms", "Terms of Service")}, "NotLinked "},
		"read as no terms":         {map[string]string{"/": both, "/terms": home("/privacy", "Privacy Policy")}, "Unsure /terms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.pages["/privacy"] = policy("Privacy Policy")
			rep := crawlOnce(t, newWeb(t, c.pages).runner(t, nil))
			privacy, terms := rep.Run.Coverage[0], rep.Run.Coverage[1]
			if privacy.Type != "privacy_policy" || privacy.State != "Found" || privacy.URL != "https://example.com/privacy" || privacy.DocumentID == "" {
				t.Errorf("privacy: %+v", privacy)
			}
			if got := terms.Reason + " " + strings.TrimPrefix(terms.URL, "https://example.com"); terms.State != "Missing" || got != c.terms {
				t.Errorf("terms: %s %q, want %q", terms.State, got, c.terms)
			}
			if !strings.Contains(rep.Run.Message, "missing: terms_of_service (") {
				t.Errorf("the message doesn't say so: %s", rep.Run.Message)
			}
		})
	}
}

func TestEachReasonThatALinkedPageIsLeftForIsToldOfItsType(t *testing.T) {
	t.Parallel()
	for reason, want := range map[crawl.SkipReason]v1alpha1.MissingReason{
		crawl.SkipRedirectLoop: v1alpha1.MissingUnreachable, crawl.SkipTooManyRedirects: v1alpha1.MissingUnreachable, crawl.SkipBadRedirect: v1alpha1.MissingUnreachable,
		crawl.SkipDepth: v1alpha1.MissingUnsure, crawl.SkipContentType: v1alpha1.MissingUnsure, crawl.SkipQueueFull: v1alpha1.MissingUnsure,
	} {
		var c candidates
		c.lost("https://example.com/terms", "Terms of Service", reason, "")
		if got := c.missing("terms_of_service", crawl.Result{Reason: crawl.StopFrontierEmpty}); got.reason != want {
			t.Errorf("%s: %s, want %s", reason, got.reason, want)
		}
	}
}

func TestACrawlThatFoundNothingIsCompleteAndSaysSo(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	rep := crawlOnce(t, newWeb(t, map[string]string{"/": home("/boats", "Boats"), "/boats": home()}).runner(t, s))
	if rep.Run.State != store.RunComplete || len(rep.Documents) != 0 {
		t.Errorf("it is %s with %d documents", rep.Run.State, len(rep.Documents))
	}
	if !strings.Contains(rep.Run.Message, "no legal document is linked on it") || !strings.Contains(rep.Run.Message, "pin") {
		t.Errorf("the message: %s", rep.Run.Message)
	}
	if r, err := s.GetRun(t.Context(), rep.Run.ID); err != nil || r.Message != rep.Run.Message || len(r.Coverage) != 2 || r.Coverage[0].Reason != "NotLinked" {
		t.Errorf("kept is %+v, %v", r, err)
	}
}

func TestFailuresSayWhoseFaultTheyAre(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pages         map[string]string
		reason, fault string
		coverage      string
	}{
		"robots.txt": {map[string]string{"/robots.txt": "User-agent: *\nDisallow: /", "/": home()}, "RobotsDisallowed", "robots.txt", "Robots"},
		"refused":    {map[string]string{"/": "403"}, "AccessDenied", "refuses", "AccessDenied"},
		"dead":       {map[string]string{"/": "503"}, "SiteUnreachable", "gave no page: check the address", "Unreachable"},
		"no rules":   {map[string]string{"/robots.txt": "503", "/": home()}, "SiteUnreachable", "robots.txt of example.com answers 503", "Unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rep := crawlOnce(t, newWeb(t, c.pages).runner(t, openStore(t)))
			if rep.Run.State != store.RunFailed || rep.Run.StopReason != c.reason || !strings.Contains(rep.Run.Message, c.fault) {
				t.Errorf("%s, %s: %s", rep.Run.State, rep.Run.StopReason, rep.Run.Message)
			}
			if rep.Run.Coverage[0].Reason != c.coverage {
				t.Errorf("coverage: %+v", rep.Run.Coverage)
			}
		})
	}
}

func TestEveryEndHasItsSentence(t *testing.T) {
	t.Parallel()
	seen := map[string]crawl.StopReason{}
	for _, r := range []crawl.StopReason{
		crawl.StopFrontierEmpty, crawl.StopConverged, crawl.StopPageLimit, crawl.StopTimeLimit, crawl.StopInterrupted, crawl.StopBudgetSpent,
		crawl.StopRobotsDisallowed, crawl.StopAccessDenied, crawl.StopSiteUnreachable,
	} {
		m := message(crawl.Result{Reason: r}, nil, 2)
		if strings.Contains(m, "%!") || strings.Contains(m, "and .") || !strings.HasSuffix(m, ".") || seen[m] != "" {
			t.Errorf("%s: %q (as %s)", r, m, seen[m])
		}
		seen[m] = r
	}
}

func TestThePinnedTypeIsTrusted(t *testing.T) {
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
	if got := changes(rep)["https://example.com/the-pact"]; got != "terms_of_service New" {
		t.Errorf("the pinned page is %q", got)
	}
	if c := rep.Run.Coverage[1]; c.State != "Found" {
		t.Errorf("coverage: %+v", c)
	}
}

func TestAPinnedPageWithoutTextIsNoDocument(t *testing.T) {
	t.Parallel()
	menu := home("/boats", "All the boats that we build", "/nets", "All the nets that we mend", "/harbour", "Where our harbour is and how to get there by land and by sea")
	for name, c := range map[string]struct {
		page string
		why  crawl.SkipReason
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
			for _, address := range []string{"/the-pact", "/pact"} {
				rep := crawlOnce(t, w.runner(t, s), func(tk *Task) {
					tk.Plan.Seeds = append(tk.Plan.Seeds, crawl.Seed{URL: "https://example.com" + address, Type: "terms_of_service", Pinned: true})
				})
				if terms := rep.Run.Coverage[1]; terms.State != "Missing" || terms.Reason != "Unsure" || terms.URL != "https://example.com/the-pact" {
					t.Errorf("%s: coverage: %+v", address, terms)
				}
				if got := changes(rep); len(got) != 1 {
					t.Errorf("%s: found %v", address, got)
				}
				if p, err := s.GetPage(t.Context(), "example.com", "https://example.com/the-pact"); err != nil || p.Reason != string(c.why) {
					t.Errorf("%s: the page: %+v, %v", address, p, err)
				}
			}
		})
	}
}

func TestAPinnedImprintMayBeAsShortAsAShellAndHasNumbers(t *testing.T) {
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
			if got := changes(rep)["https://example.com/p/7"]; (got == "imprint New") != c.is {
				t.Errorf("it is %q", got)
			}
		})
	}
}

func TestThePromiseOfAPinnedPageNeedsNoTellingAddress(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy"), "/privacy": policy("Privacy Policy"), "/p/7": "403"})
	rep := crawlOnce(t, w.runner(t, nil), func(tk *Task) {
		tk.Plan.Seeds = append(tk.Plan.Seeds, crawl.Seed{URL: "https://example.com/p/7", Type: "terms_of_service", Pinned: true})
	})
	if c := rep.Run.Coverage[1]; c.Reason != "AccessDenied" || c.URL != "https://example.com/p/7" {
		t.Errorf("coverage: %+v", c)
	}
}

// A document may have been kept of a page without text before that was looked at.
func TestAPinnedDocumentThatNeverHadATextCoversNothing(t *testing.T) {
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
		t.Errorf("it is %q", got)
	}
	if c := rep.Run.Coverage[1]; c.State != "Missing" || c.Reason != "Unsure" {
		t.Errorf("coverage: %+v", c)
	}
	w.set("/pact", policy("Terms of Service"))
	if c := crawlOnce(t, r, pin).Run.Coverage[1]; c.State != "Found" {
		t.Errorf("its text is there now, and the coverage says %+v", c)
	}
}

func TestADocumentThatMovedIsTheSameDocument(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms"), "/privacy": policy("Privacy Policy"), "/terms": policy("Terms of Service")})
	s := openStore(t)
	r := w.runner(t, s)
	first := crawlOnce(t, r)
	w.set("/new/privacy", policy("Privacy Policy"))
	w.set("/privacy", "/new/privacy")
	w.set("/terms", "")
	rep := crawlOnce(t, r)
	got := changes(rep)
	if got["https://example.com/new/privacy"] != "privacy_policy Moved" || got["https://example.com/terms"] != "terms_of_service Gone" || len(got) != 2 {
		t.Errorf("%v", got)
	}
	d, err := s.FindDocument(t.Context(), "example.com", "https://example.com/new/privacy")
	if err != nil || d.ID != first.Documents[0].ID || d.Versions != 1 || len(d.FormerURLs) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
	if c := rep.Run.Coverage; c[0].State != "Found" || c[1].State != "Missing" {
		t.Errorf("coverage: %+v", c)
	}
}

func TestAnErrorPageInADocumentsPlaceIsAnIncident(t *testing.T) {
	t.Parallel()
	w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms"), "/privacy": policy("Privacy Policy"), "/terms": policy("Terms of Service")})
	s := openStore(t)
	r := w.runner(t, s)
	crawlOnce(t, r)
	w.set("/terms", "<!doctype html><title>Page not found</title><h1>404</h1><p>The page you are looking for could not be found.</p>")
	rep := crawlOnce(t, r)
	if got := changes(rep)["https://example.com/terms"]; got != "terms_of_service Broken" {
		t.Errorf("the terms are %q", got)
	}
	if c := rep.Run.Coverage[1]; c.State != "Found" {
		t.Errorf("coverage: %+v", c)
	}
	if p, err := s.GetPage(t.Context(), "example.com", "https://example.com/terms"); err != nil || p.Reason != string(crawl.SkipSoftError) || p.Status != 200 {
		t.Errorf("the page: %+v, %v", p, err)
	}
	d, err := s.FindDocument(t.Context(), "example.com", "https://example.com/terms")
	if err != nil || d.Versions != 1 {
		t.Errorf("%d versions, %v", d.Versions, err)
	}
}

func TestOfASiteThatDoesNotAnswerItSaysWhatToCheck(t *testing.T) {
	t.Parallel()
	w := newWeb(t, nil)
	r := w.runner(t, nil)
	w.Close()
	rep := crawlOnce(t, r)
	if rep.Run.StopReason != "SiteUnreachable" || !strings.Contains(rep.Run.Message, "gave no page (connect): check the address") {
		t.Errorf("%s: %s", rep.Run.StopReason, rep.Run.Message)
	}
}
