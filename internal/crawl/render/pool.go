package render

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Pool draws pages in a bounded number of browsers, which are started when they are
// needed. It is safe for concurrent use.
type Pool struct {
	cfg    Config
	path   string // of a local browser
	remote string // DevTools URL of another
	cache  *cache

	ctx      context.Context
	cancel   context.CancelFunc
	slots    chan struct{} // one for each page that is drawn
	wg       sync.WaitGroup
	rootOnce sync.Once

	mu       sync.Mutex
	idle     []*instance // the one that was used last is last
	closed   bool
	failures int       // starts in a row that failed
	until    time.Time // no start is tried before
}

// A browser that failed to start maxFailures times in a row is not tried again for
// a while: each try takes up to startTime of a page's.
const (
	maxFailures = 3
	restTime    = time.Minute
)

// New makes a Pool that ends with ctx. It starts nothing yet, but says ErrNoBrowser
// where there is nothing to start.
func New(ctx context.Context, cfg Config) (*Pool, error) {
	p := &Pool{cfg: cfg.withDefaults(), cache: newCache()}
	if isURL(cfg.Browser) {
		p.remote = cfg.Browser
	} else {
		var err error
		if p.path, err = find(cfg.Browser); err != nil {
			return nil, err
		}
	}
	p.slots = make(chan struct{}, p.cfg.MaxConcurrentPages)
	p.ctx, p.cancel = context.WithCancel(ctx)
	p.wg.Go(p.keepHouse)
	return p, nil
}

// Close ends the pages that are being drawn and the browsers, and waits for them.
func (p *Pool) Close() {
	p.cancel()
	p.wg.Wait()
}

// keepHouse ends browsers without work, and all of them at the end.
func (p *Pool) keepHouse() {
	tick := time.NewTicker(max(p.cfg.IdleTimeout/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-p.ctx.Done():
			p.mu.Lock()
			all := p.idle
			p.idle, p.closed = nil, true
			p.mu.Unlock()
			for _, in := range all {
				p.end(in, "the pool is closed")
			}
			return
		case now := <-tick.C:
			p.mu.Lock()
			var old []*instance
			for len(p.idle) > 0 && (now.Sub(p.idle[0].used) > p.cfg.IdleTimeout || p.idle[0].dead()) {
				old, p.idle = append(old, p.idle[0]), p.idle[1:]
			}
			p.mu.Unlock()
			for _, in := range old {
				p.end(in, "it has no work")
			}
		}
	}
}

func (p *Pool) end(in *instance, why string) {
	p.cfg.Observer.BrowsersChanged(-1)
	if err := in.close(); err != nil {
		p.cfg.Log.Error(err, "browser not ended")
		return
	}
	p.cfg.Log.V(1).Info("browser ended", "why", why, "pages", in.pages)
}

// Render draws one page. An error is always an *Error.
func (p *Pool) Render(ctx context.Context, req Request) (*RenderedPage, error) {
	begun := time.Now()
	page, err := p.render(ctx, req)
	p.cfg.Observer.PageEnded(outcome(page, err, time.Since(begun)))
	return page, err
}

func (p *Pool) render(ctx context.Context, req Request) (*RenderedPage, error) {
	if err := p.enter(); err != nil {
		return nil, &Error{Reason: Canceled, URL: req.URL, Err: err}
	}
	defer p.wg.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()

	wait := time.NewTimer(p.cfg.SlotTimeout)
	defer wait.Stop()
	select {
	case p.slots <- struct{}{}: // a free one is had however short the wait
	default:
		select {
		case p.slots <- struct{}{}:
		case <-wait.C:
			return nil, &Error{Reason: Busy, URL: req.URL, Err: fmt.Errorf("no slot was free within %v", p.cfg.SlotTimeout)}
		case <-ctx.Done():
			return nil, &Error{Reason: Canceled, URL: req.URL, Err: ctx.Err()}
		}
	}
	defer func() { <-p.slots }()
	in, err := p.take(ctx)
	if err != nil {
		reason := NoBrowser
		if ctx.Err() != nil {
			reason = Canceled
		}
		return nil, &Error{Reason: reason, URL: req.URL, Err: err}
	}
	page, err := p.draw(ctx, in, req)
	p.give(in)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// enter counts a page in, so that Close waits for it.
func (p *Pool) enter() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.ctx.Err() != nil {
		return errors.New("the pool is closed")
	}
	p.wg.Add(1)
	return nil
}

// take gives a browser that works: an idle one or a new one.
func (p *Pool) take(ctx context.Context) (*instance, error) {
	for {
		p.mu.Lock()
		if n := len(p.idle); n > 0 {
			in := p.idle[n-1]
			p.idle = p.idle[:n-1]
			p.mu.Unlock()
			if !in.dead() {
				return in, nil
			}
			p.end(in, "it died")
			continue
		}
		resting := p.failures >= maxFailures && time.Now().Before(p.until)
		p.mu.Unlock()
		if resting {
			return nil, fmt.Errorf("it failed to start %d times in a row and is not tried again for %v", maxFailures, restTime)
		}
		in, err := p.start(ctx)
		if ctx.Err() == nil {
			p.mu.Lock()
			if p.failures++; err == nil {
				p.failures = 0
			}
			p.until = time.Now().Add(restTime)
			p.mu.Unlock()
		}
		if err != nil {
			return nil, err
		}
		p.cfg.Observer.BrowsersChanged(1)
		p.cfg.Log.V(1).Info("browser started", "remote", p.remote != "")
		return in, nil
	}
}

// give takes a browser back, and ends it where it has done enough.
func (p *Pool) give(in *instance) {
	in.pages++
	in.used = time.Now()
	why := ""
	switch {
	case in.dead():
		why = "it died or hangs"
	case in.pages >= p.cfg.PagesPerBrowser:
		why = "it has drawn its pages"
	case in.memory() > p.cfg.MaxMemory/2:
		why = "it has grown"
	}
	p.mu.Lock()
	if why == "" && !p.closed && p.ctx.Err() == nil {
		p.idle = append(p.idle, in)
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	p.end(in, why)
}
