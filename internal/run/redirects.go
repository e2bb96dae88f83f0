package run

import (
	"cmp"
	"context"
	"fmt"
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

// Redirected implements crawl.Redirector. Only what leads away from the address of a
// known document is remembered.
func (k *keeper) Redirected(from, to string, status int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, follow := k.known[from]
	for _, h := range k.led {
		follow = follow || h.to == from
	}
	if follow {
		k.led[from] = hop{to, status}
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
	again := map[string]bool{}
	for _, f := range k.found {
		again[f.ID] = true
	}
	var out []store.Document
	for url, old := range k.known {
		leads := slices.Contains(p.Redirects, url) || url != p.URL && k.end(url) == p.URL
		if leads && !again[old.ID] {
			out = append(out, old)
		}
	}
	slices.SortFunc(out, func(a, b store.Document) int { return cmp.Compare(a.URL, b.URL) })
	return out[:min(len(out), maxMovers)]
}
