package run

import (
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// two are a site's privacy and cookie policies, whose texts differ.
func two(t *testing.T) (w *web, st store.Store, r *Runner) {
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
		t.Fatalf("the cookie policy is taken for %s", typ)
	}
	return w, st, r
}

func TestOfTwoDocumentsThatRedirectToOnePageItIsTheOneOfItsType(t *testing.T) {
	t.Parallel()
	// Whichever of the two redirects is met first.
	for _, place := range []string{"/legal/privacy", "/zone/privacy"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			w, st, r := two(t)
			privacy, cookies := find(t, st, "/privacy"), find(t, st, "/cookies")
			w.set(place, policy("Privacy Policy"))
			w.set("/privacy", place)
			w.set("/cookies", place)
			rep := crawlOnce(t, r)
			if now := find(t, st, place); now.ID != privacy.ID || now.Type != "privacy_policy" || len(now.FormerURLs) != 1 || now.Versions != 1 {
				t.Errorf("the page is %+v, the privacy policy was %s and the cookie policy %s", now, privacy.ID, cookies.ID)
			}
			if left := find(t, st, "/cookies"); left.ID != cookies.ID || left.Type != "cookie_policy" {
				t.Errorf("the cookie policy is %+v\n%v", left, changes(rep))
			}
		})
	}
}

// A redirect alone does not make one document of two.
func TestADocumentWhoseAddressLeadsToAnotherOneDoesNotBecomeIt(t *testing.T) {
	t.Parallel()
	w, st, r := two(t)
	w.set("/terms-of-service", policy("Terms of Service"))
	w.set("/cookies", "/terms-of-service")
	crawlOnce(t, r)
	if now, was := find(t, st, "/terms-of-service"), find(t, st, "/cookies"); now.ID == was.ID || len(now.FormerURLs) > 0 || now.Type != "terms_of_service" {
		t.Errorf("the terms are %+v, the cookie policy %+v", now, was)
	}
}
