package run

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/exchange"
	"github.com/clausea/crawler/internal/store"
)

// comparison is the difference between a page and the newest version of its document.
type comparison struct {
	kind    change.Kind
	summary store.ChangeSummary
	dates   store.Dates // of the text that the page was compared with
	// versions are the versions to append: none, a technical version, the text of the page, or
	// both.
	versions []store.NewVersion
	// hash and words are those of the newest version after the commit.
	hash  string
	words int
}

// flapping reports whether the text of the page is an earlier one, not for the first time.
func (c *comparison) flapping() bool { return c.versions[len(c.versions)-1].Version.Flapping }

// compare compares a page with the newest version of its document. If another revision of
// the extraction read that version, compare reads its snapshot again and compares the page
// with the result: what only the program reads differently is no change.
func (r *recorder) compare(ctx context.Context, p *crawl.Page, d document.Document, old store.Document) (comparison, error) {
	c := comparison{kind: change.KindNone, dates: old.Dates, hash: old.ContentHash, words: old.WordCount}
	if old.ContentHash == d.ContentHash {
		return c, nil
	}
	c.hash, c.words = d.ContentHash, d.WordCount
	newest, text, err := r.storage.store.VersionText(ctx, old.ID, 0)
	if isNotFound(err) {
		c.kind = change.KindChange
		v, err := r.newVersion(p, d, old.ID, "")
		c.versions = []store.NewVersion{v}
		return c, err
	}
	if err != nil {
		return c, fmt.Errorf("read the newest version of %s: %w", p.URL, err)
	}
	base := document.FromMarkdown(text)
	c.dates = newest.Dates
	technical, err := r.readAgain(ctx, p, old, newest, base)
	if err != nil {
		return c, fmt.Errorf("read the snapshot of %s again: %w", p.URL, err)
	}
	if technical != nil {
		base, c.dates = document.FromMarkdown(technical.Text), technical.Version.Dates
		c.versions = append(c.versions, *technical)
	}
	diff := document.Compare(base, d)
	c.kind = diff.Kind
	if base.ContentHash == d.ContentHash || c.kind == change.KindCosmetic {
		c.kind = change.KindNone
	}
	switch c.kind {
	case change.KindNone:
		c.hash, c.words = base.ContentHash, base.WordCount
	case change.KindChange:
		if diff, err = r.addRemovedEdits(ctx, p, diff, newest); err != nil {
			return c, fmt.Errorf("read the snapshot of %s again: %w", p.URL, err)
		}
		if diff = diff.Ignore(r.storage.ignore); diff.Kind != change.KindChange {
			c.kind = change.KindNone // the version is stored, and makes no change
		}
		c.summary = summaryOf(diff)
		v, err := r.newVersion(p, d, old.ID, newest.SnapshotHash)
		if err != nil {
			return c, err
		}
		if v.Version.Flapping, err = r.isFlapping(ctx, old.ID, technical, v.Version); err != nil {
			return c, fmt.Errorf("read the versions of %s: %w", p.URL, err)
		}
		c.versions = append(c.versions, v)
	}
	return c, nil
}

// addRemovedEdits adds to a change the edits in the parts of the page that are not part of the
// document. It reads the page and the snapshot of the newest version again, which is rare: a
// crawl does not record these parts. Without a readable snapshot there is nothing to compare.
func (r *recorder) addRemovedEdits(ctx context.Context, p *crawl.Page, diff change.Change, newest store.Version) (change.Change, error) {
	if newest.SnapshotHash == "" {
		return diff, nil
	}
	body, err := r.storage.store.GetSnapshot(ctx, r.storage.company, newest.SnapshotHash)
	if isNotFound(err) {
		return diff, nil
	}
	if err != nil {
		return diff, err
	}
	contentType := p.Header.Get("Content-Type")
	old, oldErr := r.reader.extract(ctx, document.Input{Body: body, ContentType: cmp.Or(newest.ContentType, contentType), URL: newest.URL, KeepRemoved: true})
	cur, curErr := r.reader.extract(ctx, document.Input{Body: p.Body, ContentType: contentType, URL: p.URL, KeepRemoved: true})
	if oldErr != nil || curErr != nil {
		return diff, nil //nolint:nilerr // a page that cannot be read again is not compared
	}
	return document.AddRemovedEdits(diff, old, cur), nil
}

