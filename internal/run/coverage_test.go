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

func TestCoverageReportsWhyATypeIsMissing(t *testing.T) {
	t.Parallel()
	both := home("/privacy", "Privacy Policy", "/terms", "Terms of Service")
	for name, c := range map[string]struct {
		pages map[string]string
		terms string // reason and path
	}{
		"not linked":               {map[string]string{"/": home("/privacy", "Privacy Policy")}, "NotLinked "},
		"linked, not found":        {map[string]string{"/": both}, "NotFound /terms"},
		"robots.txt":               {map[string]string{"/": both, "/robots.txt": "User-agent: *\nDisallow: /terms", "/terms": policy("Terms of Service")}, "Robots /terms"},
		"a hub is refused":         {map[string]string{"/": home("/privacy", "Privacy Policy", "/legal", "Legal"), "/legal": "403"}, "AccessDenied /legal"},
		"refused":                  {map[string]string{"/": both, "/terms": "403"}, "AccessDenied /terms"},
		"server error":             {map[string]string{"/": both, "/terms": "500"}, "Unreachable /terms"},
		"a redirect to itself":     {map[string]string{"/": both, "/terms": "/terms"}, "Unreachable /terms"},
		"redirects without an end": {map[string]string{"/": both, "/terms": "/terms/1", "/terms/1": "/terms/2", "/terms/2": "/terms/3", "/terms/3": "/terms/4", "/terms/4": "/terms/5", "/terms/5": "/terms/6"}, "Unreachable /terms/6"},
		"of another site":          {map[string]string{"/": home("/privacy", "Privacy Policy", "https://elsewhere.example/terms", "Terms of Service")}, "Unreachable https://elsewhere.example/terms"},
		"not classified as terms":  {map[string]string{"/": both, "/terms": home("/privacy", "Privacy Policy")}, "NotDocument /terms"},
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
				t.Errorf("the message does not name the missing type: %s", rep.Run.Message)
			}
		})
	}
}

func TestASkippedLinkExplainsWhyItsTypeIsMissing(t *testing.T) {
	t.Parallel()
	for reason, want := range map[crawl.SkipReason]v1alpha1.MissingReason{
		crawl.SkipRedirectLoop: v1alpha1.MissingUnreachable, crawl.SkipTooManyRedirects: v1alpha1.MissingUnreachable, crawl.SkipBadRedirect: v1alpha1.MissingUnreachable,
		crawl.SkipDepth: v1alpha1.MissingLimit, crawl.SkipContentType: v1alpha1.MissingFileType, crawl.SkipQueueFull: v1alpha1.MissingLimit,
		crawl.SkipOffSite: v1alpha1.MissingOffSite, crawl.SkipBadEncoding: v1alpha1.MissingBadEncoding, crawl.SkipNotFound: v1alpha1.MissingNotFound,
		crawl.SkipOtherType: v1alpha1.MissingNotDocument, crawl.SkipNeedsBrowser: v1alpha1.MissingNeedsBrowser, crawl.SkipDeniedPath: v1alpha1.MissingExcluded,
	} {
		c := newCoverage()
		c.recordMissing("https://example.com/terms", "Terms of Service", reason, "")
		if got := c.missing("terms_of_service", crawl.StopFrontierEmpty); got.reason != want {
			t.Errorf("%s: %s, want %s", reason, got.reason, want)
		}
	}
}

func TestACrawlWithoutDocumentsIsCompleteAndReportsIt(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	rep := crawlOnce(t, newWeb(t, map[string]string{"/": home("/boats", "Boats"), "/boats": home()}).runner(t, s))
	if rep.Run.State != store.RunComplete || len(rep.Documents) != 0 {
		t.Errorf("the run is %s with %d documents", rep.Run.State, len(rep.Documents))
	}
	if !strings.Contains(rep.Run.Message, "no legal document is linked on it") || !strings.Contains(rep.Run.Message, "pin") {
		t.Errorf("the message: %s", rep.Run.Message)
	}
	if r, err := s.GetRun(t.Context(), rep.Run.ID); err != nil || r.Message != rep.Run.Message || len(r.Coverage) != 2 || r.Coverage[0].Reason != "NotLinked" {
		t.Errorf("stored %+v, %v", r, err)
	}
}

func TestTheMessageOfAFailureNamesItsCause(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pages         map[string]string
		reason, cause string
		coverage      string
	}{
		"robots.txt": {map[string]string{"/robots.txt": "User-agent: *\nDisallow: /", "/": home()}, "RobotsDisallowed", "robots.txt", "Robots"},
		"refused":    {map[string]string{"/": "403"}, "AccessDenied", "Access denied at https://example.com/ (HTTP 403). Ask the site owner to allow ClauseaBot.", "AccessDenied"},
		"down":       {map[string]string{"/": "503"}, "SiteUnreachable", "Could not reach https://example.com/: HTTP 503. The site is down or overloaded.", "Unreachable"},
		"no robots":  {map[string]string{"/robots.txt": "503", "/": home()}, "SiteUnreachable", "Could not reach https://example.com/robots.txt: HTTP 503; without its robots.txt", "Unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rep := crawlOnce(t, newWeb(t, c.pages).runner(t, openStore(t)))
			if rep.Run.State != store.RunFailed || rep.Run.StopReason != c.reason || !strings.Contains(rep.Run.Message, c.cause) {
				t.Errorf("%s, %s: %s", rep.Run.State, rep.Run.StopReason, rep.Run.Message)
			}
			if rep.Run.Coverage[0].Reason != c.coverage {
				t.Errorf("coverage: %+v", rep.Run.Coverage)
			}
		})
	}
}

func TestARedirectedDocumentIsTheSameDocument(t *testing.T) {
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
	if got["https://example.com/new/privacy"] != "privacy_policy Moved" || got["https://example.com/terms"] != "terms_of_service Removed" || len(got) != 2 {
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

func TestASoftErrorAtTheURLOfADocumentIsAnIncident(t *testing.T) {
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
	if c := rep.Run.Coverage[1]; c.State != "Missing" || c.Reason != "Broken" || c.URL != "https://example.com/terms" || c.DocumentID == "" {
		t.Errorf("coverage: %+v", c)
	}
	if n := rep.Run.Documents; n.Broken != 1 || n.Unchanged != 1 {
		t.Errorf("the counts are %+v", n)
	}
	if p, err := s.GetPage(t.Context(), rep.Run.ID, "https://example.com/terms"); err != nil || p.Reason != string(crawl.SkipSoftError) || p.Status != 200 {
		t.Errorf("the page: %+v, %v", p, err)
	}
	d, err := s.FindDocument(t.Context(), "example.com", "https://example.com/terms")
	if err != nil || d.Versions != 1 {
		t.Errorf("%d versions, %v", d.Versions, err)
	}
}

func TestTheMessageOfAnUnreachableSiteSaysWhatToCheck(t *testing.T) {
	t.Parallel()
	w := newWeb(t, nil)
	r := w.runner(t, nil)
	w.Close()
	rep := crawlOnce(t, r)
	if rep.Run.StopReason != "SiteUnreachable" || !strings.Contains(rep.Run.Message, "Could not reach https://example.com/robots.txt: connection refused. Check that the site is online") {
		t.Errorf("%s: %s", rep.Run.StopReason, rep.Run.Message)
	}
}
