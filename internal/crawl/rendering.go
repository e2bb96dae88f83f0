package crawl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/render"
	"github.com/clausea/crawler/internal/crawl/robots"
)

// RenderMode says which pages are drawn in a browser.
type RenderMode string

// The modes; none is RenderNever.
const (
	RenderNever RenderMode = "Never"
	// RenderAuto draws a page that matters and came without text.
	RenderAuto RenderMode = "Auto"
	// RenderAlways draws every HTML page.
	RenderAlways RenderMode = "Always"
)

// Renderer draws pages in a browser; a render.Pool is one.
type Renderer interface {
	Render(ctx context.Context, r render.Request) (*render.RenderedPage, error)
}

// Bounds of what looks like a page that scripts have yet to fill, in bytes of text
// outside its links. On single-page sites it is a few words; the menu and footer
// that some of them send have hardly any text beside links.
const (
	emptyText = 600
	// warnedText goes for a page that says itself that it needs JavaScript.
	warnedText = 2000
)

// matters says whether a page is worth a browser, in RenderAuto. It is asked before
// the page is fetched, in the scheduler's goroutine.
func (c *crawl) matters(it *frontier.Item) bool {
	return it.Pinned || it.Depth == 0 || it.Score >= promising || it.Score >= hopeful && c.missing()
}

// hollow says whether a page has scripts and hardly any text.
func hollow(p *Page) bool {
	if p.Links == nil || !scripted(p.Body) {
		return false
	}
	text := p.Links.TextBytes
	for i := range p.Links.Links {
		text -= len(p.Links.Links[i].Text)
	}
	return text < emptyText || text < warnedText && asksForScripts(p.Body)
}

func scripted(body []byte) bool {
	return bytes.Contains(body, []byte("<script")) || bytes.Contains(body, []byte("<SCRIPT"))
}

