package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// Reason is why a part of a page is not part of its document.
type Reason string

// The reasons.
const (
	ReasonSiteBoilerplate Reason = "site_boilerplate" // the site's menus, header and footer
	ReasonConsentBanner   Reason = "consent_banner"   // a consent banner or dialog
	ReasonAside           Reason = "aside"            // other text next to the document
	ReasonForm            Reason = "form"             // a form and its labels
	ReasonControl         Reason = "control"          // a button or the options of a field
	ReasonHidden          Reason = "hidden"           // hidden until the reader interacts with the page, or for good
	ReasonScreenReader    Reason = "screen_reader"    // text for screen readers only
	ReasonDuplicate       Reason = "duplicate"        // a copy for another screen width
	ReasonOtherDocument   Reason = "other_document"   // another document on the page
	ReasonTemplate        Reason = "template"         // a client-side template without its values
	ReasonShell           Reason = "shell"            // text of a page whose document is in its scripts or templates
)

// Removed is a part of a page that is not part of the document.
type Removed struct {
	Reason Reason
	Words  int    // number of words that were visible
	Text   string // its lines, with the hidden ones
}

// Bounds of the removed parts of a page. They were chosen by hand.
const (
	maxRemovedParts = 2000
	maxRemovedBytes = 1 << 20 // of all texts; a longer text is cut
)

// removedReasons are the reasons for which a node with text is dropped. An invisible node has
// no text.
var removedReasons = map[dropReason]Reason{
	hidden: ReasonHidden, siteBoilerplate: ReasonSiteBoilerplate, consentBanner: ReasonConsentBanner, aside: ReasonAside, form: ReasonForm,
	control: ReasonControl, screenReader: ReasonScreenReader, duplicate: ReasonDuplicate, otherDocument: ReasonOtherDocument, unfilled: ReasonTemplate,
}

// removedParts returns the outermost dropped nodes that have text, in document order. Their
// number and length are bounded. It never returns nil.
func (p *pruner) removedParts() []Removed {
	out, left := []Removed{}, maxRemovedBytes
	add := func(r Reason, n *node) {
		text := removedText(n)
		if text == "" || len(out) == maxRemovedParts || left == 0 {
			return
		}
		if len(text) > left {
			text = strings.ToValidUTF8(text[:left], "")
		}
		left -= len(text)
		out = append(out, Removed{r, int(n.words), text})
	}
	if p.shell != nil {
		add(ReasonShell, p.shell)
	}
	walk(p.tree.body, func(n *node) bool {
		switch reason, removed := removedReasons[n.dropped]; {
		case removed && n.tag != atom.Template:
			add(reason, n)
			return false
		default:
			return n.dropped == notDropped
		}
	})
	return out
}

// removedText returns the text of a removed node, one line for each block, with the text that
// is dropped below it. It omits templates and drawings.
func removedText(n *node) string {
	var b strings.Builder
	var write func(*node)
	write = func(n *node) {
		if n.isText {
			b.WriteString(n.text)
			return
		}
		if n.hasTag(atom.Template, atom.Svg, atom.Canvas, atom.Audio, atom.Video, atom.Object) {
			return
		}
		isBlock := n.class&inline == 0 || n.tag == atom.Br
		if isBlock {
			b.WriteByte('\n')
		}
		for c := n.first; c != nil; c = c.next {
			write(c)
		}
		if isBlock {
			b.WriteByte('\n')
		}
	}
	write(n)
	var lines []string
	for line := range strings.SplitSeq(b.String(), "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
