package render

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Pool renders pages in a bounded number of browsers, which it starts on demand. It is safe
// for concurrent use.
type Pool struct {
	cfg    Config
	path   string // of the local browser
	remote string // DevTools URL of the remote browser; empty: local
	cache  *scriptCache

	ctx      context.Context
	cancel   context.CancelFunc
	slots    chan struct{} // one for each page that is being rendered
	wg       sync.WaitGroup
	rootOnce sync.Once

	mu       sync.Mutex
	idle     []*instance // the most recently used is last
	closed   bool
	failures int       // consecutive failed starts
	retryAt  time.Time // earliest time of the next start
}

// A browser that failed to start maxStartFailures times in a row is not started again before
// startRetryDelay has passed, because each attempt may delay a page by Config.startTimeout.
// Both values were chosen by hand.
const (
	maxStartFailures = 3
	startRetryDelay  = time.Minute
)

// New returns a Pool. The end of ctx closes it. New starts no browser yet. Its error wraps
// ErrNoBrowser if it finds no browser.
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

// Close cancels all calls of Render, closes the browsers, and waits until both have ended.
func (p *Pool) Close() {
	p.cancel()
	p.wg.Wait()
}

// closeIdleBrowsers closes browsers that are idle for Config.IdleTimeout, and all idle browsers
// when the pool is closed.
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
				p.closeBrowser(in, "pool closed")
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
				p.closeBrowser(in, "idle")
			}
		}
	}
}

// closeBrowser closes a browser and logs why.
func (p *Pool) closeBrowser(in *instance, reason string) {
	p.cfg.Observer.BrowsersChanged(-1)
	if err := in.close(); err != nil {
		p.cfg.Log.Error(err, "failed to close browser")
		return
	}
	p.cfg.Log.V(1).Info("closed browser", "reason", reason, "pages", in.pages)
}

// Render renders a page. It waits up to Config.SlotTimeout for a free slot. An error is always
// an *Error.
func (p *Pool) Render(ctx context.Context, req Request) (*RenderedPage, error) {
	start := time.Now()
	page, err := p.render(ctx, req)
	p.cfg.Observer.PageEnded(newOutcome(page, err, time.Since(start)))
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
	case p.slots <- struct{}{}: // a free slot wins even if SlotTimeout has already passed
	default:
		select {
		case p.slots <- struct{}{}:
		case <-wait.C:
			return nil, &Error{Reason: Busy, URL: req.URL, Err: fmt.Errorf("no free slot within %v", p.cfg.SlotTimeout)}
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

// register counts a call of Render, so that Close waits for it.
func (p *Pool) register() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.ctx.Err() != nil {
		return errors.New("pool is closed")
	}
	p.wg.Add(1)
	return nil
}

// acquireBrowser returns a working browser: an idle one, or else a new one.
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
			p.closeBrowser(in, "crashed")
			continue
		}
		delayed := p.failures >= maxStartFailures && time.Now().Before(p.retryAt)
		p.mu.Unlock()
		if delayed {
			return nil, fmt.Errorf("browser failed to start %d times in a row and is not started again for %v", maxStartFailures, startRetryDelay)
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
		p.cfg.Log.V(1).Info("started browser", "remote", p.remote != "")
		return in, nil
	}
}

// releaseBrowser returns a browser to the pool, or closes it if it must not be reused.
func (p *Pool) releaseBrowser(in *instance) {
	in.pages++
	in.lastUsed = time.Now()
	reason := ""
	switch {
	case in.isDead():
		reason = "crashed or hung"
	case in.pages >= p.cfg.PagesPerBrowser:
		reason = "page limit reached"
	case in.memoryUsage() > p.cfg.MaxMemory/2:
		reason = "memory use"
	}
	p.mu.Lock()
	if reason == "" && !p.closed && p.ctx.Err() == nil {
		p.idle = append(p.idle, in)
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	p.closeBrowser(in, reason)
}
