package crawl

import (
	"testing"

	"github.com/clausea/crawler/internal/crawl/scope"
)

func TestLinksAreRewrittenToTheHostThatPagesNameAsCanonical(t *testing.T) {
	t.Parallel()
	sc, err := scope.New([]string{"example.com"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := canonicalHosts{}
	for _, p := range []Page{
		{URL: "https://help.example.com/a", Links: &Links{Canonical: "https://www.example.com/help/a"}},
		{URL: "https://blog.example.com/a", Links: &Links{Canonical: "https://other.example/a"}},
		{URL: "https://shop.example.com/a", Links: &Links{Canonical: "https://shop.example.com/a"}},
		{URL: "https://docs.example.com/a"},
	} {
		c.record(&p, sc)
	}
	if len(c) != 1 || c["help.example.com"] != (canonicalHost{host: "www.example.com", folder: "/help"}) {
		t.Fatalf("the canonical hosts are %v", c)
	}
	for link, want := range map[string]string{
		"https://help.example.com/terms":      "https://www.example.com/terms",
		"https://help.example.com?q":          "https://www.example.com?q",
		"https://help.example.com:8443/terms": "https://help.example.com:8443/terms",
		"https://example.com/terms":           "https://example.com/terms",
	} {
		if got := c.rewrite("help.example.com", link); got != want {
			t.Errorf("%s becomes %s, want %s", link, got, want)
		}
	}
}
