package run

import (
	"context"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/neardup"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// observer implements crawl.Observer for one run. It passes what the engine reports to the
// parts of the run.
type observer struct {
	storage     storage
	reader      *pageReader
	identity    *identity
	recorder    *recorder
	found       *foundSet
	coverage    *coverage
	pages       *pageLog     // nil if nothing is stored
	checkpoints *checkpoints // nil if nothing is stored
	events      *eventLog    // nil if nothing is stored
	progress    latestProgress
	bytes       byteCounter
	metrics     *telemetry.RunMetrics // nil if nothing is counted
	onProgress  ProgressFunc          // nil if no caller shows progress
	log         logr.Logger
}

var _ crawl.Observer = (*observer)(nil)

func newObserver(s storage, reader *pageReader, log logr.Logger, metrics *telemetry.RunMetrics, onProgress ProgressFunc) *observer {
	o := &observer{
		storage: s, reader: reader, found: newFoundSet(), coverage: newCoverage(),
		metrics: metrics, onProgress: onProgress, log: log,
	}
	if s.enabled() {
		o.pages = newPageLog(s.company, s.runID)
		o.checkpoints = &checkpoints{storage: s, pages: o.pages}
		o.events = &eventLog{storage: s, log: log}
	}
	o.identity = newIdentity(s, o.found, o.pages.wasFetched)
	o.recorder = &recorder{storage: s, identity: o.identity, reader: reader, metrics: metrics}
	return o
}

// Validators implements crawl.Observer. Only documents are requested conditionally: a 304
// response has no links, which are the purpose of fetching other pages. A document that is
// too short is fetched again, because it may no longer count as one.
func (o *observer) Validators(_ context.Context, url string) crawl.Validators {
	d, known := o.identity.knownAt(url)
	if !known || d.NotLegal || d.WordCount < minWords(d.Type) {
		return crawl.Validators{}
	}
	return crawl.Validators{ETag: d.ETag, LastModified: d.LastModified}
}

// Page implements crawl.Observer.
func (o *observer) Page(ctx context.Context, p *crawl.Page) (crawl.Verdict, error) {
	o.metrics.RecordPage(len(p.Body))
	o.bytes.add(p.Body)
	old, _ := o.identity.knownAt(p.URL)
	if p.NotModified {
		f, err := o.recorder.saveUnmodified(ctx, old, p.FetchedAt)
		if err != nil {
			return crawl.Verdict{}, err
		}
		o.found.add(f)
		entry := o.pages.entryOf(p, document.Document{Type: f.Type, Confidence: f.Confidence})
		entry.DocumentID = f.ID
		return crawl.Verdict{Legal: true, Type: f.Type, Confidence: f.Confidence, Record: entry}, nil
	}
	pinnedType := o.reader.pinnedType(p)
	d, err := o.reader.read(ctx, p, old.LinkText)
	if err != nil { // the page is not a document; the crawl continues
		o.log.V(1).Info("failed to read page", "url", p.URL, "error", err.Error())
		o.recordNoDocument(p.URL, p.Anchor, crawl.SkipUnreadable, pinnedType)
		return crawl.Verdict{Reason: crawl.SkipUnreadable, Record: o.pages.entryOf(p, d)}, nil
	}
	entry := o.pages.entryOf(p, d)
	v := crawl.Verdict{Legal: d.Legal, Type: d.Type, Confidence: d.Confidence, SoftError: d.SoftError, Empty: d.WordCount < minTextWords, Record: entry}
	if d.Legal {
		v.Sketch = neardup.SketchText(d.Text)
	}
	switch {
	case d.SoftError:
		v.Reason = crawl.SkipSoftError
	case !d.Legal && pinnedType != "":
		v.Reason = crawl.SkipUnreadable
	case d.Legal && p.Probed && o.found.hasText(d.ContentHash, p.URL):
		// The site serves one page at several URLs; this is not another document.
		return crawl.Verdict{Sketch: v.Sketch, Reason: crawl.SkipDuplicate, Record: entry}, nil
	}
	if d.SoftError || !d.Legal {
		o.recordNoDocument(p.URL, p.Anchor, v.Reason, pinnedType)
		return v, nil
	}
	f, err := o.recorder.saveDocument(ctx, p, d)
	switch {
	case err != nil:
		return v, err
	case f.Change == Broken: // the page lost the text of its document
		v.Legal, v.Reason = false, f.Reason
		o.recordNoDocument(p.URL, p.Anchor, f.Reason, pinnedType)
		o.found.add(f)
		return v, nil
	case f.NotLegal:
		v.Legal = false
		return v, nil
	}
	v.Type, v.Confidence = f.Type, f.Confidence
	if entry != nil {
		entry.DocumentID, entry.Type, entry.Confidence = f.ID, f.Type, f.Confidence
	}
	o.events.document(f)
	// If the link promised another type, this page explains why that type is missing.
	o.coverage.recordMissing(p.URL, p.Anchor, crawl.SkipOtherType, "")
	o.found.add(f)
	return v, nil
}

// recordNoDocument records that a fetched page is not a document. linkText is the anchor text
// of its link. A known document at its URL is Broken, which is saved when the run ends.
func (o *observer) recordNoDocument(url, linkText string, reason crawl.SkipReason, pinnedType string) {
	if reason == "" {
		reason = crawl.SkipOtherType
	}
	o.coverage.recordMissing(url, linkText, reason, pinnedType)
	if reason == crawl.SkipSoftError {
		o.identity.recordSoftError(url)
	}
	if d, known := o.identity.knownAt(url); known && !d.NotLegal && d.State != store.DocumentRemoved {
		o.found.add(Found{Document: d, Change: Broken, Reason: reason})
	}
}

// Outcome implements crawl.Observer.
func (o *observer) Outcome(out crawl.Outcome) {
	o.pages.add(out)
	o.events.outcome(out)
	if out.Kind == crawl.OutcomeFailed {
		o.metrics.RecordFailure()
	}
	if out.Reason != "" {
		o.recordNoPage(out)
	}
}

// recordNoPage records that a URL has no page that can be used.
func (o *observer) recordNoPage(out crawl.Outcome) {
	o.identity.recordOutcome(out)
	pinnedType := o.reader.pinned[out.URL]
	_, known := o.identity.knownAt(out.URL)
	if out.Parent != "" || known || pinnedType != "" { // no link promises a document at any other URL, such as a probe
		o.coverage.recordMissing(out.URL, out.Anchor, out.Reason, pinnedType)
	}
}

// HostEvent implements crawl.Observer.
func (o *observer) HostEvent(e crawl.HostEvent) {
	o.metrics.RecordHostSlowdown(e.Reason)
	o.events.host(e)
}

// Progress implements crawl.Observer.
func (o *observer) Progress(p crawl.Progress) {
	o.progress.set(p)
	o.metrics.RecordSkips(skipCounts(p.Skipped))
	o.metrics.RecordDelayWait(p.DelayWait)
	if o.onProgress != nil {
		o.onProgress(p)
	}
}
