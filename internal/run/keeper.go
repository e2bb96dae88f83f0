package run

import (
	"context"
	"fmt"
	"sync"
	"time"
	"unicode"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/neardup"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// keeper is the crawl's Observer: it reads each page as a document and keeps it.
type keeper struct {
	store    store.Store // nil: nothing is kept
	runner   *Runner
	task     Task
	progress crawl.Progress
	metrics  *telemetry.RunMetrics // nil: nothing is counted

	pages  *pages
	looked candidates
	pinned map[string]string // addresses whose type the company gives

	mu    sync.Mutex
	run   store.Run
	found map[string]Found // by document URL
	known map[string]store.Document
	lost  map[string]int              // URLs that could not be had, with their status
	led   map[string]hop              // redirects of known documents' addresses, and those that follow
	why   map[string]crawl.SkipReason // of what is in known and led: why it was not fetched
	soft  map[string]bool             // URLs that showed an error in the place of a page

	cause   error  // why the crawl's context ended, if it did
	whole   uint64 // time of the journal's newest whole entry
	entries int    // entries after it
}

func newKeeper(r *Runner, t Task, rec store.Run) *keeper {
	k := &keeper{
		store: r.Store, runner: r, task: t, run: rec, pinned: map[string]string{},
		found: map[string]Found{}, known: map[string]store.Document{}, lost: map[string]int{}, led: map[string]hop{}, why: map[string]crawl.SkipReason{}, soft: map[string]bool{},
	}
	if r.Store != nil {
		k.pages = newPages(t.Company, rec.ID)
	}
	for _, s := range t.Plan.Seeds {
		if u, _, err := canonical.URL(nil, s.URL); err == nil && s.Pinned && s.Type != "" {
			k.pinned[u] = s.Type
		}
	}
	return k
}

// maxKnown bounds the documents of one company that a run remembers.
const maxKnown = 5000

// begin records the run and returns the company's known documents as seeds, so that
// each is fetched again whether or not a page still links to it.
func (k *keeper) begin(ctx context.Context, resumed bool) ([]crawl.Seed, error) {
	if k.store == nil {
		return nil, nil
	}
	if err := k.store.PutRun(ctx, k.run); err != nil {
		return nil, fmt.Errorf("begin run %s of %s: %w", k.run.ID, k.run.Company, err)
	}
	var seeds []crawl.Seed
	page := store.ListOptions{Limit: 500}
	for len(k.known) < maxKnown {
		docs, next, err := k.store.ListDocuments(ctx, k.task.Company, page)
		if err != nil {
			return nil, fmt.Errorf("begin run %s of %s: list its documents: %w", k.run.ID, k.run.Company, err)
		}
		for _, d := range docs {
			k.known[d.URL] = d
			if d.RemovedAt.IsZero() {
				seeds = append(seeds, crawl.Seed{URL: d.URL, Type: d.Type, Pinned: true})
			}
			if d.RunID == k.run.ID { // a run that is gone on with found it before it was cut off
				k.found[d.URL] = Found{Document: d, Change: recalled(d)}
			}
		}
		if next == "" {
			break
		}
		page.Continue = next
	}
	if !resumed {
		return seeds, nil
	}
	return seeds, k.recall(ctx)
}

// recalled is what this run had done to a document before it was cut off.
func recalled(d store.Document) string {
	switch {
	case d.LastFlapped.Equal(d.LastSeen):
		return Flapping
	case !d.LastChanged.Equal(d.LastSeen):
		return Unchanged
	case d.FirstSeen.Equal(d.LastSeen):
		return New
	default:
		return Changed
	}
}

// Validators implements crawl.Observer. Only documents are asked for
// conditionally: of any other page the links are needed, which a 304 lacks.
func (k *keeper) Validators(_ context.Context, url string) crawl.Validators {
	d, ok := k.known[url]
	if !ok || d.WordCount < leastOf(d.Type) { // it may be none, and is judged anew
		return crawl.Validators{}
	}
	return crawl.Validators{ETag: d.ETag, LastModified: d.LastModified}
}

// Outcome implements crawl.Observer.
func (k *keeper) Outcome(o crawl.Outcome) {
	k.pages.ended(o)
	if o.Kind == crawl.OutcomeFailed {
		k.metrics.RecordFailure()
	}
	if o.Reason == "" {
		return
	}
	k.mu.Lock()
	switch {
	case o.Kind == crawl.OutcomeFailed:
		k.lost[o.URL] = o.Status
	case o.Reason == crawl.SkipRedirect && k.follows(o.URL):
		k.led[o.URL] = hop{o.Location, o.Status}
	}
	if o.Reason != crawl.SkipRedirect && k.follows(o.URL) {
		k.why[o.URL] = o.Reason
	}
	k.mu.Unlock()
	k.blame(o.URL, o.Parent, o.Reason)
}

// blame notes that a URL brought no document, unless it is a guess.
func (k *keeper) blame(url, parent string, reason crawl.SkipReason) {
	if _, known := k.known[url]; parent != "" || known || k.pinned[url] != "" {
		k.looked.lost(url, "", reason, k.pinned[url])
	}
}

// Progress implements crawl.Observer.
func (k *keeper) Progress(p crawl.Progress) {
	k.mu.Lock()
	k.progress = p
	k.mu.Unlock()
	k.metrics.RecordSkips(countsOf(p.Skipped))
	if k.runner.Progress != nil {
		k.runner.Progress(p)
	}
}

// leastWords is what a page has if it is more than a menu and a notice.
const leastWords = 80

const (
	// leastPinned is how many words of its own a page has that is taken for the type that
	// the company gives it. A pin says what a page is, not that its text came: a shell and
	// its "please enable JavaScript" have fewer. It is half of what a page must have that
	// nobody pins.
	leastPinned = 20
	// leastImprint is the same of an imprint, which may be as short as a shell: a name, an
	// address and a telephone are a dozen words, in Chinese or Japanese two dozen signs. It
	// has leastFigures then, those of a street, a telephone or a register, and a shell hasn't.
	leastImprint = 8
	leastFigures = 6
)

// leastOf is how many words a pinned document of a type has.
func leastOf(docType string) int {
	if docType == doctype.Imprint {
		return leastImprint
	}
	return leastPinned
}

// enough says that a page has the text of a document of the type that it is pinned as.
func enough(d *document.Document, pinned string) bool {
	if d.Legal || d.UniqueWords >= leastPinned {
		return true
	}
	figures := 0
	for _, c := range d.Text {
		if unicode.IsDigit(c) {
			figures++
		}
	}
	return d.UniqueWords >= leastOf(pinned) && figures >= leastFigures
}

// Page implements crawl.Observer.
func (k *keeper) Page(ctx context.Context, p *crawl.Page) (crawl.Verdict, error) {
	k.metrics.RecordPage(len(p.Body))
	if p.NotModified {
		return k.unmodified(ctx, p)
	}
	anchor := p.Anchor
	if anchor == "" { // a known document is a seed; it is read as it was when it was found
		anchor = k.known[p.URL].LinkText
	}
	d, err := document.Read(document.Input{
		Body: p.Body, ContentType: p.Header.Get("Content-Type"), URL: p.URL, Anchor: anchor,
		Language: p.Header.Get("Content-Language"), Now: p.FetchedAt, PDF: k.readPDF(ctx),
	})
	if err != nil {
		// A page that can't be read is no document; the crawl goes on.
		k.runner.Log.V(1).Info("page not read", "url", p.URL, "error", err.Error())
		k.instead(p.URL, p.Anchor, crawl.SkipUnreadable, k.pinnedType(p))
		return crawl.Verdict{Reason: crawl.SkipUnreadable, Record: k.pages.record(p, d)}, nil
	}
	pinned := k.pinnedType(p)
	if pinned != "" && !d.SoftError && enough(&d, pinned) {
		d.Legal, d.Type, d.Confidence = true, pinned, 1 // whoever pins a page knows it
	}
	v := crawl.Verdict{Legal: d.Legal, Type: d.Type, Confidence: d.Confidence, SoftError: d.SoftError, Empty: d.WordCount < leastWords}
	if d.Legal {
		v.Sketch = neardup.SketchText(d.Text)
	}
	rec := k.pages.record(p, d)
	v.Record = rec
	switch {
	case d.SoftError:
		v.Reason = crawl.SkipSoftError
	case !d.Legal && pinned != "":
		v.Reason = crawl.SkipUnreadable
	case !d.Legal:
	case k.echo(p, d):
		return crawl.Verdict{Sketch: v.Sketch, Reason: crawl.SkipDuplicate, Record: v.Record}, nil
	}
	if d.SoftError || !d.Legal {
		k.instead(p.URL, p.Anchor, v.Reason, pinned)
		return v, nil
	}
	f, err := k.keep(ctx, p, d)
	if err != nil {
		return v, err
	}
	if rec != nil {
		rec.DocumentID = f.ID
	}
	k.looked.lost(p.URL, p.Anchor, crawl.SkipOtherType, "") // counts only if the type it promised stays missing
	k.mu.Lock()
	defer k.mu.Unlock()
	k.found[f.URL] = f
	return v, nil
}

// echo says that a page was guessed and has the very text of a document that was found:
// the site answers more addresses than it has pages, and this is no further document.
func (k *keeper) echo(p *crawl.Page, d document.Document) bool {
	if !p.Probed {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for url, f := range k.found {
		if url != p.URL && f.ContentHash == d.ContentHash && f.Change != Broken && f.Change != Gone {
			return true
		}
	}
	return false
}

// readPDF is the runner's reader of PDFs, within the crawl's context.
func (k *keeper) readPDF(ctx context.Context) func([]byte) (string, error) {
	if k.runner.PDF == nil {
		return nil
	}
	return func(b []byte) (string, error) { return k.runner.PDF(ctx, b) }
}

// instead notes what came from a URL where a document might have been; text is its
// link's, and pinned the type that the company gives it, if any.
func (k *keeper) instead(url, text string, reason crawl.SkipReason, pinned string) {
	if reason == "" {
		reason = crawl.SkipOtherType
	}
	k.looked.lost(url, text, reason, pinned)
	k.mu.Lock()
	defer k.mu.Unlock()
	if reason == crawl.SkipSoftError {
		k.soft[url] = true
	}
	// A known document's page that shows something else in its place is an incident:
	// what is kept of it stays as it is.
	if d, known := k.known[url]; known && d.RemovedAt.IsZero() {
		k.found[d.URL] = Found{Document: d, Change: Broken, Reason: reason}
	}
}

// pinnedType is the type that the company gives a page, or one that redirected to it.
func (k *keeper) pinnedType(p *crawl.Page) string {
	if t := k.pinned[p.URL]; t != "" {
		return t
	}
	for _, from := range p.Redirects {
		if t := k.pinned[from.URL]; t != "" {
			return t
		}
	}
	return ""
}

// unmodified handles a 304: the document is as it was.
func (k *keeper) unmodified(ctx context.Context, p *crawl.Page) (crawl.Verdict, error) {
	d := k.known[p.URL]
	d.LastSeen, d.RemovedAt, d.RunID = p.FetchedAt, time.Time{}, k.run.ID
	if err := k.store.PutDocument(ctx, k.run.Fence, d); err != nil {
		return crawl.Verdict{}, fmt.Errorf("keep %s as unmodified: %w", p.URL, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.found[d.URL] = Found{Document: d, Change: Unchanged}
	rec := k.pages.record(p, document.Document{Type: d.Type, Confidence: d.Confidence})
	rec.DocumentID = d.ID
	return crawl.Verdict{Legal: true, Type: d.Type, Confidence: d.Confidence, Record: rec}, nil
}
