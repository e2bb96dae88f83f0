package render

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
)

// eventHandler is the handler of a session's events: it passes on those that matter. A page
// that makes more of them than are looked at is ended.
func (t *tab) eventHandler(from session) func(*cdproto.Message) {
	return func(msg *cdproto.Message) {
		switch msg.Method {
		case cdproto.EventFetchRequestPaused, cdproto.EventTargetAttachedToTarget, cdproto.EventTargetTargetCreated,
			cdproto.EventPageJavascriptDialogOpening, cdproto.EventInspectorTargetCrashed, cdproto.EventTargetTargetCrashed,
			cdproto.EventNetworkWebSocketCreated, cdproto.EventNetworkWebTransportCreated,
			cdproto.EventBrowserDownloadWillBegin, cdproto.EventPageWindowOpen:
		default:
			return
		}
		if msg.Method == cdproto.EventTargetAttachedToTarget {
			// Its events may follow at once.
			if e, err := decode[target.EventAttachedToTarget](msg); err == nil {
				s := session{conn: from.conn, id: e.SessionID}
				from.conn.setHandler(s.id, t.eventHandler(s))
			}
		}
		select {
		case t.events <- event{from, msg}:
		default:
			t.finish(Flood, errors.New("it makes more events than are looked at"))
		}
	}
}

// watchBrowser ends the page where the browser dies or takes too much memory.
func (t *tab) watchBrowser(ctx context.Context) {
	tick := time.NewTicker(memoryPollInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.in.conn.lost:
			t.finish(Crashed, t.in.conn.lostError("the browser ended"))
			return
		case <-tick.C:
			if m := t.in.memoryUsage(); m > t.pool.cfg.MaxMemory {
				t.in.broken.Store(true)
				t.finish(Memory, fmt.Errorf("the browser takes %d MiB", m>>20))
				return
			}
		}
	}
}

// handleEvents answers the page's events until ctx ends.
func (t *tab) handleEvents(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-t.events:
			t.handleEvent(ctx, e)
		}
	}
}

func (t *tab) handleEvent(ctx context.Context, e event) {
	switch e.msg.Method {
	case cdproto.EventFetchRequestPaused:
		if ev, err := decode[fetch.EventRequestPaused](e.msg); err == nil {
			t.handleRequest(ctx, e.from, ev)
		}
	case cdproto.EventTargetAttachedToTarget:
		if ev, err := decode[target.EventAttachedToTarget](e.msg); err == nil {
			t.attachChild(ctx, session{conn: e.from.conn, id: ev.SessionID}, ev.TargetInfo)
		}
	case cdproto.EventTargetTargetCreated:
		if ev, err := decode[target.EventTargetCreated](e.msg); err == nil {
			t.closeWindow(ctx, ev.TargetInfo)
		}
	case cdproto.EventPageWindowOpen:
		t.recordRefusal(RefusedWindow)
	case cdproto.EventPageJavascriptDialogOpening:
		t.recordRefusal(RefusedDialog)
		_ = notify(ctx, e.from, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
	case cdproto.EventNetworkWebSocketCreated, cdproto.EventNetworkWebTransportCreated:
		t.recordRefusal(RefusedSocket)
	case cdproto.EventBrowserDownloadWillBegin:
		t.recordRefusal(RefusedDownload)
	case cdproto.EventTargetTargetCrashed:
		if ev, err := decode[target.EventTargetCrashed](e.msg); err == nil && ev.TargetID == t.target {
			t.finish(Crashed, errors.New("the page's process died"))
		}
	case cdproto.EventInspectorTargetCrashed:
		if e.from == t.main {
			t.finish(Crashed, errors.New("the page's process died"))
		}
	}
}

// attachChild lets a frame or a worker of the page go on, held as the page itself is.
func (t *tab) attachChild(ctx context.Context, s session, info *target.Info) {
	t.mu.Lock()
	full := len(t.children) >= maxChildren
	frame := info.Type == "iframe"
	if !full {
		t.children = append(t.children, child{session: s, id: info.TargetID, frame: frame})
	}
	t.mu.Unlock()
	if full {
		t.recordRefusal(RefusedFrame) // it waits until the page ends
		return
	}
	t.spawn(func() {
		// A worker's requests are held with its page's; it has none to hold of its own.
		if frame && t.prepareTarget(ctx, s) != nil {
			return
		}
		_, _ = call(ctx, s, runtime.RunIfWaitingForDebugger, cdp.Empty{})
	})
}

// closeWindow closes a window that the page opened.
func (t *tab) closeWindow(ctx context.Context, info *target.Info) {
	t.mu.Lock()
	own := info.BrowserContextID == t.context && t.target != "" && info.TargetID != t.target
	t.mu.Unlock()
	if own {
		t.recordRefusal(RefusedWindow)
		_ = notify(ctx, t.in.root, target.CloseTarget, target.CloseTargetParams{TargetID: info.TargetID})
	}
}

// recordRefusal counts what the page is not given, and ends it where that is no use.
func (t *tab) recordRefusal(why Refusal) {
	t.mu.Lock()
	t.refused[why]++
	t.refusalCount++
	many := t.refusalCount > maxRefusals
	t.mu.Unlock()
	if many {
		t.finish(Flood, errors.New("it asks again and again for what it is not given"))
	}
}
