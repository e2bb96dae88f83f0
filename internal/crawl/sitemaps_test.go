package crawl

import "testing"

func TestTheChildrenOfAnIndexAreRankedByWhatTheyPromise(t *testing.T) {
	t.Parallel()
	w := &worker{languages: languages{want: []string{"en"}}}
	// Best first.
	names := []string{
		"https://example.com/sitemap-pages-en.xml", "https://example.com/sitemap_pages_1.xml", "https://example.com/sitemap1.xml",
		"https://example.com/sitemap-fr.xml", "https://example.com/product-sitemap.xml.gz",
	}
	for i := 1; i < len(names); i++ {
		if a, b := w.sitemapScore(names[i-1]), w.sitemapScore(names[i]); a <= b {
			t.Errorf("%s scores %v, not above the %v of %s", names[i-1], a, b, names[i])
		}
	}
	if s := w.sitemapScore("https://example.com/legal-sitemap.xml"); s <= w.sitemapScore(names[1]) {
		t.Errorf("the sitemap of legal pages scores %v", s)
	}
}
