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

// maxHTML limits the HTML of a page with its frames, in characters. The frames are read first. The
// page itself may have maxHTML/2 characters even if the frames use the rest. The limit was chosen by
// hand.
const maxHTML = 6 << 20

// snapshot is the result of snapshot.js.
type snapshot struct {
	HTML      string `json:"html"`
	Title     string `json:"title"`
	URL       string `json:"url"`
	Truncated bool   `json:"truncated"`
	TooLarge  bool   `json:"tooLarge"`
}

// unmarshal parses the result of a script into result.
func unmarshal(raw jsonv2.Value, result any) error {
	if err := jsonv2.Unmarshal(raw, result, chromedp.DefaultUnmarshalOptions); err != nil {
		return fmt.Errorf("parse result of script: %w", err)
	}
	return nil
}

// result returns the page after it has ended with a reason.
func (t *tab) result(ctx context.Context, end Reason) (*RenderedPage, error) {
	p := &RenderedPage{EndReason: end}
	t.mu.Lock()
	p.MovedTo = t.movedTo
	t.mu.Unlock()
	switch end {
	case Settled, Timeout:
		t.stopScripts(ctx)
		if err := t.readHTML(ctx, p); err != nil {
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
	p.Requests, p.Bytes, p.Duration = t.sentRequests, t.bytes, time.Since(t.started)
	return p, nil
}

// readHTML reads the HTML of the page and replaces each frame with its HTML.
func (t *tab) readHTML(ctx context.Context, p *RenderedPage) error {
	budget := maxHTML // left for frames and page
	markers := map[string]string{}
	for _, f := range t.listFrames(ctx) {
		s, err := t.takeSnapshot(ctx, f.session, f.id, budget, true)
		if err != nil || strings.TrimSpace(s.HTML) == "" {
			continue
		}
		budget -= len(s.HTML)
		if t.insertMarker(ctx, f) == nil {
			markers[string(f.id)] = s.HTML
		}
	}
	s, err := t.takeSnapshot(ctx, t.main, cdp.FrameID(t.target), max(budget, maxHTML/2), false)
	if err != nil {
		return err
	}
	if s.TooLarge {
		return fmt.Errorf("page has more than %d nodes", maxNodes)
	}
	// Frames may be nested, so the inserted HTML may contain further markers.
	for range maxFrameDepth {
		s.HTML = replaceMarkers(s.HTML, markers)
	}
	p.HTML, p.Title, p.URL, p.Truncated = s.HTML, s.Title, s.URL, s.Truncated
	return nil
}

// countText returns the number of bytes of text in HTML, without scripts and styles.
func countText(body []byte) int {
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
