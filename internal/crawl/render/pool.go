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
	cache  *scriptCache

	ctx      context.Context
	cancel   context.CancelFunc
	slots    chan struct{} // one for each page that is drawn
	wg       sync.WaitGroup
	rootOnce sync.Once

	mu       sync.Mutex
	idle     []*instance // the one that was used last is last
	closed   bool
	failures int       // starts in a row that failed
	retryAt  time.Time // no start is tried before
}

// A browser that failed to start maxStartFailures times in a row is not tried again for
// a while: each try takes up to startTimeout of a page's.
const (
	maxStartFailures = 3
	startRetryDelay  = time.Minute
)

// New makes a Pool that ends with ctx. It starts nothing yet, but says ErrNoBrowser
// where there is nothing to start.
func New(ctx context.Context, cfg Config) (*Pool, error) {
	p := &Pool{cfg: cfg.withDefaults(), cache: newCache()}
	if isURL(cfg.Browser) {
		p.remote = cfg.Browser
	} else {
		var err error
		if p.path, err = findBrowser(cfg.Browser); err != nil {
			return nil, err
		}
	}
	p.slots = make(chan struct{}, p.cfg.MaxConcurrentPages)
	p.ctx, p.cancel = context.WithCancel(ctx)
	p.wg.Go(p.closeIdleBrowsers)
	return p, nil
}

// Close ends the pages that are being drawn and the browsers, and waits for them.
func (p *Pool) Close() {
	p.cancel()
	p.wg.Wait()
}

// closeIdleBrowsers ends browsers without work, and all of them at the end.
func (p *Pool) closeIdleBrowsers() {
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
				p.closeBrowser(in, "the pool is closed")
			}
			return
		case now := <-tick.C:
			p.mu.Lock()
			var old []*instance
			for len(p.idle) > 0 && (now.Sub(p.idle[0].lastUsed) > p.cfg.IdleTimeout || p.idle[0].isDead()) {
				old, p.idle = append(old, p.idle[0]), p.idle[1:]
			}
			p.mu.Unlock()
			for _, in := range old {
				p.closeBrowser(in, "it has no work")
			}
		}
	}
}

func (p *Pool) closeBrowser(in *instance, why string) {
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
	p.cfg.Observer.PageEnded(newOutcome(page, err, time.Since(begun)))
	return page, err
}

func (p *Pool) render(ctx context.Context, req Request) (*RenderedPage, error) {
	if err := p.register(); err != nil {
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
	in, err := p.acquireBrowser(ctx)
	if err != nil {
		reason := NoBrowser
		if ctx.Err() != nil {
			reason = Canceled
		}
		return nil, &Error{Reason: reason, URL: req.URL, Err: err}
	}
	page, err := p.renderPage(ctx, in, req)
	p.releaseBrowser(in)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// register counts a page in, so that Close waits for it.
func (p *Pool) register() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.ctx.Err() != nil {
		return errors.New("the pool is closed")
	}
	p.wg.Add(1)
	return nil
}

// acquireBrowser gives a browser that works: an idle one or a new one.
func (p *Pool) acquireBrowser(ctx context.Context) (*instance, error) {
	for {
		p.mu.Lock()
		if n := len(p.idle); n > 0 {
			in := p.idle[n-1]
			p.idle = p.idle[:n-1]
			p.mu.Unlock()
			if !in.isDead() {
				return in, nil
			}
			p.closeBrowser(in, "it died")
			continue
		}
		resting := p.failures >= maxStartFailures && time.Now().Before(p.retryAt)
		p.mu.Unlock()
		if resting {
			return nil, fmt.Errorf("it failed to start %d times in a row and is not tried again for %v", maxStartFailures, startRetryDelay)
		}
		in, err := p.startBrowser(ctx)
		if ctx.Err() == nil {
			p.mu.Lock()
			if p.failures++; err == nil {
				p.failures = 0
			}
			p.retryAt = time.Now().Add(startRetryDelay)
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

// releaseBrowser takes a browser back, and ends it where it has done enough.
func (p *Pool) releaseBrowser(in *instance) {
	in.pages++
	in.lastUsed = time.Now()
	why := ""
	switch {
	case in.isDead():
		why = "it died or hangs"
	case in.pages >= p.cfg.PagesPerBrowser:
		why = "it has drawn its pages"
	case in.memoryUsage() > p.cfg.MaxMemory/2:
		why = "it has grown"
	}
	p.mu.Lock()
	if why == "" && !p.closed && p.ctx.Err() == nil {
		p.idle = append(p.idle, in)
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	p.closeBrowser(in, why)
}
