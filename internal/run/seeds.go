package run

import (
	"cmp"
	"slices"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// limitSlack is the number of page requests for each known document that a crawl needs to
// check all of them: documents redirect, and other pages are fetched too.
const limitSlack = 2

// knownSeeds returns the known documents of a company as seeds, so that each is checked
// even if no page links to it any more. If the page limit may not suffice for all of them,
// the documents of expected types come first, and then those that were not checked for the
// longest time, and limited is set. Otherwise their order does not matter. Removed documents are
// not seeds, nor are pages that a person determined not to be legal documents, unless they are
// another URL of a document; those come last, after the URL of the document itself.
func knownSeeds(known []store.Document, c corrections, plan crawl.Plan) (seeds []crawl.Seed, limited bool) {
	var docs, others []store.Document
	for _, d := range known {
		switch {
		case c.target(d.ID) != "":
			others = append(others, d)
		case !d.NotLegal && d.State != store.DocumentRemoved:
			docs = append(docs, d)
		}
	}
	limited = limitSlack*(len(docs)+len(others)) > plan.MaxPages
	if limited {
		expected := func(d store.Document) int {
			if slices.Contains(plan.ExpectedTypes, d.Type) {
				return 0
			}
			return 1
		}
		slices.SortStableFunc(docs, func(a, b store.Document) int {
			return cmp.Or(cmp.Compare(expected(a), expected(b)), a.LastChecked.Compare(b.LastChecked), cmp.Compare(a.URL, b.URL))
		})
	}
	seeds = make([]crawl.Seed, 0, len(docs)+len(others))
	for n, d := range docs {
		s := crawl.Seed{URL: d.URL, Type: d.Type, Pinned: true}
		if limited {
			s.Order = n + 1
		}
		seeds = append(seeds, s)
	}
	for _, d := range others {
		seeds = append(seeds, crawl.Seed{URL: d.URL, Type: d.Type, Pinned: true, Order: len(docs) + 1})
	}
	return seeds, limited
}

const (
	// discoveryShare is the part of the page limit that known documents leave for discovery if
	// the limit may not suffice for all of them: a fifth.
	discoveryShare = 5
	// minDiscoveryPages is a page that lists documents and one of them.
	minDiscoveryPages = 2
	// otherPages are the home page and one known document.
	otherPages = 2
)

// discoveryPages returns how many of maxPages requests known documents leave for discovery. Below
// otherPages+1 requests there are none.
func discoveryPages(maxPages int) int {
	return max(0, min(max(maxPages/discoveryShare, minDiscoveryPages), maxPages-otherPages))
}
