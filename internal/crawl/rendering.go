package crawl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/render"
)

// RenderMode says which pages a browser renders.
type RenderMode string

// The modes. The zero value is RenderNever.
const (
	RenderNever RenderMode = "Never"
	// RenderAuto renders a page that may be a document and has no text without its scripts.
	RenderAuto RenderMode = "Auto"
	// RenderAlways renders every HTML page.
	RenderAlways RenderMode = "Always"
)

// Renderer renders pages in a browser; a render.Pool is one.
type Renderer interface {
	Render(ctx context.Context, r render.Request) (*render.RenderedPage, error)
}

// Limits of the text of an empty shell, in bytes outside links. Single-page sites send
// a few words; the menu and footer that some of them send are hardly more than links.
const (
	maxShellText = 600
	// maxNoscriptText is the limit for a page that says itself that it needs JavaScript.
	maxNoscriptText = 2000
)

// isEmptyShell reports whether a page has scripts and hardly any text.
func isEmptyShell(p *Page) bool {
	if p.Links == nil || !hasScripts(p.Body) {
		return false
	}
	text := p.Links.TextBytes
	for i := range p.Links.Links {
		text -= len(p.Links.Links[i].Text)
	}
	return text < maxShellText || text < maxNoscriptText && asksForJavaScript(p.Body)
}

func hasScripts(body []byte) bool {
	return bytes.Contains(body, []byte("<script")) || bytes.Contains(body, []byte("<SCRIPT"))
}

// asksForJavaScript reports whether a <noscript> asks the reader to enable JavaScript.
func asksForJavaScript(body []byte) bool {
	for rest := body; ; {
		_, after, ok := bytes.Cut(rest, []byte("<noscript"))
		if !ok {
			return false
		}
		inside, next, _ := bytes.Cut(after, []byte("</noscript"))
		if bytes.Contains(bytes.ToLower(inside[:min(len(inside), 4<<10)]), []byte("javascript")) {
			return true
		}
		rest = next
	}
}

// classify passes a page to the Observer, and renders it before if it needs a browser.
// candidate says that the page is worth rendering.
func (w *worker) classify(ctx context.Context, p *Page, candidate bool, r *taskResult) {
	needsBrowser := p.Links != nil && (w.renderMode == RenderAlways || candidate && isEmptyShell(p))
	if needsBrowser && !w.render(ctx, p, r) {
		return
	}
	w.observe(ctx, p, r)
	if r.err == nil && r.verdict.Empty && candidate && !needsBrowser && p.Links != nil && hasScripts(p.Body) {
		// It has text, but not that of a document.
		if !w.render(ctx, p, r) || !p.Rendered {
			return
		}
		w.observe(ctx, p, r)
	}
	if r.verdict.Legal && !r.verdict.Empty {
		r.reason = "" // it has the text of a document without a browser
	}
}

func (w *worker) observe(ctx context.Context, p *Page, r *taskResult) {
	verdict, err := w.observer.Page(ctx, p)
	if r.verdict = verdict; err != nil {
		r.err = fmt.Errorf("handle %s: %w", p.URL, err)
	}
}

// render replaces the body of a page with that of the document that a browser builds.
// If it cannot, it sets the reason and leaves the page as it is. It reports false if
// the page navigates to another URL.
func (w *worker) render(ctx context.Context, p *Page, r *taskResult) bool {
	if w.renderer == nil || w.renderMode != RenderAuto && w.renderMode != RenderAlways {
		r.reason = SkipNeedsBrowser
		return true
	}
	rendered, err := w.renderer.Render(ctx, render.Request{
		URL: p.URL, Header: p.Header, Body: p.Body, AcceptLanguage: w.acceptLanguage, Allow: w.robots.allow,
	})
	if err != nil {
		if ctx.Err() == nil {
			w.log.V(1).Info("failed to render page", "url", p.URL, "error", err.Error())
		}
		r.reason = SkipNotRendered
		if errors.Is(err, render.ErrNoBrowser) {
			r.reason = SkipNeedsBrowser
		}
		return true
	}
	r.browserRequests = rendered.Hosts
	if rendered.MovedTo != "" {
		if to, _, err := canonical.URL(nil, rendered.MovedTo); err != nil || to == p.URL {
			r.reason = SkipNotRendered
			return true
		}
		r.location, r.reason = rendered.MovedTo, SkipBadRedirect
		return false
	}
	sent := *p
	p.Header, p.Body, p.FinalURL, p.Rendered = renderedHeader(p.Header), []byte(rendered.HTML), rendered.URL, true
	if scanLinks(p); p.Links == nil || p.Links.TextBytes < sent.Links.TextBytes {
		*p, r.reason = sent, SkipNotRendered // it has less text than without scripts
	}
	return true
}

// renderedHeader returns the header of a page for the document that a browser built. It
// has no validators: those of the response do not change when what the scripts load
// changes.
func renderedHeader(h http.Header) http.Header {
	h = h.Clone()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Del("ETag")
	h.Del("Last-Modified")
	return h
}
