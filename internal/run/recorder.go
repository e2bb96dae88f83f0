package run

import (
	"context"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/store"
)

// recorder saves documents, their versions and snapshots. Each write is idempotent: a page
// that is fetched again after a worker was killed changes nothing.
type recorder struct {
	storage  storage
	identity *identity
}

// saveDocument saves the document that a page is: a version if its text has changed, then
// the document itself.
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
	v, err := r.newVersion(ctx, p, d, rec.ID, "")
	if err != nil {
		return Found{}, false, err
	}
	rec, created, err = r.storage.store.CreateDocument(ctx, r.storage.fence, rec, v, d.Markdown)
	if err != nil {
		return Found{}, false, fmt.Errorf("save new document %s: %w", p.URL, err)
	}
	return Found{Document: rec, Change: Created}, created, nil
}

// updateDocument saves a page as the current state of a known document.
func (r *recorder) updateDocument(ctx context.Context, p *crawl.Page, d document.Document, old store.Document) (Found, error) {
	rec := updatedDocument(old, true, p, d)
	rec.RunID = r.storage.runID
	f := Found{Document: rec, Change: Unchanged}
	if old.URL != rec.URL {
		f.Change = Moved
	}
	if old.ContentHash != d.ContentHash {
		if err := r.saveChange(ctx, p, d, old, &f); err != nil {
			return Found{}, err
		}
	}
	if err := r.storage.store.PutDocument(ctx, r.storage.fence, f.Document); err != nil {
		return Found{}, fmt.Errorf("save document %s: %w", p.URL, err)
	}
	return f, nil
}

// saveChange compares a text with the newest version and saves a version if the change is
// not cosmetic. It updates f accordingly.
func (r *recorder) saveChange(ctx context.Context, p *crawl.Page, d document.Document, old store.Document, f *Found) error {
	baseHash := ""
	if old.Versions > 0 {
		newest, text, err := r.storage.store.VersionText(ctx, old.ID, 0)
		if err != nil && !isNotFound(err) {
			return fmt.Errorf("read the newest version of %s: %w", p.URL, err)
		}
		baseHash = newest.SnapshotHash
		// If the newest version has this text already, a worker was killed after it saved the
		// version and before it saved the document. The change has not been reported yet.
		if err == nil && newest.ContentHash != d.ContentHash {
			switch document.Compare(document.FromMarkdown(text), d).Kind {
			case change.KindNone, change.KindCosmetic:
				f.ContentHash, f.WordCount = old.ContentHash, old.WordCount
				return nil
			case change.KindBroken:
				// A page that lost its text is an incident, not a version.
				f.Document, f.Change = old, Broken
				f.LastSeen, f.RunID = p.FetchedAt, r.storage.runID
				return nil
			}
		}
	}
	v, err := r.saveVersion(ctx, p, d, f.ID, baseHash)
	if err != nil {
		return err
	}
	f.Versions = v.Number
	if v.Flapping {
		f.LastFlapped, f.Change = p.FetchedAt, Flapping
	} else {
		f.LastChanged, f.Change = p.FetchedAt, Changed
	}
	return nil
}

// saveVersion saves the body of a page, as a delta to the snapshot baseHash if there is
// one, and appends its text as a version.
func (r *recorder) saveVersion(ctx context.Context, p *crawl.Page, d document.Document, id, baseHash string) (store.Version, error) {
	flapping, err := r.isFlapping(ctx, id, d.ContentHash, p.FetchedAt)
	if err != nil {
		return store.Version{}, fmt.Errorf("read the versions of %s: %w", p.URL, err)
	}
	v, err := r.newVersion(ctx, p, d, id, baseHash)
	if err != nil {
		return store.Version{}, err
	}
	v.Flapping = flapping
	if v, _, err = r.storage.store.AppendVersion(ctx, r.storage.fence, v, d.Markdown); err != nil {
		return store.Version{}, fmt.Errorf("save a version of %s: %w", p.URL, err)
	}
	return v, nil
}

// newVersion saves the body of a page as saveVersion does, and returns the version of a
// document that the page is. It does not save the version.
func (r *recorder) newVersion(ctx context.Context, p *crawl.Page, d document.Document, id, baseHash string) (store.Version, error) {
	snapshot, err := r.storage.store.PutSnapshot(ctx, r.storage.fence, r.storage.company, p.Body, baseHash)
	if err != nil {
		return store.Version{}, fmt.Errorf("save the snapshot of %s: %w", p.URL, err)
	}
	return store.Version{
		DocumentID: id, ContentHash: d.ContentHash, FetchedAt: p.FetchedAt, URL: p.URL, Title: d.Title, Dates: storedDates(d),
		Language: d.Language, Jurisdiction: d.Jurisdiction, WordCount: d.WordCount, SnapshotHash: snapshot, RunID: r.storage.runID,
	}, nil
}

// isFlapping reports whether a document reverts with a text to an earlier version, not for
// the first time. Such a change has been reported before.
func (r *recorder) isFlapping(ctx context.Context, id, contentHash string, at time.Time) (bool, error) {
	versions, _, err := r.storage.store.ListVersions(ctx, id, store.ListOptions{Limit: change.MaxFlapVersions})
	if err != nil {
		return false, err
	}
	var history []change.Observation
	for _, v := range versions {
		history = append(history, change.Observation{ContentHash: v.ContentHash, FirstSeen: v.FetchedAt})
	}
	return change.DetectFlapping(history, change.Observation{ContentHash: contentHash, FirstSeen: at}).IsFlapping, nil
}

// saveUnmodified saves that the document at a URL was not modified, by a 304 response.
func (r *recorder) saveUnmodified(ctx context.Context, d store.Document, at time.Time) (Found, error) {
	d.LastSeen, d.RemovedAt, d.RunID = at, time.Time{}, r.storage.runID
	if err := r.storage.store.PutDocument(ctx, r.storage.fence, d); err != nil {
		return Found{}, fmt.Errorf("save %s as unmodified: %w", d.URL, err)
	}
	return Found{Document: d, Change: Unchanged}, nil
}

// saveRemoved saves that a document was removed.
func (r *recorder) saveRemoved(ctx context.Context, d store.Document, at time.Time) (store.Document, error) {
	d.RemovedAt, d.RunID = at, r.storage.runID
	if err := r.storage.store.PutDocument(ctx, r.storage.fence, d); err != nil {
		return d, fmt.Errorf("save %s as removed: %w", d.URL, err)
	}
	return d, nil
}
