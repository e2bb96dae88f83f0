package run

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
)

func TestThePinnedTypeAppliesToAURLAndToTheTargetOfItsRedirects(t *testing.T) {
	t.Parallel()
	r := newPageReader([]crawl.Seed{
		{URL: "https://example.com/pact#top", Type: "terms_of_service", Pinned: true}, {URL: "https://example.com/"},
	}, nil, DefaultExtraction())
	body := []byte("<!doctype html><html lang=en><title>Harbour</title><main><p>" + strings.Repeat("We mend nets and paint boats, and you pay us in fish. ", 8) + "</p></main>")
	for name, c := range map[string]struct {
		page *crawl.Page
		want string
	}{
		"pinned URL":      {&crawl.Page{URL: "https://example.com/pact"}, "terms_of_service"},
		"redirect target": {&crawl.Page{URL: newURL, Redirects: []crawl.Redirect{{URL: "https://example.com/pact", Status: http.StatusFound}}}, "terms_of_service"},
		"other URL":       {&crawl.Page{URL: newURL}, "other"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.page.Body, c.page.Header = body, http.Header{"Content-Type": {"text/html; charset=utf-8"}}
			d, err := r.read(t.Context(), c.page, "")
			if err != nil || d.Type != c.want || d.Legal != (c.want != "other") {
				t.Errorf("read as %s, %v; want %s", d.Type, err, c.want)
			}
		})
	}
}
