package run

import (
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// A server that answers 304 though nobody asked for what changed says nothing.
func TestAnUnaskedNotModifiedIsABadResponseAndNoDocument(t *testing.T) {
	t.Parallel()
	for name, st := range map[string]store.Store{"without a store": nil, "with a store": openStore(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service"), "/privacy": "304", "/terms": policy("Terms of Service")})
			rep := crawlOnce(t, w.runner(t, st))
			if len(rep.Documents) != 1 || rep.Documents[0].URL != "https://example.com/terms" {
				t.Errorf("it found %v", changes(rep))
			}
			if s := rep.Result.Progress.Skipped; s["bad_response"] != 1 || s["internal"] != 0 {
				t.Errorf("it passed over %v", s)
			}
			if st == nil {
				return
			}
			if got := kept(t, st)["/privacy"]; got != "bad_response 304" {
				t.Errorf("what became of the page is %q", got)
			}
		})
	}
}
