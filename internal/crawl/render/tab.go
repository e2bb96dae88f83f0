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

// Limits of a page that are not in the Config. They were chosen by hand.
const (
	// readTimeout is the time to read the page, in addition to Config.Timeout.
	readTimeout = 5 * time.Second
	// closeTimeout is the time to close a page. After that, its browser is closed.
	closeTimeout = 3 * time.Second
	// maxChildren limits the workers of a page and its frames in other processes.
	maxChildren = 20
	// maxRefusals is the number of refusals after which a page is ended.
	maxRefusals = 3000
	// memoryPollInterval is how often the browser's memory is measured.
	memoryPollInterval = 250 * time.Millisecond
)

// tab is a page that is being rendered.
type tab struct {
	pool         *Pool
	browser      *instance
	req          Request
	url          *url.URL
	started      time.Time
	context      cdp.BrowserContextID
	target       target.ID
	main         session
	events       chan event
	ended        chan struct{} // closed when the page ends
	wg           sync.WaitGroup
	requestSlots chan struct{} // limits concurrent requests

	mu              sync.Mutex
	endCause        Reason // why the page ended
	endErr          error
	children        []child
	pendingRequests int // requests without a response
	lastActivity    time.Time
	initialText     int // bytes of text in the document before its scripts run
	loads           int // navigations to the document
	frames          int // requested documents of frames
	sentRequests    int
	requested       int // requests that count towards Config.MaxRequests
	bytes           int64
	hosts           map[string]int // sent requests by host and port
	refused         map[Refusal]int
	refusalCount    int
	movedTo         string
	docError        error // why the document failed to load
}

// child is a target of the page that has its own session.
type child struct {
	session session
	id      target.ID
	frame   bool // otherwise a worker
}

// event is a message and the session that received it.
type event struct {
	from session
	msg  *cdproto.Message
}

// renderPage renders one page in a browser and removes the page from the browser afterwards.
func (p *Pool) renderPage(ctx context.Context, in *instance, req Request) (pg *RenderedPage, err error) {
	at, err := url.Parse(req.URL)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" {
		return nil, &Error{Reason: LoadFailed, URL: req.URL, Err: errors.New("not an http or https URL")}
	}
	t := &tab{
		pool: p, browser: in, req: req, url: at,
		events: make(chan event, 1024), ended: make(chan struct{}), requestSlots: make(chan struct{}, maxConcurrentRequests),
		hosts: map[string]int{}, refused: map[Refusal]int{},
	}
	defer func() {
		if r := recover(); r != nil {
			in.broken.Store(true)
			pg, err = nil, &Error{Reason: Crashed, URL: req.URL, Err: fmt.Errorf("panic: %v", r)}
		}
	}()
	pageCtx, cancel := context.WithCancel(ctx)
	defer t.wg.Wait()
	defer cancel()
	t.spawn(func() { t.watchBrowser(pageCtx) })
	defer t.closePage()
	openCtx, cancelOpen := context.WithTimeout(pageCtx, p.cfg.openTimeout)
	err = t.openBlankPage(openCtx)
	cancelOpen()
	if err != nil {
		in.broken.Store(true)
		return nil, t.newError(ctx, Crashed, err)
	}
	workCtx, cancelWork := context.WithTimeout(pageCtx, p.cfg.Timeout+readTimeout)
	defer cancelWork()
	t.started, t.lastActivity = time.Now(), time.Now()
	t.spawn(func() { t.handleEvents(workCtx) })
	settleCtx, cancelSettle := context.WithTimeout(workCtx, p.cfg.Timeout)
	defer cancelSettle()
	end, err := t.loadAndSettle(settleCtx)
	if err != nil {
		return nil, t.newError(ctx, end, err)
	}
	pg, err = t.result(workCtx, end)
	if err != nil {
		return nil, t.newError(ctx, Timeout, err)
	}
	return pg, nil
}

// spawn runs f in a goroutine for which renderPage waits.
func (t *tab) spawn(f func()) {
	t.wg.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				t.browser.broken.Store(true)
				t.finish(Crashed, fmt.Errorf("panic: %v", r))
			}
		}()
		f()
	})
}

// newError returns the error of a page. The first cause that ended the page takes precedence.
func (t *tab) newError(ctx context.Context, reason Reason, err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.endCause != "" && t.endCause != Moved:
		reason, err = t.endCause, t.endErr
	case ctx.Err() != nil:
		reason, err = Canceled, ctx.Err()
	case errors.Is(err, errLost):
		reason = Crashed
	}
	return &Error{Reason: reason, URL: t.req.URL, Err: err}
}

// finish ends the page with a reason. Later calls have no effect.
func (t *tab) finish(reason Reason, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.endCause == "" {
		t.endCause, t.endErr = reason, err
		close(t.ended)
	}
}

// openBlankPage opens an empty page in a new browser context, with all requests intercepted.
func (t *tab) openBlankPage(ctx context.Context) error {
	root, yes := t.browser.root, true
	c, err := call(ctx, root, target.CreateBrowserContext, target.CreateBrowserContextParams{
		DisposeOnDetach: &yes, ProxyServer: deadProxy, ProxyBypassList: noProxyBypass,
	})
	if err != nil {
		return err
	}
	t.context = c.BrowserContextID
	root.conn.setHandler("", t.eventHandler(root))
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
	t.main = session{conn: root.conn, id: attached.SessionID}
	root.conn.setHandler(t.main.id, t.eventHandler(t.main))
	if err := t.prepareTarget(ctx, t.main); err != nil {
		return err
	}
	_, err = call(ctx, t.main, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: 1280, Height: 2000, DeviceScaleFactor: 1,
	})
	return err
}

// prepareTarget configures a page, or a frame that has its own session.
func (t *tab) prepareTarget(ctx context.Context, s session) error {
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

// plainLanguages returns an Accept-Language without weights, which Chromium adds itself.
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

// closePage removes the page from the browser. If that fails, the browser is not reused.
func (t *tab) closePage() {
	defer func() {
		t.browser.conn.setHandler("", nil)
		t.browser.conn.setHandler(t.main.id, nil)
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, c := range t.children {
			t.browser.conn.setHandler(c.session.id, nil)
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
