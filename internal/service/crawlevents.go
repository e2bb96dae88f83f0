package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// CrawlEventKind is the kind of a CrawlEvent.
type CrawlEventKind string

// The kinds of events.
const (
	CrawlEventLogged CrawlEventKind = "event" // an event of the stored log
	CrawlEventState  CrawlEventKind = "crawl" // the crawl has other counts or another state
	CrawlEventReset  CrawlEventKind = "reset" // the log does not continue where the caller left it; it follows from its start
	CrawlEventEnd    CrawlEventKind = "end"   // the crawl has ended; no event follows
)

// CrawlEvent is what a caller that follows a crawl receives.
type CrawlEvent struct {
	Kind CrawlEventKind
	// Logged is the event of the log.
	Logged *store.RunEvent
	// Crawl is the crawl, for the other kinds.
	Crawl *Crawl
}

// CrawlEvents are the events of a crawl after a sequence number.
type CrawlEvents struct {
	crawls *Crawls
	crawl  *Crawl
	after  int64
	reset  bool
	shown  string
	// final reports whether the last event that was sent is the change to the last state.
	final bool
	// ended reports whether the crawl had ended at an earlier update.
	ended bool
	// refreshed is the interval at which the counts of the crawl are read.
	refreshed time.Duration
}

// crawlRefresh is the default of CrawlEvents.refreshed. A worker stores the counts every 2 s.
const crawlRefresh = 3 * time.Second

// lastEventDelay is how long after the end of a crawl its last event can be missing: the record of
// the run is stored first.
const lastEventDelay = 10 * time.Second

// Events returns the events of a crawl whose sequence number is greater than after.
func (s *Crawls) Events(ctx context.Context, caller Caller, id string, after int64) (*CrawlEvents, error) {
	c, err := s.Get(ctx, caller, id)
	if err != nil {
		return nil, err
	}
	e := &CrawlEvents{crawls: s, crawl: c, after: max(after, 0), refreshed: crawlRefresh}
	if after <= 0 {
		return e, nil
	}
	// The log continues if it has the event that the caller saw last, or the one after it.
	next, err := s.Store.ListRunEvents(ctx, id, after-1, 1)
	if err != nil {
		return nil, fmt.Errorf("read the events of run %s: %w", id, err)
	}
	if len(next) == 0 || next[0].Sequence > after+1 {
		e.after, e.reset = 0, true
	}
	return e, nil
}

// errNotSent means that the receiver of events has ended.
var errNotSent = errors.New("the receiver has ended")

// Follow sends all events, until the crawl has ended, ctx ends, or send returns false.
func (e *CrawlEvents) Follow(ctx context.Context, send func(CrawlEvent) bool) error {
	if err := e.follow(ctx, send); ctx.Err() == nil && !errors.Is(err, errNotSent) {
		return err
	}
	return nil
}

func (e *CrawlEvents) follow(ctx context.Context, send func(CrawlEvent) bool) error {
	if e.reset && !send(CrawlEvent{Kind: CrawlEventReset, Crawl: e.crawl}) {
		return errNotSent
	}
	watch, err := e.crawls.Store.WatchRunEvents(ctx, e.crawl.Run.ID, e.after)
	if err != nil {
		return fmt.Errorf("watch the events of run %s: %w", e.crawl.Run.ID, err)
	}
	defer watch.Stop()
	refresh := time.NewTicker(e.refreshed)
	defer refresh.Stop()
	for {
		if ended, err := e.update(ctx, send); ended || err != nil {
			return err
		}
		for changed := false; !changed; {
			select {
			case event, ok := <-watch.Events():
				if !ok {
					return watch.Err()
				}
				if err := e.log(event, send); err != nil {
					return err
				}
				changed = event.Type == store.RunStateChanged
			case <-refresh.C:
				changed = true
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

// log sends an event of the log.
func (e *CrawlEvents) log(event store.RunEvent, send func(CrawlEvent) bool) error {
	e.after = event.Sequence
	e.final = event.Type == store.RunStateChanged && (event.Reason == string(store.RunComplete) || event.Reason == string(store.RunFailed))
	if !send(CrawlEvent{Kind: CrawlEventLogged, Logged: &event}) {
		return errNotSent
	}
	return nil
}

// update reads the crawl, and sends it if it has changed. If the crawl has ended, update sends
// what remains in the log, and the end.
func (e *CrawlEvents) update(ctx context.Context, send func(CrawlEvent) bool) (ended bool, err error) {
	c, gone, err := e.crawls.refresh(ctx, e.crawl)
	if err != nil {
		return false, err
	}
	e.crawl = c
	if gone || c.Ended() {
		if err := e.drain(ctx, send); err != nil {
			return true, err
		}
		old := e.crawls.Guard.Now().Sub(c.Run.FinishedAt) > lastEventDelay
		if gone || e.final || e.ended || old {
			send(CrawlEvent{Kind: CrawlEventEnd, Crawl: c})
			return true, nil
		}
		e.ended = true
		return false, nil
	}
	reason, message := c.Reason()
	shown := fmt.Sprint(c.State(), reason, message, c.Run.Progress, c.Run.Documents, c.Run.WaitingForHost, c.Run.Attempts)
	if shown == e.shown {
		return false, nil
	}
	e.shown = shown
	if !send(CrawlEvent{Kind: CrawlEventState, Crawl: c}) {
		return false, errNotSent
	}
	return false, nil
}

// drain sends the events of the log that the watch has not delivered yet.
func (e *CrawlEvents) drain(ctx context.Context, send func(CrawlEvent) bool) error {
	for {
		events, err := e.crawls.Store.ListRunEvents(ctx, e.crawl.Run.ID, e.after, store.MaxLimit)
		if err != nil {
			return fmt.Errorf("read the events of run %s: %w", e.crawl.Run.ID, err)
		}
		for _, event := range events {
			if err := e.log(event, send); err != nil {
				return err
			}
		}
		if len(events) < store.MaxLimit {
			return nil
		}
	}
}

// refresh reads a crawl again. It reports whether nothing is left of it.
func (s *Crawls) refresh(ctx context.Context, c *Crawl) (current *Crawl, gone bool, err error) {
	run, err := s.Store.GetRun(ctx, c.Run.ID)
	recorded := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return c, false, fmt.Errorf("read run %s: %w", c.Run.ID, err)
	}
	if !recorded {
		run = c.Run
	}
	job, err := s.jobOf(ctx, s.Resources.Cache, run.CrawlJob)
	if err == nil && job == nil { // the cache may not have it yet
		job, err = s.jobOf(ctx, s.Resources.Client, run.CrawlJob)
	}
	switch {
	case err != nil:
		return c, false, err
	case recorded:
		return &Crawl{run, job, true}, false, nil
	case job == nil:
		return c, true, nil
	}
	return crawlOfJob(job), false, nil
}