// newVersion returns a page as a version of a document. base is the hash of a similar
// snapshot, or empty.
func (r *recorder) newVersion(p *crawl.Page, d document.Document, id, base string) (store.NewVersion, error) {
	packed, err := packExchange(p)
	return store.NewVersion{
		Version: store.Version{
			DocumentID: id, ContentHash: d.ContentHash, FetchedAt: p.FetchedAt, URL: p.URL, ContentType: p.Header.Get("Content-Type"), Title: d.Title,
			Dates: storedDates(d), Language: d.Language, Jurisdiction: d.Jurisdiction, WordCount: d.WordCount, RunID: r.storage.runID,
			Revision: r.reader.extraction.Revision, Exchange: packed,
		},
		Text: d.Markdown, Snapshot: p.Body, SnapshotBase: base,
	}, err
}

// packExchange returns the HTTP exchange of a page, or nil if it is not known.
func packExchange(p *crawl.Page) (exchange.Packed, error) {
	if p.Exchange == nil {
		return nil, nil
	}
	return p.Exchange().Pack()
}

// readAgain reads the snapshot of the newest version of a document by the present revision
// of the extraction. It returns a technical version if another revision read the version
// and the text differs, and nil otherwise. stored is the text of the version.
func (r *recorder) readAgain(ctx context.Context, p *crawl.Page, doc store.Document, newest store.Version, stored document.Document) (*store.NewVersion, error) {
	if newest.Revision == r.reader.extraction.Revision || newest.SnapshotHash == "" {
		return nil, nil
	}
	body, err := r.storage.store.GetSnapshot(ctx, r.storage.company, newest.SnapshotHash)
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	contentType := newest.ContentType
	if contentType == "" && newest.URL == p.URL { // versions of earlier releases
		contentType = p.Header.Get("Content-Type")
	}
	d, err := r.reader.readSnapshot(ctx, body, newest, contentType)
	if err != nil {
		return nil, nil //nolint:nilerr // a snapshot that cannot be read is not compared
	}
	d.Type, d.SoftError = doc.Type, false // it was accepted as the document
	if d.ContentHash == stored.ContentHash || document.Compare(stored, d).Kind == change.KindBroken {
		return nil, nil
	}
	v := newest
	v.ContentHash, v.Title, v.Dates, v.Language, v.Jurisdiction, v.WordCount = d.ContentHash, d.Title, storedDates(d), d.Language, d.Jurisdiction, d.WordCount
	v.Number, v.RunID, v.Revision, v.Technical, v.Flapping = 0, r.storage.runID, r.reader.extraction.Revision, true, false
	v.ContentType = contentType
	return &store.NewVersion{Version: v, Text: d.Markdown}, nil
}

// isFlapping reports whether a document reverts with a version to an earlier one, not for
// the first time. Such a change has been reported before. technical is the version before,
// if that is not stored yet.
func (r *recorder) isFlapping(ctx context.Context, id string, technical *store.NewVersion, v store.Version) (bool, error) {
	versions, _, err := r.storage.store.ListVersions(ctx, id, store.ListOptions{Limit: change.MaxFlapVersions})
	if err != nil {
		return false, err
	}
	if technical != nil {
		versions = slices.Insert(versions, 0, technical.Version)
	}
	var history []change.Observation
	for _, v := range versions {
		history = append(history, change.Observation{ContentHash: v.ContentHash, FirstSeen: v.FetchedAt})
	}
	return change.DetectFlapping(history, change.Observation{ContentHash: v.ContentHash, FirstSeen: v.FetchedAt}).IsFlapping, nil
}
