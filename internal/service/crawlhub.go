package service

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// crawlHub lets all callers of the process that follow a crawl share one watch of its log and one
// refresh of its counts. The watch runs while the crawl has followers. The zero hub is ready to
// use.
type crawlHub struct {
	// refreshed is the interval at which the counts are read. 0: crawlRefresh.
	refreshed time.Duration

	mu     sync.Mutex
	crawls map[string]*sharedCrawl // by run
}

// join adds a follower of a crawl.
func (h *crawlHub) join(ctx context.Context, s *Crawls, id string, e *CrawlEvents) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.crawls[id]
	if c == nil || !c.add(e) {
		if h.crawls == nil {
			h.crawls = map[string]*sharedCrawl{}
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		c = &sharedCrawl{
			id: id, crawls: s, refreshed: cmp.Or(h.refreshed, crawlRefresh), cancel: cancel, done: make(chan struct{}), loaded: make(chan struct{}),
			followers: map[*CrawlEvents]bool{e: true},
		}
		h.crawls[id] = c
		go c.run(ctx)
	}
	e.shared = c
}

// leave removes a follower. The last one ends the watch and waits for its end.
func (h *crawlHub) leave(e *CrawlEvents) {
	h.mu.Lock()
	last := e.shared.remove(e)
	if last && h.crawls[e.shared.id] == e.shared {
		delete(h.crawls, e.shared.id)
	}
	h.mu.Unlock()
	if last {
		e.shared.cancel()
		<-e.shared.done
	}
}

// sharedCrawl is a crawl that callers follow, with its whole log, whose length the store bounds.
type sharedCrawl struct {
	id        string
	crawls    *Crawls
	refreshed time.Duration
	cancel    context.CancelFunc
	done      chan struct{}
	loaded    chan struct{} // closed once the crawl and its log were read, or could not be

	// final reports whether the last event of the log is the change to the last state, and over
	// whether the crawl had ended at an earlier update. Only run uses them.
	final, over bool
	shown       string

	mu        sync.Mutex
	followers map[*CrawlEvents]bool
	progress  crawlProgress
}

// crawlProgress is what has happened in a crawl.
type crawlProgress struct {
	crawl   *Crawl // nil: it could not be read
	version int    // counts the different states and counts of crawl, from 1
	events  []store.RunEvent
	last    int64 // the sequence of the last event
	// ended: the crawl has ended, and its log is complete. stopped: nothing follows.
	ended, stopped bool
	err            error
}

// run reads the crawl, and follows it until it or ctx ends.
func (c *sharedCrawl) run(ctx context.Context) {
	defer close(c.done)
	ended, err := c.load(ctx)
	close(c.loaded)
	if err == nil && !ended {
		err = c.follow(ctx)
	}
	c.change(func(p *crawlProgress) { p.stopped, p.err = true, err })
}

// load reads the crawl and its log. It reports whether the crawl has ended.
func (c *sharedCrawl) load(ctx context.Context) (ended bool, err error) {
	limited, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	crawl, err := c.crawls.find(limited, c.id)
	if err == nil {
		err = c.drain(ctx)
	}
	if err == nil {
		ended, err = c.update(ctx, crawl, false)
	}
	if err != nil {
		c.change(func(p *crawlProgress) { p.err = err })
	}
	return ended, err
}

func (c *sharedCrawl) follow(ctx context.Context) error {
	watch, err := c.crawls.Store.WatchRunEvents(ctx, c.id, c.progress.last)
	if err != nil {
		return fmt.Errorf("watch the events of run %s: %w", c.id, err)
	}
	defer watch.Stop()
	refresh := time.NewTicker(c.refreshed)
	defer refresh.Stop()
	for {
		for changed := false; !changed; {
			select {
			case event, ok := <-watch.Events():
				if !ok {
					return watch.Err()
				}
				c.log(event)
				changed = event.Type == store.RunStateChanged
			case <-refresh.C:
				changed = true
			case <-ctx.Done():
				return nil
			}
		}
		crawl, gone, err := c.crawls.refresh(ctx, c.progress.crawl)
		if err != nil {
			return err
		}
		if ended, err := c.update(ctx, crawl, gone); ended || err != nil {
			return err
		}
	}
}

// update records the crawl as it is now. If it has ended, or nothing is left of it, update reads
// what remains of its log.
func (c *sharedCrawl) update(ctx context.Context, crawl *Crawl, gone bool) (ended bool, err error) {
	if gone || crawl.Ended() {
		if err := c.drain(ctx); err != nil {
			return true, err
		}
		old := c.crawls.Guard.Now().Sub(crawl.Run.FinishedAt) > lastEventDelay
		ended = gone || c.over || c.final || old
		c.over = true
	}
	reason, message := crawl.Reason()
	shown := fmt.Sprint(crawl.State(), reason, message, crawl.Run.Progress, crawl.Run.Documents, crawl.Run.WaitingForHost, crawl.Run.Attempts)
	if shown != c.shown || ended {
		c.shown = shown
		c.change(func(p *crawlProgress) { p.crawl, p.version, p.ended = crawl, p.version+1, ended })
	}
	return ended, nil
}

// drain reads the events of the log that the watch has not delivered yet.
func (c *sharedCrawl) drain(ctx context.Context) error {
	for {
		limited, cancel := context.WithTimeout(ctx, readTimeout)
		events, err := c.crawls.Store.ListRunEvents(limited, c.id, c.progress.last, store.MaxLimit)
		cancel()
		if err != nil {
			return fmt.Errorf("read the events of run %s: %w", c.id, err)
		}
		c.log(events...)
		if len(events) < store.MaxLimit {
			return nil
		}
	}
}

// log adds events to the log, except those that it has.
func (c *sharedCrawl) log(events ...store.RunEvent) {
	c.change(func(p *crawlProgress) {
		for _, e := range events {
			if e.Sequence <= p.last {
				continue
			}
			p.events, p.last = append(p.events, e), e.Sequence
			c.final = e.Type == store.RunStateChanged && (e.Reason == string(store.RunComplete) || e.Reason == string(store.RunFailed))
		}
	})
}

// change changes the progress, which only run does, and wakes the followers up.
func (c *sharedCrawl) change(do func(*crawlProgress)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do(&c.progress)
	for e := range c.followers {
		select {
		case e.notified <- struct{}{}:
		default: // it has a notification already
		}
	}
}

// after returns the progress with the events after a sequence. The events are shared.
func (c *sharedCrawl) after(sequence int64) crawlProgress {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.progress
	from := len(p.events)
	for from > 0 && p.events[from-1].Sequence > sequence {
		from--
	}
	p.events = p.events[from:len(p.events):len(p.events)]
	return p
}

// add adds a follower, unless the watch has failed.
func (c *sharedCrawl) add(e *CrawlEvents) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.progress.stopped && !c.progress.ended {
		return false
	}
	c.followers[e] = true
	return true
}

// remove removes a follower and reports whether it was the last one.
func (c *sharedCrawl) remove(e *CrawlEvents) (last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.followers, e)
	return len(c.followers) == 0
}
