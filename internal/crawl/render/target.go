package render

import (
	"context"
	_ "embed" // the script
	"strings"
	"sync"

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

// maxChildren limits the workers of a page and its frames in other processes. It was chosen by
// hand.
const maxChildren = 20

// child is a target of the page that has its own session.
type child struct {
	session session
	frame   bool // otherwise a worker
}

// childList holds the children of a page. It is safe for concurrent use.
type childList struct {
	mu  sync.Mutex
	all []child
}

// add adds a child. It reports false if the page already has maxChildren.
func (l *childList) add(c child) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) >= maxChildren {
		return false
	}
	l.all = append(l.all, c)
	return true
}

// sessions returns the sessions of all children.
func (l *childList) sessions() []session { return l.filter(func(child) bool { return true }) }

// frameSessions returns the sessions of the frames.
func (l *childList) frameSessions() []session { return l.filter(func(c child) bool { return c.frame }) }

func (l *childList) filter(want func(child) bool) []session {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []session
	for _, c := range l.all {
		if want(c) {
			all = append(all, c.session)
		}
	}
	return all
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
	t.target = created.TargetID
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
				UserAgent: t.cfg.UserAgent, AcceptLanguage: plainLanguages(t.req.AcceptLanguage),
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
