package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// keeper is the crawl's Handler: it reads each page as a document and keeps it.
type keeper struct {
	store    store.Store // nil: nothing is kept
	runner   *Runner
	task     Task
	progress crawl.Progress
	metrics  *telemetry.RunMetrics // nil: nothing is counted

	mu    sync.Mutex
	run   store.Run
	found map[string]Found // by document URL
	known map[string]store.Document
	lost  map[string]int // URLs that could not be had, with their status

	whole   uint64 // time of the journal's newest whole entry
	entries int    // entries after it
	most    int    // most entries there were
}

func newKeeper(r *Runner, t Task, rec store.Run) *keeper {
	return &keeper{
		store: r.Store, runner: r, task: t, run: rec,
		found: map[string]Found{}, known: map[string]store.Document{}, lost: map[string]int{},
	}
}

// maxKnown bounds the documents of one company that a run remembers.
const maxKnown = 5000

// begin records the run and makes the company's known documents seeds, so that
// each is looked at again whether or not it is still linked.
func (k *keeper) begin(ctx context.Context, p *crawl.Plan) error {
	if k.store == nil {
		return nil
	}
	if err := k.store.PutRun(ctx, k.run); err != nil {
		return fmt.Errorf("begin run %s of %s: %w", k.run.ID, k.run.Company, err)
	}
	page := store.Page{Limit: 500}
	for len(k.known) < maxKnown {
		docs, next, err := k.store.ListDocuments(ctx, k.task.Company, page)
		if err != nil {
			return fmt.Errorf("begin run %s of %s: list its documents: %w", k.run.ID, k.run.Company, err)
		}
		for _, d := range docs {
			k.known[d.URL] = d
			if d.LastGone.IsZero() {
				p.Seeds = append(p.Seeds, crawl.Seed{URL: d.URL, Type: d.Type, Pinned: true})
			}
			if d.RunID == k.run.ID { // a run that is gone on with found it before it was cut off
				k.found[d.URL] = Found{Document: d, Change: recalled(d)}
			}
		}
		if next == "" {
			return nil
		}
		page.Continue = next
	}
	return nil
}

// recalled is what this run had done to a document before it was cut off.
func recalled(d store.Document) string {
	switch {
	case !d.LastChanged.Equal(d.LastSeen):
		return Unchanged
	case d.FirstSeen.Equal(d.LastSeen):
		return New
	default:
		return Changed
	}
}

// Validators implements crawl.Handler. Only documents are asked for
// conditionally: of any other page the links are needed, which a 304 lacks.
func (k *keeper) Validators(_ context.Context, url string) crawl.Validators {
	d, ok := k.known[url]
	if !ok {
		return crawl.Validators{}
	}
	return crawl.Validators{ETag: d.ETag, LastModified: d.LastModified}
}

// Lost implements crawl.Loser.
func (k *keeper) Lost(url string, status int, _ string) {
	k.metrics.Failed()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lost[url] = status
}

// Progress implements crawl.Watcher.
func (k *keeper) Progress(p crawl.Progress) {
	k.progress = p
	k.metrics.Skipped(p.Skipped)
	if k.runner.Progress != nil {
		k.runner.Progress(p)
	}
}

// Page implements crawl.Handler.
func (k *keeper) Page(ctx context.Context, p *crawl.Page) (crawl.Verdict, error) {
	k.metrics.Page(len(p.Body))
	if p.NotModified {
		return k.unmodified(ctx, p)
	}
	d, err := document.Read(document.Input{
		Body: p.Body, ContentType: p.Header.Get("Content-Type"), URL: p.URL, Anchor: p.Anchor,
		Language: p.Header.Get("Content-Language"), Now: p.FetchedAt, PDF: k.readPDF(ctx),
	})
	if err != nil {
		// A page that can't be read is no document; the crawl goes on.
		k.runner.Log.V(1).Info("page not read", "url", p.URL, "error", err.Error())
		return crawl.Verdict{}, nil
	}
	v := crawl.Verdict{Legal: d.Legal, Type: d.Type, Confidence: d.Confidence, SoftError: d.SoftError}
	if !d.Legal || d.SoftError {
		return v, nil
	}
	f, err := k.keep(ctx, p, d)
	if err != nil {
		return v, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.found[f.URL] = f
	return v, nil
}

// readPDF is the runner's reader of PDFs, within the crawl's context.
func (k *keeper) readPDF(ctx context.Context) func([]byte) (string, error) {
	if k.runner.PDF == nil {
		return nil
	}
	return func(b []byte) (string, error) { return k.runner.PDF(ctx, b) }
}

// unmodified handles a 304: the document is as it was.
func (k *keeper) unmodified(ctx context.Context, p *crawl.Page) (crawl.Verdict, error) {
	d := k.known[p.URL]
	d.LastSeen, d.LastGone, d.RunID = p.FetchedAt, time.Time{}, k.run.ID
	if err := k.store.PutDocument(ctx, k.run.Fence, d); err != nil {
		return crawl.Verdict{}, fmt.Errorf("keep %s as unmodified: %w", p.URL, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.found[d.URL] = Found{Document: d, Change: Unchanged}
	return crawl.Verdict{Legal: true, Type: d.Type, Confidence: d.Confidence}, nil
}

// finish marks what is gone and records the run's end.
func (k *keeper) finish(ctx context.Context, res crawl.Result, runErr error) error {
	k.run.StopReason, k.run.Message = string(res.Reason), res.Message
	k.run.Progress = progressOf(res.Progress)
	k.run.Completed = time.Now().UTC()
	switch {
	case runErr != nil || res.Reason.Failed():
		k.run.State = store.RunFailed
	case res.Reason == crawl.Stopped:
		k.run.State = store.RunStopped
	default:
		k.run.State = store.RunComplete
	}
	if runErr != nil {
		k.run.Message = firstLine(runErr.Error())
	}
	if k.run.State == store.RunComplete && k.store != nil {
		if err := k.markGone(ctx); err != nil {
			return err
		}
	}
	for _, f := range k.found {
		count(&k.run.Documents, f.Change)
	}
	if k.store == nil {
		return nil
	}
	if err := k.store.PutRun(ctx, k.run); err != nil {
		return fmt.Errorf("end run %s: %w", k.run.ID, err)
	}
	if k.run.State == store.RunStopped {
		return nil
	}
	return k.dropJournal(ctx)
}

// markGone records the known documents whose address answers 404 or 410.
func (k *keeper) markGone(ctx context.Context) error {
	for url, status := range k.lost {
		d, ok := k.known[url]
		if _, here := k.found[url]; !ok || here || status != 404 && status != 410 {
			continue
		}
		d.LastGone, d.RunID = time.Now().UTC(), k.run.ID
		if err := k.store.PutDocument(ctx, k.run.Fence, d); err != nil {
			return fmt.Errorf("mark %s as gone: %w", url, err)
		}
		k.found[url] = Found{Document: d, Change: Gone}
	}
	return nil
}

func count(c *store.DocumentCounts, change string) {
	switch change {
	case New:
		c.New++
	case Changed:
		c.Changed++
	case Gone:
		c.Gone++
	default:
		c.Unchanged++
	}
}

func progressOf(p crawl.Progress) store.Progress {
	s := store.Progress{Fetched: int64(p.Fetched), Queued: int64(p.Queued), Failed: int64(p.Failed), Skipped: map[string]int64{}}
	for r, n := range p.Skipped {
		s.Skipped[r] = int64(n)
	}
	return s
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// isNone says that a look-up found nothing.
func isNone(err error) bool { return errors.Is(err, store.ErrNotFound) }
