package crawl

import (
	"context"
	"errors"
	"io"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"unicode"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/crawl/score"
	"github.com/clausea/crawler/internal/crawl/sitemap"
)

// sitemapURLs are the URLs in a sitemap.
type sitemapURLs struct {
	children []string // of an index, best score first
	pages    []sitemapPage
}

// Words in the names of sitemaps. Files of pages come first, and those of products, posts and
// media last.
var (
	pageSitemap = regexp.MustCompile(`(?i)(?:^|[^a-z])(legal|polic(?:y|ies)|terms|pages?|static|site|main|misc|info|general|content|corporate|company|help|support|footer|about|cms|core|root)(?:[^a-z]|$)`)
	bulkSitemap = regexp.MustCompile(`(?i)(?:^|[^a-z])(products?|items?|posts?|blogs?|news|articles?|images?|videos?|media|categor(?:y|ies)|tags?|authors?|collections?|listings?|stores?|locations?|users?|profiles?|forums?|questions?|threads?|topics?|jobs?|events?|recipes?|archives?|brands?|reviews?|search|taxonomy)(?:[^a-z]|$)`)
)

// sitemapScore estimates how likely a child of a sitemap index lists legal documents in a
// preferred language.
func (w *worker) sitemapScore(raw string) float64 {
	u, err := url.Parse(raw)
	if err != nil {
		return 0
	}
	name := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	s := score.OfURL(raw)
	if pageSitemap.MatchString(name) {
		s += 0.5
	}
	if bulkSitemap.MatchString(name) {
		s--
	}
	lang, _, _ := scope.Locale(u)
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if l, _, _ := scope.Locale(&url.URL{Path: "/" + part + "/"}); l != "" {
			lang = l
		}
	}
	switch {
	case lang == "":
	case w.languages.preferred(lang):
		s += 0.3
	default:
		s -= 0.3
	}
	return s
}

// sitemapPage is a URL of a sitemap with its score, or the error of one that is invalid.
type sitemapPage struct {
	url   string
	score float64
	err   error
}

// fetchSitemap fetches a sitemap and parses it as it arrives.
func (w *worker) fetchSitemap(ctx context.Context, it frontier.Item, r *taskResult) {
	var file sitemap.File
	res, err := w.send(ctx, r, fetch.Request{URL: it.URL, NoRedirects: true, MaxBody: maxSitemapSize, ReadBody: func(body io.Reader) (err error) {
		file, err = sitemap.Parse(body)
		return err
	}})
	switch {
	case err != nil && len(file.URLs)+len(file.Children) == 0:
		if r.reason = fetchReason(err); errors.Is(err, sitemap.ErrNotSitemap) {
			r.reason = SkipNotASitemap
		}
		return
	case err != nil: // the part before the error is used
	case res.Status >= 300 && res.Status < 400:
		r.location, r.reason = res.Header.Get("Location"), SkipBadRedirect
		return
	case res.Status < 200 || res.Status >= 300:
		r.status, r.retryAfter, r.reason = res.Status, res.RetryAfter, statusReason(res.Status)
		return
	}
	base, err := url.Parse(it.URL)
	if err != nil {
		base = nil
	}
	found := &sitemapURLs{children: sitemap.SortByScore(file.Children, w.sitemapScore), pages: make([]sitemapPage, len(file.URLs))}
	for i, u := range file.URLs {
		raw, _, err := canonical.URL(baseOf(base, u.Loc), u.Loc)
		if err != nil {
			found.pages[i] = sitemapPage{url: u.Loc, err: err}
			continue
		}
		found.pages[i] = sitemapPage{url: raw, score: score.OfURL(raw)}
	}
	sort.SliceStable(found.pages, func(i, j int) bool { return found.pages[i].score > found.pages[j].score })
	r.sitemap = found
}
