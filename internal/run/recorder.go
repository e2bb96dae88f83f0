package run

import (
	"context"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// recorder saves documents, their versions and snapshots, and the changes. Each document is
// written by one commit, and each commit is idempotent: a page that is fetched again after a
// worker was killed changes nothing.
type recorder struct {
	storage  storage
	identity *identity
	reader   *pageReader
	metrics  *telemetry.RunMetrics // nil if nothing is counted
}

// saveDocument saves the document that a page is: a version if its text has changed, the
// changes, and the document itself. A page that lost the text of its document is Broken; it
// is not saved before the run has ended.
func (r *recorder) saveDocument(ctx context.Context, p *crawl.Page, d document.Document) (Found, error) {
	old, known, err := r.identity.identify(ctx, p, d)
	if err != nil {
		return Found{}, fmt.Errorf("identify the document at %s: %w", p.URL, err)
	}
	if !known {
		f, created, err := r.createDocument(ctx, p, d)
		if created || err != nil {
			return f, err
		}
		old = f.Document
	}
	if old.NotLegal {
		return Found{Document: old}, nil
	}
	return r.updateDocument(ctx, p, d, old)
}

// createDocument saves a page as a new document with its first version. The ID of the
// document is its own: another document may have had its URL before, or may have it later.
// If a document has the URL already, createDocument returns it with created false.
func (r *recorder) createDocument(ctx context.Context, p *crawl.Page, d document.Document) (f Found, created bool, err error) {
	rec := updatedDocument(store.Document{}, false, p, d)
	rec.ID, rec.Company, rec.RunID = NewID(), r.storage.company, r.storage.runID
	if !r.storage.enabled() {
		return Found{Document: rec, Change: Created}, true, nil
	}
	v, err := r.newVersion(p, d, rec.ID, "")
	if err != nil {
		return Found{}, false, err
	}
	c := store.Commit{Document: rec, Create: true, Versions: []store.NewVersion{v}}
	c.Changes = append(r.changesOf(rec, p.FetchedAt, store.ChangeCreated), r.announced(rec, store.Dates{}, p.FetchedAt)...)
	done, err := r.storage.store.CommitDocument(ctx, r.storage.fence, c)
	if err != nil {
		return Found{}, false, fmt.Errorf("save new document %s: %w", p.URL, err)
	}
	if done.Created {
		r.metrics.RecordVersions(rec.Type, len(c.Versions))
	}
	return Found{Document: done.Document, Change: Created}, done.Created, nil
}

// updateDocument saves a page as the current state of a known document.
func (r *recorder) updateDocument(ctx context.Context, p *crawl.Page, d document.Document, old store.Document) (Found, error) {
	if old.RunID == r.storage.runID && old.URL == p.URL && old.ContentHash == d.ContentHash && old.State == store.DocumentPresent {
		return Found{Document: old, Change: earlierChange(old)}, nil // saved before the run was interrupted
	}
	cmp, err := r.compare(ctx, p, d, old)
	if err != nil {
		return Found{}, err
	}
	if cmp.kind == change.KindBroken {
		return Found{Document: old, Change: Broken, Reason: crawl.SkipUnreadable}, nil
	}
	f := Found{Document: updatedDocument(old, true, p, d), Change: Unchanged}
	c := store.Commit{}
	if kind := setPresent(&f.Document, p.FetchedAt); kind != "" {
		f.Change = string(kind)
		c.Changes = r.changesOf(f.Document, p.FetchedAt, kind)
	}
	f.RunID = r.storage.runID
	if r.identity.isAlias(p.URL) {
		f.URL, f.FormerURLs = old.URL, old.FormerURLs
	}
	if old.URL != f.URL {
		f.Change = Moved
		c.Changes = append(c.Changes, r.changesOf(f.Document, p.FetchedAt, store.ChangeMoved)...)
		c.Changes[len(c.Changes)-1].PreviousURL = old.URL
	}
	f.ContentHash, f.WordCount = cmp.hash, cmp.words
	c.Versions = cmp.versions
	if cmp.kind == change.KindChange {
		c.Changes = append(c.Changes, r.recordChange(&f, cmp, p.FetchedAt)...)
	}
	c.Document = f.Document
	done, err := r.storage.store.CommitDocument(ctx, r.storage.fence, c)
	if err != nil {
		return Found{}, fmt.Errorf("save document %s: %w", p.URL, err)
	}
	r.metrics.RecordVersions(c.Document.Type, len(c.Versions))
	f.Document = done.Document
	return f, nil
}

// recordChange records in f that the text of a document changed, and returns the changes.
func (r *recorder) recordChange(f *Found, cmp comparison, at time.Time) []store.Change {
	kind := store.ChangeChanged
	f.UnchangedSince = at
	if cmp.flapping() {
		kind, f.LastFlapped = store.ChangeFlapping, at
	} else {
		f.LastChanged = at
	}
	f.Change = string(kind)
	changes := r.changesOf(f.Document, at, kind)
	changes[0].Summary, changes[0].Silent = cmp.summary, isSilent(cmp.dates, f.Dates)
	return append(changes, r.announced(f.Document, cmp.dates, at)...)
}

// saveUnmodified saves that the document at a URL was not modified, by a 304 response.
func (r *recorder) saveUnmodified(ctx context.Context, d store.Document, at time.Time) (Found, error) {
	f := Found{Document: d, Change: Unchanged}
	f.RunID = r.storage.runID
	c := store.Commit{}
	if kind := setPresent(&f.Document, at); kind != "" {
		f.Change = string(kind)
		c.Changes = r.changesOf(f.Document, at, kind)
	}
	c.Document = f.Document
	done, err := r.storage.store.CommitDocument(ctx, r.storage.fence, c)
	if err != nil {
		return Found{}, fmt.Errorf("save %s as unmodified: %w", d.URL, err)
	}
	f.Document = done.Document
	return f, nil
}

// failedStates are the states of documents whose text was not found.
var failedStates = map[string]store.DocumentState{
	Removed: store.DocumentRemoved, Broken: store.DocumentBroken, Unreachable: store.DocumentUnreachable,
}

// saveFailure saves that the run did not find the text of a document, for the reason in f.
func (r *recorder) saveFailure(ctx context.Context, f Found, at time.Time) (Found, error) {
	f.RunID = r.storage.runID
	c := store.Commit{}
	if kind := setFailed(&f.Document, failedStates[f.Change], f.Reason, at); kind != "" {
		c.Changes = r.changesOf(f.Document, at, kind)
		c.Changes[0].Reason = string(f.Reason)
	}
	c.Document = f.Document
	done, err := r.storage.store.CommitDocument(ctx, r.storage.fence, c)
	if err != nil {
		return f, fmt.Errorf("save %s as %s: %w", f.URL, f.Change, err)
	}
	f.Document = done.Document
	return f, nil
}
