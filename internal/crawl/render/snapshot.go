package render

import (
	"bytes"
	"context"
	_ "embed" // the script
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
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

// readHTML reads the HTML of a page and replaces each frame with its HTML. id is the frame of
// the page itself, and frameSessions are the sessions of its frames in other processes.
func readHTML(ctx context.Context, main session, id cdp.FrameID, frameSessions []session) (snapshot, error) {
	budget := maxHTML // left for frames and page
	markers := map[string]string{}
	for _, f := range listFrames(ctx, append([]session{main}, frameSessions...)) {
		s, err := takeSnapshot(ctx, f.session, f.id, budget, true)
		if err != nil || strings.TrimSpace(s.HTML) == "" {
			continue
		}
		budget -= len(s.HTML)
		if insertMarker(ctx, f) == nil {
			markers[string(f.id)] = s.HTML
		}
	}
	s, err := takeSnapshot(ctx, main, id, max(budget, maxHTML/2), false)
	if err != nil {
		return snapshot{}, err
	}
	if s.TooLarge {
		return snapshot{}, fmt.Errorf("page has more than %d nodes", maxNodes)
	}
	// Frames may be nested, so the inserted HTML may contain further markers.
	for range maxFrameDepth {
		s.HTML = replaceMarkers(s.HTML, markers)
	}
	return s, nil
}

// takeSnapshot runs snapshot.js in a frame. limit is in characters. inner returns only the body.
func takeSnapshot(ctx context.Context, s session, id cdp.FrameID, limit int, inner bool) (snapshot, error) {
	var out snapshot
	err := evaluate(ctx, s, id, fmt.Sprintf("(%s)(%d, %d, %t)", snapshotScript, max(limit, 0), maxNodes, inner), &out)
	return out, err
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
