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

// eventHandler returns the handler of a session's events. The handler queues relevant events and
// ends a page that sends more of them than the queue holds.
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
			// The events of the new session may follow immediately.
			if e, err := decode[target.EventAttachedToTarget](msg); err == nil {
				s := session{conn: from.conn, id: e.SessionID}
				from.conn.setHandler(s.id, t.eventHandler(s))
			}
		}
		select {
		case t.events <- event{from, msg}:
		default:
			t.finish(Flood, errors.New("page sends more events than the queue holds"))
		}
	}
}

// watchBrowser ends the page if the connection to the browser ends or the browser uses too much
// memory.
func (t *tab) watchBrowser(ctx context.Context) {
	tick := time.NewTicker(memoryPollInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.browser.conn.lost:
			t.finish(Crashed, t.browser.conn.lostError("watch browser"))
			return
		case <-tick.C:
			if m := t.browser.memoryUsage(); m > t.pool.cfg.MaxMemory {
				t.browser.broken.Store(true)
				t.finish(Memory, fmt.Errorf("browser uses %d MiB of memory", m>>20))
				return
			}
		}
	}
}

// handleEvents handles queued events until ctx ends.
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

// handleEvent handles one event.
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
			t.finish(Crashed, errors.New("process of the page crashed"))
		}
	case cdproto.EventInspectorTargetCrashed:
		if e.from == t.main {
			t.finish(Crashed, errors.New("process of the page crashed"))
		}
	}
}

// attachChild resumes a frame or a worker of the page, with requests intercepted as for the
// page itself.
func (t *tab) attachChild(ctx context.Context, s session, info *target.Info) {
	t.mu.Lock()
	tooMany := len(t.children) >= maxChildren
	frame := info.Type == "iframe"
	if !tooMany {
		t.children = append(t.children, child{session: s, id: info.TargetID, frame: frame})
	}
	t.mu.Unlock()
	if tooMany {
		t.recordRefusal(RefusedFrame) // the target stays paused until the page ends
		return
	}
	t.spawn(func() {
		// The session of the page also intercepts the requests of its workers.
		if frame && t.prepareTarget(ctx, s) != nil {
			return
		}
		_, _ = call(ctx, s, runtime.RunIfWaitingForDebugger, cdp.Empty{})
	})
}

// closeWindow closes a window that the page opened.
func (t *tab) closeWindow(ctx context.Context, info *target.Info) {
	t.mu.Lock()
	isPopup := info.BrowserContextID == t.context && t.target != "" && info.TargetID != t.target
	t.mu.Unlock()
	if isPopup {
		t.recordRefusal(RefusedWindow)
		_ = notify(ctx, t.browser.root, target.CloseTarget, target.CloseTargetParams{TargetID: info.TargetID})
	}
}

// recordRefusal counts a refusal and ends the page after maxRefusals of them.
func (t *tab) recordRefusal(refusal Refusal) {
	t.mu.Lock()
	t.refused[refusal]++
	t.refusalCount++
	tooMany := t.refusalCount > maxRefusals
	t.mu.Unlock()
	if tooMany {
		t.finish(Flood, fmt.Errorf("page had more than %d requests refused", maxRefusals))
	}
}
