package run

import (
	"cmp"
	"context"
	"sync"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/store"
)

// identity decides which known document a page is. For that it remembers how the URLs of
// the known documents ended in this run. It is safe for concurrent use.
type identity struct {
	storage storage
	found   *foundSet
	// wasFetched reports whether a page was fetched from a URL in this run.
	wasFetched func(url string) bool
	// corrections does not change once the crawl has started.
	corrections corrections

	mu        sync.Mutex
	known     map[string]store.Document // by URL
	redirects map[string]redirect       // of the known documents, and of the URLs that they lead to
	outcomes  map[string]urlOutcome
}

// urlOutcome is how a URL without a document ended.
type urlOutcome struct {
	status    int              // HTTP status of a failed request; 0 if there was no response
	reason    crawl.SkipReason // only of followed URLs
	softError bool             // the page was an error page with a success status
}

func newIdentity(s storage, found *foundSet, wasFetched func(string) bool) *identity {
	return &identity{
		storage: s, found: found, wasFetched: wasFetched,
		known: map[string]store.Document{}, redirects: map[string]redirect{}, outcomes: map[string]urlOutcome{},
	}
}

// add adds a known document.
func (i *identity) add(d store.Document) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.known[d.URL] = i.corrections.apply(d)
}

// knownAt returns the known document at a URL.
func (i *identity) knownAt(url string) (store.Document, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	d, ok := i.known[url]
	return d, ok
}

// recordOutcome notes how a URL without a page ended.
func (i *identity) recordOutcome(o crawl.Outcome) {
	i.mu.Lock()
	defer i.mu.Unlock()
	followed := i.isFollowed(o.URL)
	if o.Reason == crawl.SkipRedirect && o.Kind != crawl.OutcomeFailed {
		if followed {
			i.redirects[o.URL] = redirect{o.Location, o.Status}
		}
		return
	}
	failed := o.Kind == crawl.OutcomeFailed
	if !failed && !followed {
		return
	}
	u := i.outcomes[o.URL]
	if failed {
		u.status = o.Status
	}
	if followed && o.Reason != crawl.SkipRedirect {
		u.reason = o.Reason
	}
	i.outcomes[o.URL] = u
}

// recordSoftError notes that a URL shows an error page with a success status.
func (i *identity) recordSoftError(url string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	u := i.outcomes[url]
	u.softError = true
	i.outcomes[url] = u
}

// isAlias reports whether a URL is only another URL of a document, as a person determined.
// The store has a document of its own at such a URL.
func (i *identity) isAlias(url string) bool {
	d, known := i.knownAt(url)
	return known && i.corrections.target(d.ID) != ""
}

// identify returns the known document that a page is: the one at its URL, one whose URL
// redirects to it, or a similar one whose own URL is gone.
func (i *identity) identify(ctx context.Context, p *crawl.Page, d document.Document) (store.Document, bool, error) {
	if !i.storage.enabled() {
		return store.Document{}, false, nil
	}
	old, err := i.storage.store.FindDocument(ctx, i.storage.company, p.URL)
	if err == nil {
		old, err = i.documentOf(ctx, i.corrections.apply(old))
		return old, err == nil, err
	}
	if !isNotFound(err) {
		return old, false, err
	}
	if old, known, err := i.redirectedTo(ctx, p, d); known || err != nil {
		return old, known, err
	}
	return i.movedTo(ctx, p, d)
}

// documentOf returns the document of which d is only another URL, unless the run has found
// that already, and d otherwise.
func (i *identity) documentOf(ctx context.Context, d store.Document) (store.Document, error) {
	target := i.corrections.target(d.ID)
	if target == "" || i.found.hasID(target) {
		return d, nil
	}
	other, err := i.storage.store.GetDocument(ctx, target)
	if isNotFound(err) {
		return d, nil
	}
	return i.corrections.apply(other), err
}

// notFound returns the known documents that the run has not found, at their URLs or elsewhere,
// except those that were removed before or are not legal documents.
func (i *identity) notFound() []store.Document {
	i.mu.Lock()
	defer i.mu.Unlock()
	var out []store.Document
	for _, d := range i.known {
		if !i.found.hasID(d.ID) && d.State != store.DocumentRemoved && !d.NotLegal {
			out = append(out, d)
		}
	}
	return out
}

// changeOf returns why the known document at a URL was not found. It is Removed if the URL is
// not found or redirects permanently to another page, Broken if it redirects there
// temporarily, NotVisited if the crawl did not request it, and Unreachable if no page could
// be fetched.
func (i *identity) changeOf(url string) (change string, reason crawl.SkipReason) {
	i.mu.Lock()
	defer i.mu.Unlock()
	end, permanent := i.followRedirects(url)
	redirected := end != url && i.wasFetched(end)
	switch {
	case isGone(i.outcomes[end].status):
		return Removed, crawl.SkipNotFound
	case redirected && i.outcomes[end].softError:
		return Broken, crawl.SkipSoftError
	case redirected && permanent:
		return Removed, crawl.SkipRedirect
	case redirected:
		return Broken, crawl.SkipRedirect
	default:
		reason = cmp.Or(i.outcomes[end].reason, i.outcomes[url].reason)
		if notRequested[reason] {
			return NotVisited, reason
		}
		return Unreachable, reason
	}
}

// notRequested are the skip reasons of URLs that the crawl chose not to request or did not
// get to. They say nothing about the page. The URL of a document that has no outcome, such
// as that of a crawl that was stopped, has the reason "".
var notRequested = map[crawl.SkipReason]bool{
	"": true, crawl.SkipPageLimit: true, crawl.SkipTimeLimit: true, crawl.SkipCanceled: true, crawl.SkipQueueFull: true, crawl.SkipLowScore: true, crawl.SkipConverged: true,
	crawl.SkipDepth: true, crawl.SkipOutOfScope: true, crawl.SkipOffSite: true, crawl.SkipDeniedPath: true, crawl.SkipTooManyHosts: true, crawl.SkipHostPages: true,
}
