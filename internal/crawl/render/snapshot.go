package render

import (
	"bytes"
	"context"
	_ "embed" // the script
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

//go:embed script/snapshot.js
var snapshotScript string

// maxHTML bounds a page's HTML, in characters, frames included.
const maxHTML = 6 << 20

// snapshot is what snapshot.js tells.
type snapshot struct {
	HTML  string `json:"html"`
	Title string `json:"title"`
	URL   string `json:"url"`
	Cut   bool   `json:"cut"`
	Over  bool   `json:"over"`
}

func unmarshal(raw jsonv2.Value, result any) error {
	if err := jsonv2.Unmarshal(raw, result, chromedp.DefaultUnmarshalOptions); err != nil {
		return fmt.Errorf("read a script's result: %w", err)
	}
	return nil
}

// result reads the page as it stands.
func (t *tab) result(ctx context.Context, end Reason) (*RenderedPage, error) {
	p := &RenderedPage{EndReason: end}
	t.mu.Lock()
	p.MovedTo = t.movedTo
	t.mu.Unlock()
	switch end {
	case Settled, Timeout:
		t.freeze(ctx)
		if err := t.read(ctx, p); err != nil {
			return nil, err
		}
	case Moved:
		p.URL = t.req.URL
	default:
		t.mu.Lock()
		defer t.mu.Unlock()
		return nil, t.endErr
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	p.Hosts, p.Refused = maps.Clone(t.hosts), maps.Clone(t.refused)
	p.Requests, p.Bytes, p.Duration = t.sent, t.bytes, time.Since(t.started)
	return p, nil
}

// read takes the page's HTML, with that of its frames in their places.
func (t *tab) read(ctx context.Context, p *RenderedPage) error {
	left := maxHTML
	marks := map[string]string{}
	for _, f := range t.frameList(ctx) {
		s, err := t.shot(ctx, f.session, f.id, left, true)
		if err != nil || strings.TrimSpace(s.HTML) == "" {
			continue
		}
		left -= len(s.HTML)
		if t.mark(ctx, f) == nil {
			marks[string(f.id)] = s.HTML
		}
	}
	s, err := t.shot(ctx, t.main, cdp.FrameID(t.target), max(left, maxHTML/2), false)
	if err != nil {
		return err
	}
	if s.Over {
		return fmt.Errorf("it has more than %d nodes", maxNodes)
	}
	// Frames may be in frames: what was put in may hold further marks.
	for range maxDepth {
		s.HTML = fill(s.HTML, marks)
	}
	p.HTML, p.Title, p.URL, p.Truncated = s.HTML, s.Title, s.URL, s.Cut
	return nil
}

// textOf counts the bytes of text in HTML that are no script's.
func textOf(body []byte) int {
	z := html.NewTokenizer(bytes.NewReader(body))
	z.SetMaxBuf(1 << 20)
	n, skip := 0, atom.Atom(0)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return n
		case html.StartTagToken:
			name, _ := z.TagName()
			switch tag := atom.Lookup(name); tag {
			case atom.Script, atom.Style, atom.Noscript, atom.Title:
				skip = tag
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == skip {
				skip = 0
			}
		case html.TextToken:
			if skip == 0 {
				n += len(bytes.TrimSpace(z.Text()))
			}
		}
	}
}
