package run

import (
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// A 304 response to an unconditional request has no meaning.
func TestAnUnrequestedNotModifiedIsABadResponse(t *testing.T) {
	t.Parallel()
	for name, st := range map[string]store.Store{"without a store": nil, "with a store": openStore(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service"), "/privacy": "304", "/terms": policy("Terms of Service")})
			rep := crawlOnce(t, w.runner(t, st))
			if len(rep.Documents) != 1 || rep.Documents[0].URL != "https://example.com/terms" {
				t.Errorf("the crawl found %v", changes(rep))
			}
			if s := rep.Result.Progress.Skipped; s[crawl.SkipBadResponse] != 1 || s[crawl.SkipInternal] != 0 {
				t.Errorf("the crawl skipped %v", s)
			}
			if st == nil {
				return
			}
			if got := storedPages(t, st, rep.Run.ID)["/privacy"]; got != "bad_response 304" {
				t.Errorf("the outcome of the page is %q", got)
			}
		})
	}
}
