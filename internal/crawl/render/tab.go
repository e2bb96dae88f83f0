package render

import (
	"context"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
)

//go:embed script/guard.js
var guardScript string

// Bounds of a page that are not in the Config.
const (
	// grace is what a page gets beyond its time, for what it has to be read.
	grace = 5 * time.Second
	// openTime bounds how long an empty page is waited for.
	openTime = 15 * time.Second
	// closeTime bounds how long a page's end is waited for before its browser ends.
	closeTime = 3 * time.Second
	// maxChildren are the frames of other processes and the workers of a page.
	maxChildren = 20
	// maxRefused is how often a page is told no before it is given up.
	maxRefused = 3000
	// memoryTick is how often the browser's memory is looked at.
	memoryTick = 250 * time.Millisecond
)

// tab is one page that is being drawn.
type tab struct {
	pool    *Pool
	in      *instance
	req     Request
	at      *url.URL
	started time.Time
	context cdp.BrowserContextID
	target  target.ID
	main    session
	events  chan event
	over    chan struct{} // closed when something ended the page
	wg      sync.WaitGroup
	sending chan struct{} // bounds the requests at once

	mu       sync.Mutex
	end      Reason // why it is over
	endErr   error
	children []child
	flying   int // requests without an answer
	active   time.Time
	shell    int // characters of text in the document as it was sent
	loads    int // of the page's document
	frames   int // documents of frames that were asked for
	sent     int
	asked    int
	bytes    int64
	hosts    map[string]int
	refused  map[Refusal]int
	noes     int
	movedTo  string
	docError error // why the document could not be had
}

// child is a target of the page that has a session of its own.
type child struct {
	session session
	id      target.ID
	frame   bool
}

// event is a message and the session that it came by.
type event struct {
	from session
	msg  *cdproto.Message
}

// draw draws one page in a browser, and leaves the browser as it was.
func (p *Pool) draw(ctx context.Context, in *instance, req Request) (pg *RenderedPage, err error) {
	at, err := url.Parse(req.URL)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" {
		return nil, &Error{Reason: LoadFailed, URL: req.URL, Err: errors.New("it is no address of the web")}
	}
	t := &tab{
		pool: p, in: in, req: req, at: at,
		events: make(chan event, 1024), over: make(chan struct{}), sending: make(chan struct{}, maxAtOnce),
		hosts: map[string]int{}, refused: map[Refusal]int{},
	}
	defer func() {
		if r := recover(); r != nil {
			in.broken.Store(true)
			pg, err = nil, &Error{Reason: Crashed, URL: req.URL, Err: fmt.Errorf("panic: %v", r)}
		}
	}()
	life, cancel := context.WithCancel(ctx)
	defer t.wg.Wait()
	defer cancel()
	t.spawn(func() { t.watch(life) })
	defer t.dispose()
	opening, opened := context.WithTimeout(life, openTime)
	err = t.open(opening)
	opened()
	if err != nil {
		in.broken.Store(true)
		return nil, t.fail(ctx, Crashed, err)
	}
	work, stopWork := context.WithTimeout(life, p.cfg.Timeout+grace)
	defer stopWork()
	t.started, t.active = time.Now(), time.Now()
	t.spawn(func() { t.serve(work) })
	rest, stop := context.WithTimeout(work, p.cfg.Timeout)
	defer stop()
	end, err := t.run(rest)
	if err != nil {
		return nil, t.fail(ctx, end, err)
	}
	pg, err = t.result(work, end)
	if err != nil {
		return nil, t.fail(ctx, Timeout, err)
	}
	return pg, nil
}

// spawn runs f in a goroutine that draw waits for.
func (t *tab) spawn(f func()) {
	t.wg.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				t.in.broken.Store(true)
				t.finish(Crashed, fmt.Errorf("panic: %v", r))
			}
		}()
		f()
	})
}

// fail is the error of a page, by what ended it first.
func (t *tab) fail(ctx context.Context, reason Reason, err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.end != "" && t.end != Moved:
		reason, err = t.end, t.endErr
	case ctx.Err() != nil:
		reason, err = Canceled, ctx.Err()
	case errors.Is(err, errLost):
		reason = Crashed
	}
	return &Error{Reason: reason, URL: t.req.URL, Err: err}
}

