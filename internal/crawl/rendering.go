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
	// RenderAuto renders a page that may be a document and has too little text without its
	// scripts.
	RenderAuto RenderMode = "Auto"
	// RenderAlways renders every HTML page.
	RenderAlways RenderMode = "Always"
)

// Renderer renders pages in a browser; a render.Pool is one.
type Renderer interface {
	Render(ctx context.Context, r render.Request) (*render.RenderedPage, error)
}

// Limits on the text of an empty shell, in bytes without the texts of links. Single-page
// sites send a few words, and some a menu and a footer, which are mostly links.
const (
	maxShellText = 600
	// maxNoscriptText is the limit for a page that asks the reader to enable JavaScript.
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

// classify passes a page to the Observer. It renders the page first if that is an empty
// shell, and afterwards if the verdict is that the page has too little text. candidate is
// set if the page may be rendered in RenderAuto mode.
func (w *worker) classify(ctx context.Context, p *Page, candidate bool, r *taskResult) {
	needsBrowser := p.Links != nil && (w.renderMode == RenderAlways || candidate && isEmptyShell(p))
	if needsBrowser && !w.render(ctx, p, r) {
		return
	}
	w.observe(ctx, p, r)
	if r.err == nil && r.verdict.Empty && candidate && !needsBrowser && p.Links != nil && hasScripts(p.Body) {
		// The page is no empty shell, but has too little text of its own.
		if !w.render(ctx, p, r) || !p.Rendered {
			return
		}
		w.observe(ctx, p, r)
	}
	if r.verdict.Legal && !r.verdict.Empty {
		r.reason = "" // the page has the text of a document even if it was not rendered
	}
}

func (w *worker) observe(ctx context.Context, p *Page, r *taskResult) {
	verdict, err := w.observer.Page(ctx, p)
	if r.verdict = verdict; err != nil {
		r.err = fmt.Errorf("handle %s: %w", p.URL, err)
	}
}

// render replaces the body of a page with the rendered document. If that fails, it sets
// r.reason and leaves the page unchanged. It returns false if the page navigates to another
// URL.
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
		*p, r.reason = sent, SkipNotRendered // rendering lost text
	}
	return true
}

// renderedHeader returns the header of a response for its rendered document. It has no
// validators, because they do not change when the data that the scripts load changes.
func renderedHeader(h http.Header) http.Header {
	h = h.Clone()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Del("ETag")
	h.Del("Last-Modified")
	return h
}
