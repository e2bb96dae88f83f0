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

// event is a message and the session that received it.
type event struct {
	from session
	msg  *cdproto.Message
}

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
			t.end.set(Flood, errors.New("page sends more events than the queue holds"))
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
			t.end.set(Crashed, t.browser.conn.lostError("watch browser"))
			return
		case <-tick.C:
			if m := t.browser.memoryUsage(); m > t.cfg.MaxMemory {
				t.browser.broken.Store(true)
				t.end.set(Memory, fmt.Errorf("browser uses %d MiB of memory", m>>20))
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
			t.requests.handle(ctx, e.from, ev)
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
		t.refusals.record(RefusedWindow)
	case cdproto.EventPageJavascriptDialogOpening:
		t.refusals.record(RefusedDialog)
		_ = notify(ctx, e.from, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
	case cdproto.EventNetworkWebSocketCreated, cdproto.EventNetworkWebTransportCreated:
		t.refusals.record(RefusedSocket)
	case cdproto.EventBrowserDownloadWillBegin:
		t.refusals.record(RefusedDownload)
	case cdproto.EventTargetTargetCrashed:
		if ev, err := decode[target.EventTargetCrashed](e.msg); err == nil && ev.TargetID == t.target {
			t.end.set(Crashed, errors.New("process of the page crashed"))
		}
	case cdproto.EventInspectorTargetCrashed:
		if e.from == t.main {
			t.end.set(Crashed, errors.New("process of the page crashed"))
		}
	}
}

// attachChild resumes a frame or a worker of the page, with requests intercepted as for the
// page itself.
func (t *tab) attachChild(ctx context.Context, s session, info *target.Info) {
	frame := info.Type == "iframe"
	if !t.children.add(child{session: s, frame: frame}) {
		t.refusals.record(RefusedFrame) // the target stays paused until the page ends
		return
	}
	t.tasks.run(func() {
		// The session of the page also intercepts the requests of its workers.
		if frame && t.prepareTarget(ctx, s) != nil {
			return
		}
		_, _ = call(ctx, s, runtime.RunIfWaitingForDebugger, cdp.Empty{})
	})
}

// closeWindow closes a window that the page opened.
func (t *tab) closeWindow(ctx context.Context, info *target.Info) {
	isPopup := info.BrowserContextID == t.context && info.TargetID != t.target
	if isPopup {
		t.refusals.record(RefusedWindow)
		_ = notify(ctx, t.browser.root, target.CloseTarget, target.CloseTargetParams{TargetID: info.TargetID})
	}
}
