package run

import (
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// newTwoPolicies crawls a site with a privacy and a cookie policy, whose texts differ.
func newTwoPolicies(t *testing.T) (w *web, st store.Store, r *Runner) {
	t.Helper()
	cookies := "<!doctype html><html lang=en><title>Cookie Policy</title><main><h1>Cookie Policy</h1>" +
		strings.Repeat("<p>A cookie is a small file that our website stores in your browser. Session cookies expire with the session, persistent cookies are kept for a year; you may delete cookies in the settings of your browser.</p>", 12) + "</main>"
	w = newWeb(t, map[string]string{
		"/": home("/privacy", "Privacy Policy", "/cookies", "Cookie Policy"), "/privacy": policy("Privacy Policy"), "/cookies": cookies,
	})
	st = openStore(t)
	r = w.runner(t, st)
	crawlOnce(t, r)
	if typ := find(t, st, "/cookies").Type; typ != "cookie_policy" {
		t.Fatalf("the cookie policy is classified as %s", typ)
	}
	return w, st, r
}

func TestAPageToWhichTwoDocumentsRedirectIsTheOneOfItsType(t *testing.T) {
	t.Parallel()
	// The order in which the crawl finds the redirects must not matter.
	for _, path := range []string{"/legal/privacy", "/zone/privacy"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			w, st, r := newTwoPolicies(t)
			privacy, cookies := find(t, st, "/privacy"), find(t, st, "/cookies")
			w.set(path, policy("Privacy Policy"))
			w.set("/privacy", path)
			w.set("/cookies", path)
			rep := crawlOnce(t, r)
			if now := find(t, st, path); now.ID != privacy.ID || now.Type != "privacy_policy" || len(now.FormerURLs) != 1 || now.Versions != 1 {
				t.Errorf("the page is %+v, the privacy policy was %s and the cookie policy %s", now, privacy.ID, cookies.ID)
			}
			if left := find(t, st, "/cookies"); left.ID != cookies.ID || left.Type != "cookie_policy" {
				t.Errorf("the cookie policy is %+v\n%v", left, changes(rep))
			}
		})
	}
}

// A redirect alone does not make two documents one.
func TestARedirectToAnotherDocumentDoesNotMergeThem(t *testing.T) {
	t.Parallel()
	w, st, r := newTwoPolicies(t)
	w.set("/terms-of-service", policy("Terms of Service"))
	w.set("/cookies", "/terms-of-service")
	crawlOnce(t, r)
	if now, was := find(t, st, "/terms-of-service"), find(t, st, "/cookies"); now.ID == was.ID || len(now.FormerURLs) > 0 || now.Type != "terms_of_service" {
		t.Errorf("the terms are %+v, the cookie policy %+v", now, was)
	}
}
