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

// CrawlEvent is what a caller that follows a crawl receives. It is shared by all callers that
// follow the crawl: they must not change it.
type CrawlEvent struct {
	Kind CrawlEventKind
	// Logged is the event of the log.
	Logged *store.RunEvent
	// Crawl is the crawl, for the other kinds.
	Crawl *Crawl
}

// CrawlEvents are the events of a crawl after a sequence number.
type CrawlEvents struct {
	hub      *crawlHub
	shared   *sharedCrawl
	notified chan struct{} // has a buffer of one, so that a notification is not lost
	after    int64
	reset    bool
	version  int // that of the last crawl that was sent
}

// Events returns the events of a crawl whose sequence number is greater than after. The caller
// must call Follow once.
func (s *Crawls) Events(ctx context.Context, caller Caller, id string, after int64) (*CrawlEvents, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, err
	}
	e := &CrawlEvents{hub: &s.hub, notified: make(chan struct{}, 1), after: max(after, 0)}
	s.hub.join(ctx, s, id, e)
	if err := e.begin(ctx, s); err != nil {
		s.hub.leave(e)
		return nil, err
	}
	return e, nil
}

// Snapshot returns a crawl and its whole log. It reads the store only if no caller of the process
// follows the crawl. The result is shared: the caller must not change it.
func (s *Crawls) Snapshot(ctx context.Context, caller Caller, id string) (*Crawl, []store.RunEvent, error) {
	e, err := s.Events(ctx, caller, id, 0)
	if err != nil {
		return nil, nil, err
	}
	defer s.hub.leave(e)
	p := e.shared.after(0)
	return p.crawl, p.events, nil
}

// begin waits until the recorded log is read, and determines whether it continues after the event
// that the caller saw last.
func (e *CrawlEvents) begin(ctx context.Context, s *Crawls) error {
	select {
	case <-e.shared.loaded:
	case <-ctx.Done():
		return ctx.Err()
	}
	progress := e.shared.after(0)
	if progress.crawl == nil {
		return progress.err
	}
	if e.after <= progress.last {
		return nil
	}
	// The log is shorter, or another process has read an event that this one has not.
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	next, err := s.Store.ListRunEvents(ctx, e.shared.id, e.after-1, 1)
	if err != nil {
		return fmt.Errorf("read the events of run %s: %w", e.shared.id, err)
	}
	if len(next) == 0 {
		e.after, e.reset = 0, true
	}
	return nil
}

// errNotSent means that the receiver of events has ended.
var errNotSent = errors.New("the receiver has ended")

// Follow sends all events, until the crawl has ended, ctx ends, or send returns false.
func (e *CrawlEvents) Follow(ctx context.Context, send func(CrawlEvent) bool) error {
	defer e.hub.leave(e)
	if err := e.follow(ctx, send); ctx.Err() == nil && !errors.Is(err, errNotSent) {
		return err
	}
	return nil
}

func (e *CrawlEvents) follow(ctx context.Context, send func(CrawlEvent) bool) error {
	for {
		p := e.shared.after(e.after)
		if err := e.send(p, send); err != nil {
			return err
		}
		switch {
		case p.ended:
			send(CrawlEvent{Kind: CrawlEventEnd, Crawl: p.crawl})
			return nil
		case p.err != nil:
			return p.err
		case p.stopped:
			return nil
		}
		select {
		case <-e.notified:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// send sends the crawl, if it has changed and not ended, and the events that follow in the log.
func (e *CrawlEvents) send(p crawlProgress, send func(CrawlEvent) bool) error {
	if e.reset && !send(CrawlEvent{Kind: CrawlEventReset, Crawl: p.crawl}) {
		return errNotSent
	}
	e.reset = false
	if p.version > e.version && !p.crawl.Ended() && !p.ended {
		if !send(CrawlEvent{Kind: CrawlEventState, Crawl: p.crawl}) {
			return errNotSent
		}
	}
	e.version = p.version
	for i := range p.events {
		if !send(CrawlEvent{Kind: CrawlEventLogged, Logged: &p.events[i]}) {
			return errNotSent
		}
		e.after = p.events[i].Sequence
	}
	return nil
}

// refresh reads a crawl again. It reports whether nothing is left of it.
func (s *Crawls) refresh(ctx context.Context, c *Crawl) (current *Crawl, gone bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
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

// crawlRefresh is the default interval at which the counts of a crawl that is followed are read. A
// worker stores them every 2 s.
const crawlRefresh = 3 * time.Second

// lastEventDelay is how long after the end of a crawl its last event can be missing: the record of
// the run is stored first.
const lastEventDelay = 10 * time.Second
