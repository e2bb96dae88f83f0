package render

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
)

// Limits of a page that are not in the Config. They were chosen by hand.
const (
	// readTimeout is the time to read the page, in addition to Config.Timeout.
	readTimeout = 5 * time.Second
	// closeTimeout is the time to close a page. After that, its browser is closed.
	closeTimeout = 3 * time.Second
	// memoryPollInterval is how often the browser's memory is measured.
	memoryPollInterval = 250 * time.Millisecond
	// maxQueuedEvents is the number of unhandled events after which a page is ended.
	maxQueuedEvents = 1024
)

// tab is a page that is being rendered: it opens, loads, reads and closes the page. Its parts
// decide on requests and on the time at which the page is settled.
type tab struct {
	cfg      *Config
	browser  *instance
	req      Request
	end      *pageEnd
	tasks    *taskGroup
	refusals *refusalCounter
	children childList
	events   chan event

	// Set by openBlankPage.
	context cdp.BrowserContextID
	target  target.ID
	main    session

	// Set once the page is open, before events are handled.
	started   time.Time
	settle    *settleDetector
	responder *responder
	requests  *interceptor
}

// newTab returns a tab for a page that is not open yet.
func newTab(cfg *Config, in *instance, req Request) *tab {
	end := newPageEnd()
	return &tab{
		cfg: cfg, browser: in, req: req, end: end, refusals: newRefusalCounter(end), events: make(chan event, maxQueuedEvents),
		tasks: &taskGroup{onPanic: func(err error) {
			in.broken.Store(true)
			end.set(Crashed, err)
		}},
	}
}

// renderPage renders one page in a browser and removes the page from the browser afterwards.
func (p *Pool) renderPage(ctx context.Context, in *instance, req Request) (pg *RenderedPage, err error) {
	at, err := url.Parse(req.URL)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" {
		return nil, &Error{Reason: LoadFailed, URL: req.URL, Err: errors.New("not an http or https URL")}
	}
	t := newTab(&p.cfg, in, req)
	defer func() {
		if r := recover(); r != nil {
			in.broken.Store(true)
			pg, err = nil, &Error{Reason: Crashed, URL: req.URL, Err: fmt.Errorf("panic: %v", r)}
		}
	}()
	pageCtx, cancel := context.WithCancel(ctx)
	defer t.tasks.wait()
	defer cancel()
	t.tasks.run(func() { t.watchBrowser(pageCtx) })
	defer t.closePage()
	openCtx, cancelOpen := context.WithTimeout(pageCtx, p.cfg.openTimeout)
	err = t.openBlankPage(openCtx)
	cancelOpen()
	if err != nil {
		in.broken.Store(true)
		return nil, t.end.newError(ctx, req.URL, Crashed, err)
	}
	workCtx, cancelWork := context.WithTimeout(pageCtx, p.cfg.Timeout+readTimeout)
	defer cancelWork()
	t.start(at, p.cache)
	t.tasks.run(func() { t.handleEvents(workCtx) })
	settleCtx, cancelSettle := context.WithTimeout(workCtx, p.cfg.Timeout)
	defer cancelSettle()
	end, err := t.loadAndSettle(settleCtx)
	if err != nil {
		return nil, t.end.newError(ctx, req.URL, end, err)
	}
	pg, err = t.result(workCtx, end)
	if err != nil {
		return nil, t.end.newError(ctx, req.URL, Timeout, err)
	}
	return pg, nil
}

// start creates the parts that handle the requests of the open page.
func (t *tab) start(at *url.URL, cache *scriptCache) {
	t.started = time.Now()
	t.settle = newSettleDetector(t.end, t.started)
	t.responder = &responder{
		req: t.req, url: at, fetcher: t.cfg.Fetcher, cache: cache, maxBytes: t.cfg.MaxBytes,
		traffic: traffic{hosts: map[string]int{}},
	}
	t.requests = &interceptor{
		url: at, main: t.main, target: t.target, maxRequests: t.cfg.MaxRequests, responder: t.responder,
		settle: t.settle, refusals: t.refusals, end: t.end, tasks: t.tasks, slots: make(chan struct{}, maxConcurrentRequests),
	}
}

// result returns the page after it has ended with a reason.
func (t *tab) result(ctx context.Context, end Reason) (*RenderedPage, error) {
	p := &RenderedPage{EndReason: end, MovedTo: t.requests.destination()}
	switch end {
	case Settled, Timeout:
		stopScripts(ctx, t.main)
		s, err := readHTML(ctx, t.main, t.mainFrame(), t.children.frameSessions())
		if err != nil {
			return nil, err
		}
		p.HTML, p.Title, p.URL, p.Truncated = s.HTML, s.Title, s.URL, s.Truncated
	case Moved:
		p.URL = t.req.URL
	default:
		return nil, t.end.causeError()
	}
	sent := t.responder.totals()
	p.Hosts, p.Requests, p.Bytes = sent.hosts, sent.requests, sent.bytes
	p.Refused, p.Duration = t.refusals.counts(), time.Since(t.started)
	return p, nil
}

// closePage removes the page from the browser. If that fails, the browser is not reused.
func (t *tab) closePage() {
	defer func() {
		t.browser.conn.setHandler("", nil)
		t.browser.conn.setHandler(t.main.id, nil)
		for _, s := range t.children.sessions() {
			t.browser.conn.setHandler(s.id, nil)
		}
	}()
	if t.browser.isDead() || t.context == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if t.target != "" {
		if _, err := call(ctx, t.browser.root, target.CloseTarget, target.CloseTargetParams{TargetID: t.target}); err != nil {
			t.browser.broken.Store(true)
			return
		}
	}
	if _, err := call(ctx, t.browser.root, target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: t.context}); err != nil {
		t.browser.broken.Store(true)
	}
}
