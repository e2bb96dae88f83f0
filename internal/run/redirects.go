package run

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/store"
)

// redirect is the target of a redirect and the status of its response.
type redirect struct {
	to     string
	status int
}

// maxRedirects is how many redirects in a row are followed, as the crawl does.
const maxRedirects = 5

// isPermanent reports whether a redirect means that the page has moved for good. A page that
// navigates to another one on its own, which has the status 200, does so as well.
func (r redirect) isPermanent() bool {
	return r.status == http.StatusOK || r.status == http.StatusMovedPermanently || r.status == http.StatusPermanentRedirect
}

// isGone reports whether an HTTP status means that there is no page at the URL.
func isGone(status int) bool { return status == http.StatusNotFound || status == http.StatusGone }

// isFollowed reports whether a URL is that of a known document, or one that redirects from
// such a URL lead to. The caller holds the lock.
func (i *identity) isFollowed(url string) bool {
	if _, known := i.known[url]; known {
		return true
	}
	for _, r := range i.redirects {
		if r.to == url {
			return true
		}
	}
	return false
}

// followRedirects returns the URL at which the redirects of a URL end, and whether all of
// them are permanent. The caller holds the lock.
func (i *identity) followRedirects(url string) (end string, permanent bool) {
	permanent = true
	for range maxRedirects {
		r, ok := i.redirects[url]
		if !ok {
			break
		}
		permanent = permanent && r.isPermanent()
		url = r.to
	}
	return url, permanent
}

// redirectedTo looks for the known document that a page at an unknown URL is, among those
// whose URLs redirect to it. Several may do so: a site that has all its policies on one
// page still has several documents. The page is a document of its own type, or one with
// its text; documents of its type come first, and then the most similar one.
func (i *identity) redirectedTo(ctx context.Context, p *crawl.Page, d document.Document) (best store.Document, ok bool, err error) {
	highest := 0.0
	for _, old := range i.redirectSources(p) {
		s, err := i.similarity(ctx, old, d)
		if err != nil {
			return best, false, fmt.Errorf("compare %s with %s, which redirects to it: %w", p.URL, old.URL, err)
		}
		if old.Type == d.Type {
			s++ // the type outweighs any similarity
		}
		if s >= minSimilarity && s > highest {
			best, highest, ok = old, s, true
		}
	}
	return best, ok, nil
}

// redirectSources returns the known documents, by URL, whose URLs redirect to a page and
// that the run has not found at another URL.
func (i *identity) redirectSources(p *crawl.Page) []store.Document {
	i.mu.Lock()
	defer i.mu.Unlock()
	var out []store.Document
	for url, old := range i.known {
		if !old.NotLegal && i.redirectsTo(url, p) && !i.found.hasID(old.ID) {
			out = append(out, old)
		}
	}
	slices.SortFunc(out, func(a, b store.Document) int { return cmp.Compare(a.URL, b.URL) })
	return out[:min(len(out), maxCandidates)]
}

// redirectsTo reports whether a URL redirects to a page. The caller holds the lock.
func (i *identity) redirectsTo(url string, p *crawl.Page) bool {
	if slices.ContainsFunc(p.Redirects, func(r crawl.Redirect) bool { return r.URL == url }) {
		return true
	}
	end, _ := i.followRedirects(url)
	return url != p.URL && end == p.URL
}
