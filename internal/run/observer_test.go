package run

import (
	"testing"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

func testObserver(s storage, seeds ...crawl.Seed) *observer {
	return newObserver(s, newPageReader(seeds, nil, DefaultExtraction()), logr.Discard(), nil, nil)
}

func TestOnlyLinkedKnownAndPinnedURLsExplainMissingTypes(t *testing.T) {
	t.Parallel()
	const url = "https://example.com/terms"
	for name, c := range map[string]struct {
		parent string
		seeds  []crawl.Seed
		known  bool
		want   string
	}{
		"linked": {parent: "https://example.com/", want: "AccessDenied"},
		"known":  {known: true, want: "AccessDenied"},
		"pinned": {seeds: []crawl.Seed{{URL: url, Type: "terms_of_service", Pinned: true}}, want: "AccessDenied"},
		"probed": {want: "NotLinked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := testObserver(storage{}, c.seeds...)
			if c.known {
				o.identity.add(store.Document{ID: "d1", URL: url})
			}
			o.Outcome(crawl.Outcome{Kind: crawl.OutcomeFailed, URL: url, Parent: c.parent, Reason: crawl.SkipAccessDenied, Status: 403})
			if got := o.coverage.missing("terms_of_service", crawl.StopFrontierEmpty); string(got.reason) != c.want {
				t.Errorf("the reason is %s, want %s", got.reason, c.want)
			}
		})
	}
}

func TestOnlyKnownDocumentsWithTextAreRequestedConditionally(t *testing.T) {
	t.Parallel()
	o := testObserver(storage{})
	o.identity.add(store.Document{ID: "d1", URL: oldURL, Type: "terms_of_service", WordCount: 900, ETag: `"v1"`})
	o.identity.add(store.Document{ID: "d2", URL: newURL, Type: "terms_of_service", WordCount: 2, ETag: `"v1"`})
	for url, want := range map[string]string{oldURL: `"v1"`, newURL: "", "https://example.com/": ""} {
		if got := o.Validators(t.Context(), url).ETag; got != want {
			t.Errorf("%s: ETag %q, want %q", url, got, want)
		}
	}
}
