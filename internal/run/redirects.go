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

// hop is where a redirect leads, and its status.
type hop struct {
	to     string
	status int
}

// maxHops is how many redirects a crawl follows one after another.
const maxHops = 5

// lead notes where a redirect leads, if it is of a known document or follows one of those.
func (k *keeper) lead(from, to string, status int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.follows(from) {
		k.led[from] = hop{to, status}
	}
}

// follows says whether an address is a known document's, or one that such an address
// leads to.
func (k *keeper) follows(url string) bool {
	if _, known := k.known[url]; known {
		return true
	}
	for _, h := range k.led {
		if h.to == url {
			return true
		}
	}
	return false
}

// fate says what became of a known document that this run did not find: Gone where its
// address answers so or leads for good to another page; Broken where it leads there for
// now; Unreachable where nothing came.
func (k *keeper) fate(url string) (change string, reason crawl.SkipReason) {
	end, status := k.end(url), http.StatusMovedPermanently
	for at := url; at != end; at = k.led[at].to {
		if s := k.led[at].status; s != http.StatusMovedPermanently && s != http.StatusPermanentRedirect {
			status = s
		}
	}
	lost := k.lost[end]
	switch {
	case lost == http.StatusNotFound || lost == http.StatusGone:
		return Gone, crawl.SkipNotFound
	case end != url && k.pages.has(end) && k.soft[end]:
		return Broken, crawl.SkipSoftError
	case end != url && k.pages.has(end) && status == http.StatusMovedPermanently:
		return Gone, crawl.SkipRedirect
	case end != url && k.pages.has(end):
		return Broken, crawl.SkipRedirect
	default:
		return Unreachable, cmp.Or(k.why[end], k.why[url])
	}
}

// end follows the redirects of an address to where they lead, in at most maxHops.
func (k *keeper) end(url string) string {
	for range maxHops {
		h, ok := k.led[url]
		if !ok {
			break
		}
		url = h.to
	}
	return url
}

// redirected looks for the document that a page at an unknown address is, among those
// whose own address leads there. Several may: a site that puts all its policies on one
// page is no reason for the one to go on as the other. The page is the one of its type,
// or with its text; those of its type go first, and then the one most like it.
func (k *keeper) redirected(ctx context.Context, p *crawl.Page, d document.Document) (best store.Document, ok bool, err error) {
	most := 0.0
	for _, old := range k.sources(p) {
		s, err := k.likeness(ctx, old, d)
		if err != nil {
			return best, false, fmt.Errorf("compare %s with %s, which leads there: %w", p.URL, old.URL, err)
		}
		if old.Type == d.Type {
			s++
		}
		if s >= sameDocument && s > most {
			best, most, ok = old, s, true
		}
	}
	return best, ok, nil
}

// sources are the known documents whose address leads to a page and that this run did
// not find elsewhere, in the order of their URLs.
func (k *keeper) sources(p *crawl.Page) []store.Document {
	k.mu.Lock()
	defer k.mu.Unlock()
	again := k.here()
	var out []store.Document
	for url, old := range k.known {
		leads := slices.ContainsFunc(p.Redirects, func(r crawl.Redirect) bool { return r.URL == url }) || url != p.URL && k.end(url) == p.URL
		if leads && !again[old.ID] {
			out = append(out, old)
		}
	}
	slices.SortFunc(out, func(a, b store.Document) int { return cmp.Compare(a.URL, b.URL) })
	return out[:min(len(out), maxMovers)]
}
