package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/store"
)

// keep writes what a page says about a document: a version if its text is new,
// then the document itself. Both are idempotent, so that a page that is fetched
// again after a kill changes nothing.
func (k *keeper) keep(ctx context.Context, p *crawl.Page, d document.Document) (Found, error) {
	old, known, err := k.identify(ctx, p, d)
	if err != nil {
		return Found{}, fmt.Errorf("look for %s: %w", p.URL, err)
	}
	rec := record(old, known, p, d)
	rec.Company, rec.RunID = k.task.Company, k.run.ID
	f := Found{Document: rec, Change: Unchanged}
	switch {
	case !known:
		f.Change, f.ID = New, documentID(rec.Company, p.URL)
	case old.URL != rec.URL:
		f.Change = Moved
	}
	if k.store == nil {
		return f, nil
	}
	if !known || old.ContentHash != d.ContentHash {
		if err := k.keepVersion(ctx, p, d, old, known, &f); err != nil {
			return Found{}, err
		}
	}
	if err := k.store.PutDocument(ctx, k.run.Fence, f.Document); err != nil {
		return Found{}, fmt.Errorf("keep document %s: %w", p.URL, err)
	}
	return f, nil
}

// keepVersion appends a version where the text really changed.
func (k *keeper) keepVersion(ctx context.Context, p *crawl.Page, d document.Document, old store.Document, known bool, f *Found) error {
	before := ""
	if known && old.Versions > 0 {
		newest, text, err := k.store.VersionText(ctx, old.ID, 0)
		before = newest.SnapshotHash
		if err != nil && !isNone(err) {
			return fmt.Errorf("read the newest version of %s: %w", p.URL, err)
		}
		// A newest version with this very text was appended by a worker that was killed
		// before it wrote the document: nobody knows of that change yet.
		if err == nil && newest.ContentHash != d.ContentHash {
			switch document.Compare(document.FromMarkdown(text), d).Kind {
			case change.KindNone, change.KindCosmetic:
				f.ContentHash, f.WordCount = old.ContentHash, old.WordCount
				return nil
			case change.KindBroken:
				// A page that lost its text is an incident, not a version.
				f.Document, f.Change = old, Broken
				f.LastSeen, f.RunID = p.FetchedAt, k.run.ID
				return nil
			}
		}
	}
	flaps, err := k.flaps(ctx, f.ID, d.ContentHash, p.FetchedAt)
	if err != nil {
		return fmt.Errorf("look at the history of %s: %w", p.URL, err)
	}
	snap, err := k.store.PutSnapshot(ctx, k.run.Fence, k.task.Company, p.Body, before)
	if err != nil {
		return fmt.Errorf("keep the page of %s: %w", p.URL, err)
	}
	v, _, err := k.store.AppendVersion(ctx, k.run.Fence, store.Version{
		DocumentID: f.ID, ContentHash: d.ContentHash, FetchedAt: p.FetchedAt, URL: p.URL, Title: d.Title, Dates: datesOf(d),
		Language: d.Language, Jurisdiction: d.Jurisdiction, WordCount: d.WordCount, SnapshotHash: snap, Flapping: flaps, RunID: k.run.ID,
	}, d.Markdown)
	if err != nil {
		return fmt.Errorf("keep a version of %s: %w", p.URL, err)
	}
	f.Versions = v.Number
	if v.Flapping {
		f.LastFlapped = p.FetchedAt
	} else {
		f.LastChanged = p.FetchedAt
	}
	switch {
	case !known:
	case v.Flapping:
		f.Change = Flapping
	default:
		f.Change = Changed
	}
	return nil
}

// flaps says whether a text that a document is about to get is one that it went back to
// before: whoever follows it has been told of that change.
func (k *keeper) flaps(ctx context.Context, id, hash string, at time.Time) (bool, error) {
	versions, _, err := k.store.ListVersions(ctx, id, store.ListOptions{Limit: change.MaxFlapVersions})
	if err != nil {
		return false, err
	}
	var history []change.Observation
	for _, v := range versions {
		history = append(history, change.Observation{ContentHash: v.ContentHash, FirstSeen: v.FetchedAt})
	}
	return change.DetectFlapping(history, change.Observation{ContentHash: hash, FirstSeen: at}).IsFlapping, nil
}

// identify finds the document that a page is: by its address, by an address that
// redirected to it, or by its likeness to one whose address is gone.
func (k *keeper) identify(ctx context.Context, p *crawl.Page, d document.Document) (store.Document, bool, error) {
	if k.store == nil {
		return store.Document{}, false, nil
	}
	old, err := k.store.FindDocument(ctx, k.task.Company, p.URL)
	if err == nil {
		return old, true, nil
	}
	if !isNone(err) {
		return old, false, err
	}
	if old, known, err := k.redirected(ctx, p, d); known || err != nil {
		return old, known, err
	}
	return k.moved(ctx, p, d)
}

// maxFormer bounds the former addresses that a document remembers.
const maxFormer = 50

// record is the document as this page shows it.
func record(old store.Document, known bool, p *crawl.Page, d document.Document) store.Document {
	rec := old
	if !known {
		rec = store.Document{FirstSeen: p.FetchedAt}
	}
	if known && old.URL != p.URL {
		rec.FormerURLs = append(rec.FormerURLs, old.URL)
		rec.FormerURLs = rec.FormerURLs[max(0, len(rec.FormerURLs)-maxFormer):]
	}
	rec.URL, rec.Type, rec.Confidence = p.URL, d.Type, d.Confidence
	rec.AdditionalTypes, rec.Language, rec.Jurisdiction, rec.Title, rec.Dates = d.AdditionalTypes, d.Language, d.Jurisdiction, d.Title, datesOf(d)
	rec.WordCount, rec.ContentHash = d.WordCount, d.ContentHash
	rec.LastSeen, rec.RemovedAt = p.FetchedAt, time.Time{}
	if !known {
		rec.LastChanged = p.FetchedAt
	}
	rec.ETag, rec.LastModified = p.Header.Get("ETag"), p.Header.Get("Last-Modified")
	if len(p.Path) > 1 || len(rec.DiscoveryPath) == 0 { // a known document is a seed, which says nothing
		rec.DiscoveryPath = p.Path
	}
	if p.Anchor != "" {
		rec.LinkText = p.Anchor
	}
	return rec
}

func datesOf(d document.Document) store.Dates {
	return store.Dates{
		EffectiveDate: d.EffectiveDate, EffectiveQuote: d.EffectiveQuote, UpdatedDate: d.UpdatedDate, UpdatedQuote: d.UpdatedQuote,
		UpcomingEffectiveDate: d.UpcomingEffectiveDate, UpcomingEffectiveQuote: d.UpcomingEffectiveQuote,
	}
}

// documentID is made of what the document is first known by, so that two workers
// that meet it at once make the same one.
func documentID(company, url string) string {
	h := sha256.Sum256([]byte(company + "\n" + url))
	return hex.EncodeToString(h[:10])
}