// finish ends the page. The first reason counts.
func (t *tab) finish(reason Reason, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.end == "" {
		t.end, t.endErr = reason, err
		close(t.over)
	}
}

// open makes an empty page, in a context of its own, that is held at every request.
func (t *tab) open(ctx context.Context) error {
	root, yes := t.in.root, true
	c, err := call(ctx, root, target.CreateBrowserContext, target.CreateBrowserContextParams{
		DisposeOnDetach: &yes, ProxyServer: deadEnd, ProxyBypassList: bypassNothing,
	})
	if err != nil {
		return err
	}
	t.context = c.BrowserContextID
	root.link.handle("", t.take(root))
	if _, err := call(ctx, root, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorDeny, BrowserContextID: t.context, EventsEnabled: &yes,
	}); err != nil {
		return err
	}
	if _, err := call(ctx, root, target.SetDiscoverTargets, target.SetDiscoverTargetsParams{
		Discover: true, Filter: target.Filter{{Type: "page"}},
	}); err != nil {
		return err
	}
	created, err := call(ctx, root, target.CreateTarget, target.CreateTargetParams{
		URL: "about:blank", BrowserContextID: t.context, NewWindow: &yes,
	})
	if err != nil {
		return err
	}
	t.mu.Lock()
	t.target = created.TargetID
	t.mu.Unlock()
	attached, err := call(ctx, root, target.AttachToTarget, target.AttachToTargetParams{TargetID: t.target, Flatten: &yes})
	if err != nil {
		return err
	}
	t.main = session{link: root.link, id: attached.SessionID}
	root.link.handle(t.main.id, t.take(t.main))
	if err := t.prepare(ctx, t.main); err != nil {
		return err
	}
	_, err = call(ctx, t.main, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: 1280, Height: 2000, DeviceScaleFactor: 1,
	})
	return err
}

// prepare sets a page or a frame with a session of its own up.
func (t *tab) prepare(ctx context.Context, s session) error {
	yes, none := true, int64(0)
	steps := []func() error{
		func() error {
			_, err := call(ctx, s, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: "*"}}})
			return err
		},
		func() error { _, err := call(ctx, s, page.Enable, page.EnableParams{}); return err },
		func() error { _, err := call(ctx, s, inspector.Enable, cdp.Empty{}); return err },
		func() error {
			_, err := call(ctx, s, network.Enable, network.EnableParams{MaxTotalBufferSize: &none, MaxResourceBufferSize: &none, MaxPostDataSize: &none})
			return err
		},
		func() error {
			_, err := call(ctx, s, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true})
			return err
		},
		func() error {
			_, err := call(ctx, s, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: guardScript})
			return err
		},
		func() error {
			_, err := call(ctx, s, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
				UserAgent: t.pool.cfg.UserAgent, AcceptLanguage: plainLanguages(t.req.AcceptLanguage),
			})
			return err
		},
		func() error {
			_, err := call(ctx, s, target.SetAutoAttach, target.SetAutoAttachParams{AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: &yes})
			return err
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// plainLanguages is an Accept-Language without weights, which Chromium adds itself.
func plainLanguages(accept string) string {
	var all []string
	for _, part := range strings.Split(accept, ",") {
		tag, _, _ := strings.Cut(part, ";")
		if tag = strings.TrimSpace(tag); tag != "" && tag != "*" {
			all = append(all, tag)
		}
	}
	return strings.Join(all, ",")
}

// dispose takes the page out of the browser. A browser where that does not work
// is not used again.
func (t *tab) dispose() {
	defer func() {
		t.in.link.handle("", nil)
		t.in.link.handle(t.main.id, nil)
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, c := range t.children {
			t.in.link.handle(c.session.id, nil)
		}
	}()
	if t.in.dead() || t.context == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if t.target != "" {
		if _, err := call(ctx, t.in.root, target.CloseTarget, target.CloseTargetParams{TargetID: t.target}); err != nil {
			t.in.broken.Store(true)
			return
		}
	}
	if _, err := call(ctx, t.in.root, target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: t.context}); err != nil {
		t.in.broken.Store(true)
	}
}
