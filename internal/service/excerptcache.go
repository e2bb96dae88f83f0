package service

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/comparison"
	"github.com/clausea/crawler/internal/store"
)

const (
	// excerptBudget is the default of Inbox.ExcerptBudget. Chosen by hand.
	excerptBudget = 100 * time.Millisecond
	// maxExcerptWords is the length of the longest text that is compared for an excerpt, in
	// words. The comparison of a longer text would exceed the budget on its own.
	maxExcerptWords = 60_000
	// maxExcerpts is the number of comparisons that are remembered. One needs up to 1 KiB.
	maxExcerpts = 4096
)

// versionPair identifies a comparison. Versions never change, so its result does not either.
type versionPair struct {
	documentID string
	from, to   int
}

// versionFacts are what the inbox shows about two versions.
type versionFacts struct {
	excerpt []ExcerptPart
	// effective is the date (YYYY-MM-DD) on which the newer version takes effect, as of its fetch.
	effective string
}

// excerpts computes and remembers comparisons; the least recently used are forgotten. It is safe
// for concurrent use.
type excerpts struct {
	reader comparison.TextReader
	// slots bounds the pages that compare at the same time.
	slots chan struct{}

	mu     sync.Mutex
	order  *list.List // of *excerptEntry, the last used first
	byPair map[versionPair]*list.Element
}

type excerptEntry struct {
	pair  versionPair
	facts versionFacts
}

func newExcerpts(r comparison.TextReader) *excerpts {
	return &excerpts{reader: r, slots: make(chan struct{}, maxLargeResults), order: list.New(), byPair: map[versionPair]*list.Element{}}
}

// cached returns a remembered comparison.
func (e *excerpts) cached(p versionPair) (versionFacts, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	el, ok := e.byPair[p]
	if !ok {
		return versionFacts{}, false
	}
	e.order.MoveToFront(el)
	return el.Value.(*excerptEntry).facts, true
}

func (e *excerpts) remember(p versionPair, f versionFacts) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if el, ok := e.byPair[p]; ok {
		el.Value.(*excerptEntry).facts = f
		return
	}
	e.byPair[p] = e.order.PushFront(&excerptEntry{p, f})
	if e.order.Len() > maxExcerpts {
		delete(e.byPair, e.order.Remove(e.order.Back()).(*excerptEntry).pair)
	}
}

// of returns what is known about the texts of changes, by the index of the change. Changes without
// two versions are absent, and so are those for which the budget does not suffice, or whose
// versions cannot be read.
func (e *excerpts) of(ctx context.Context, changes []ReviewedChange, budget time.Duration) map[int]versionFacts {
	out := map[int]versionFacts{}
	var missing []int
	for i, c := range changes {
		if c.From < 1 || c.From >= c.To {
			continue
		}
		if f, ok := e.cached(versionPair{c.DocumentID, c.From, c.To}); ok {
			out[i] = f
		} else {
			missing = append(missing, i)
		}
	}
	if len(missing) == 0 {
		return out
	}
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	default:
		return out // other pages compare; the excerpts are optional
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	for _, i := range missing {
		if ctx.Err() != nil {
			break
		}
		if f, err := e.compare(ctx, changes[i].Change); err == nil {
			out[i] = f
			e.remember(versionPair{changes[i].DocumentID, changes[i].From, changes[i].To}, f)
		}
	}
	return out
}

// compare compares the versions of a change.
func (e *excerpts) compare(ctx context.Context, c store.Change) (versionFacts, error) {
	reader := &shortTexts{TextReader: e.reader}
	r, err := comparison.Texts(ctx, reader, store.Document{ID: c.DocumentID, Type: c.DocumentType}, c.From, c.To)
	f := versionFacts{effective: reader.first.UpcomingEffectiveDate}
	switch {
	case errors.Is(err, errLongText):
		return f, nil
	case err != nil:
		return f, err
	}
	f.excerpt = excerptOf(r.Change)
	return f, nil
}

var errLongText = errors.New("the text is too long for an excerpt")

// shortTexts reads versions with at most maxExcerptWords words.
type shortTexts struct {
	comparison.TextReader
	first store.Version // that it read
}

// VersionText implements comparison.TextReader.
func (r *shortTexts) VersionText(ctx context.Context, documentID string, n int) (store.Version, string, error) {
	v, text, err := r.TextReader.VersionText(ctx, documentID, n)
	if r.first.Number == 0 {
		r.first = v
	}
	if err == nil && v.WordCount > maxExcerptWords {
		err = errLongText
	}
	return v, text, err
}