// asksForScripts says whether a <noscript> tells the reader to switch JavaScript on.
func asksForScripts(body []byte) bool {
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

// judge asks the Handler about a page, drawn where that is called for.
func (c *crawl) judge(ctx context.Context, p *Page, matters bool, o *outcome) {
	wanted := p.Links != nil && (c.plan.Render == RenderAlways || matters && hollow(p))
	if wanted && !c.render(ctx, p, o) {
		return
	}
	var err error
	if o.verdict, err = c.observer.Page(ctx, p); err != nil {
		o.err = fmt.Errorf("handle %s: %w", p.URL, err)
	} else if o.verdict.Empty && matters && !wanted && p.Links != nil && scripted(p.Body) {
		// It has text, but none that could be a document's.
		if !c.render(ctx, p, o) || !p.Rendered {
			return
		}
		if o.verdict, err = c.observer.Page(ctx, p); err != nil {
			o.err = fmt.Errorf("handle %s: %w", p.URL, err)
		}
	}
	if o.verdict.Legal && !o.verdict.Empty {
		o.reason = "" // it was needed for nothing
	}
}

// render puts what a browser makes of a page into it. What stands in the way is the
// outcome's reason, and the page stays as it was sent. False says that the page
// leads elsewhere.
func (c *crawl) render(ctx context.Context, p *Page, o *outcome) bool {
	if c.renderer == nil || c.plan.Render != RenderAuto && c.plan.Render != RenderAlways {
		o.reason = SkipNeedsBrowser
		return true
	}
	drawn, err := c.renderer.Render(ctx, render.Request{
		URL: p.URL, Header: p.Header, Body: p.Body, AcceptLanguage: c.acceptLanguage(), Allow: c.rules.allow,
	})
	if err != nil {
		if ctx.Err() == nil {
			c.log.V(1).Info("page not rendered", "url", p.URL, "error", err.Error())
		}
		o.reason = SkipNotRendered
		if errors.Is(err, render.ErrNoBrowser) {
			o.reason = SkipNeedsBrowser
		}
		return true
	}
	o.asked = drawn.Hosts
	if drawn.MovedTo != "" {
		if to, _, err := canonical.URL(nil, drawn.MovedTo); err != nil || to == p.URL {
			o.reason = SkipNotRendered
			return true
		}
		o.location, o.reason = drawn.MovedTo, SkipBadRedirect
		return false
	}
	was := *p
	p.Header, p.Body, p.FinalURL, p.Rendered = drawnHeader(p.Header), []byte(drawn.HTML), drawn.URL, true
	if c.scan(p); p.Links == nil || p.Links.TextBytes < was.Links.TextBytes {
		*p, o.reason = was, SkipNotRendered // less is there than without scripts
	}
	return true
}

// drawnHeader is a page's header for its drawn form. The validators go: they are
// the shell's, which stays the same when what its scripts load has changed.
func drawnHeader(h http.Header) http.Header {
	h = h.Clone()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Del("ETag")
	h.Del("Last-Modified")
	return h
}

// rest has the hosts that a drawn page's requests went to left alone for as long as
// their delay asks for, all of them together: within a page they come at once, as
// with anybody's browser.
func (c *crawl) rest(asked map[string]int) {
	if c.plan.Delay <= 0 {
		return
	}
	for name, n := range asked {
		if h := c.hosts[name]; h != nil {
			delay := c.plan.Delay
			if h.rules != nil {
				delay = max(delay, h.rules.CrawlDelay)
			}
			c.frontier.Postpone(name, time.Now().Add(min(time.Duration(n)*delay, maxRest)))
		}
	}
}

// maxRest bounds how long a host is left alone after a drawn page.
const maxRest = 30 * time.Second

// rules are the robots.txt of the hosts that drawn pages ask, beside the crawl's own.
type rules struct {
	fetcher *fetch.Fetcher

	mu     sync.Mutex
	byHost map[string]*hostRules
}

type hostRules struct {
	known chan struct{} // closed when the fields below are there
	group *robots.Group
	err   error
}

// maxRuleHosts bounds the hosts of one crawl's drawn pages.
const maxRuleHosts = 1000

var (
	errDisallowed = errors.New("robots.txt disallows it")
	errNoRules    = errors.New("robots.txt could not be read")
	errManyHosts  = fmt.Errorf("the crawl's pages ask more than %d hosts", maxRuleHosts)
)

// learn takes over what the crawl itself read of a host.
func (r *rules) learn(host string, group *robots.Group, unreachable bool) {
	h := &hostRules{known: make(chan struct{}), group: group}
	if unreachable {
		h.err = errNoRules
	}
	close(h.known)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byHost[host] = h
}

// allow says whether robots.txt lets a URL be asked for. A host's is read when it is
// first asked about; those who come meanwhile wait.
func (r *rules) allow(ctx context.Context, u *url.URL) error {
	name := hostKey(u)
	r.mu.Lock()
	h := r.byHost[name]
	first := h == nil
	if first {
		if len(r.byHost) >= maxRuleHosts {
			r.mu.Unlock()
			return errManyHosts
		}
		h = &hostRules{known: make(chan struct{})}
		r.byHost[name] = h
	}
	r.mu.Unlock()
	if first {
		h.read(ctx, r.fetcher, u)
	}
	select {
	case <-h.known:
	case <-ctx.Done():
		return ctx.Err()
	}
	if h.err != nil {
		return h.err
	}
	if ok, _ := h.group.Allowed(u.RequestURI()); !ok {
		return errDisallowed
	}
	return nil
}

func (h *hostRules) read(ctx context.Context, f *fetch.Fetcher, u *url.URL) {
	defer close(h.known)
	res, err := f.Do(ctx, fetch.Request{URL: u.Scheme + "://" + u.Host + "/robots.txt", MaxBody: robots.MaxBytes + 1, Truncate: true})
	all := robots.FromStatus(0, err)
	switch {
	case err != nil:
	case res.Status >= 200 && res.Status < 300:
		all = robots.Parse(res.Body)
	case res.Status >= 300 && res.Status < 400:
		all = robots.FromStatus(http.StatusNotFound, nil)
	default:
		all = robots.FromStatus(res.Status, nil)
	}
	h.group = all.GroupFor(UserAgentToken)
	if all.Unreachable {
		h.err = errNoRules
	}
}
