package run

import (
	"slices"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/store"
)

// maxFormerURLs bounds the former URLs that a document remembers.
const maxFormerURLs = 50

// updatedDocument returns the record of a document as a page shows it. old is its current
// record, if the document is known; its state does not change.
func updatedDocument(old store.Document, known bool, p *crawl.Page, d document.Document) store.Document {
	rec := old
	if !known {
		rec = store.Document{FirstSeen: p.FetchedAt, LastChanged: p.FetchedAt, UnchangedSince: p.FetchedAt}
		setPresent(&rec, p.FetchedAt)
	}
	if known && old.URL != p.URL {
		// A document may return to a former URL.
		rec.FormerURLs = slices.DeleteFunc(slices.Clone(old.FormerURLs), func(u string) bool { return u == old.URL || u == p.URL })
		rec.FormerURLs = append(rec.FormerURLs, old.URL)
		rec.FormerURLs = rec.FormerURLs[max(0, len(rec.FormerURLs)-maxFormerURLs):]
	}
	rec.URL, rec.Type, rec.Confidence = p.URL, d.Type, d.Confidence
	rec.AdditionalTypes, rec.Language, rec.Jurisdiction, rec.Title, rec.Dates = d.AdditionalTypes, d.Language, d.Jurisdiction, d.Title, storedDates(d)
	rec.WordCount, rec.ContentHash = d.WordCount, d.ContentHash
	rec.ETag, rec.LastModified = p.Header.Get("ETag"), p.Header.Get("Last-Modified")
	if len(p.Path) > 1 || len(rec.DiscoveryPath) == 0 { // as a seed, a known document has no path of interest
		rec.DiscoveryPath = p.Path
	}
	if p.Anchor != "" {
		rec.LinkText = p.Anchor
	}
	return rec
}

func storedDates(d document.Document) store.Dates {
	return store.Dates{
		EffectiveDate: d.EffectiveDate, EffectiveQuote: d.EffectiveQuote, UpdatedDate: d.UpdatedDate, UpdatedQuote: d.UpdatedQuote,
		UpcomingEffectiveDate: d.UpcomingEffectiveDate, UpcomingEffectiveQuote: d.UpcomingEffectiveQuote, DateAmbiguous: d.DateAmbiguous,
	}
}
