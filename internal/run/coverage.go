package run

import (
	"cmp"
	"net/url"
	"sync"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/score"
	"github.com/clausea/crawler/internal/store"
)

// minLinkScore is the lowest score of a link that counts as one to a document.
const minLinkScore = 0.35

// missedURL is a URL that promises a document of a type but has none.
type missedURL struct {
	url    string
	reason v1alpha1.MissingReason
	score  float64
}

// coverage finds out why expected document types are missing. It is safe for concurrent
// use.
type coverage struct {
	mu sync.Mutex
	// best is the best missed URL by type. The key of a URL that promises documents of any
	// type is "".
	best map[string]missedURL
}

func newCoverage() *coverage { return &coverage{best: map[string]missedURL{}} }

// recordMissing records that a URL has no document of the type that it promises. text is the
// anchor text of its link. pinnedType is the type that the company gives the URL, if any;
// such a URL promises that type whatever its link says.
func (c *coverage) recordMissing(rawURL, text string, reason crawl.SkipReason, pinnedType string) {
	missing, ok := missingReasons[reason]
	if !ok {
		return
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return
	}
	s := score.Of(u, text, "", 1)
	types := topicTypes[s.Topic]
	switch {
	case pinnedType != "":
		types, s.Value = []string{pinnedType}, 1
	case s.Value < minLinkScore:
		return
	case s.Topic == hubTopic:
		types = []string{""}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range types {
		current, exists := c.best[t]
		if candidate := (missedURL{rawURL, missing, s.Value}); !exists || candidate.isBetter(current) {
			c.best[t] = candidate
		}
	}
}

// isBetter reports whether m explains better than o why a type is missing. A page that
// could not be fetched explains more than one whose content did not match.
func (m missedURL) isBetter(o missedURL) bool {
	return cmp.Or(cmp.Compare(explanatoryPower(m.reason), explanatoryPower(o.reason)), cmp.Compare(m.score, o.score), cmp.Compare(o.url, m.url)) > 0
}

// of returns for each expected type the document that covers it, or why it is missing.
func (c *coverage) of(expected []string, found []Found, stop crawl.StopReason) []store.Coverage {
	out := make([]store.Coverage, 0, len(expected))
	for _, t := range expected {
		if f := bestOfType(t, found); f != nil {
			out = append(out, store.Coverage{Type: t, State: store.CoverageFound, URL: f.URL, DocumentID: f.ID})
			continue
		}
		if f := brokenOfType(t, found); f != nil {
			out = append(out, store.Coverage{Type: t, State: store.CoverageMissing, URL: f.URL, DocumentID: f.ID, Reason: string(v1alpha1.MissingBroken)})
			continue
		}
		m := c.missing(t, stop)
		out = append(out, store.Coverage{Type: t, State: store.CoverageMissing, URL: m.url, Reason: string(m.reason)})
	}
	return out
}

// missing returns why a type is missing, with the URL that promises it, if there is one.
func (c *coverage) missing(t string, stop crawl.StopReason) missedURL {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, ok := c.best[t]; ok {
		return m
	}
	if m, ok := c.best[""]; ok && explanatoryPower(m.reason) > 1 {
		return m
	}
	return missedURL{reason: missingReasonOf(stop)}
}

// bestOfType returns the document that covers a type: the one with the highest confidence,
// then with the shortest path from a seed.
func bestOfType(t string, found []Found) *Found {
	var best *Found
	for i := range found {
		f := &found[i]
		if f.Type != t || !f.coversType() {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(f.Confidence, best.Confidence), cmp.Compare(len(best.DiscoveryPath), len(f.DiscoveryPath)), cmp.Compare(best.URL, f.URL)) > 0 {
			best = f
		}
	}
	return best
}

// brokenOfType returns a known document of a type whose page lost its text, nil if there is
// none. Its stored text must be long enough, because earlier versions stored documents of
// pages without text.
func brokenOfType(t string, found []Found) *Found {
	for i := range found {
		f := &found[i]
		if f.Type == t && f.WordCount >= minWords(t) && (f.Change == Broken || f.Change == NotVisited && f.State == store.DocumentBroken) {
			return f
		}
	}
	return nil
}
