package dashboard

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/clausea/crawler/internal/document/markdown"
)

// textParts are the parts of a long text, of which a page shows one.
type textParts struct {
	Part, Parts int
	Label       string // of the navigation
	path, asOf  string
}

// With returns the parts with the label of a navigation.
func (t textParts) With(label string) textParts {
	t.Label = label
	return t
}

// Previous returns the URL of the part before, or "".
func (t textParts) Previous() string { return t.at(t.Part - 1) }

// Next returns the URL of the part after, or "".
func (t textParts) Next() string { return t.at(t.Part + 1) }

// Heading returns the link to a heading, which can be in another part.
func (t textParts) Heading(h markdown.PartHeading) string {
	if h.Part == t.Part {
		return "#" + h.Anchor
	}
	q := t.query(h.Part)
	return t.path + "?" + q.Encode() + "#" + h.Anchor
}

func (t textParts) at(part int) string {
	if part < 1 || part > t.Parts {
		return ""
	}
	return t.path + "?" + t.query(part).Encode() + "#text"
}

func (t textParts) query(part int) url.Values {
	q := url.Values{"part": {strconv.Itoa(part)}}
	if t.asOf != "" {
		q.Set("asOf", t.asOf)
	}
	return q
}

const (
	// maxTextOutline is the maximum number of headings in the contents of a text.
	maxTextOutline = 150
	// maxOutlineText is the length at which a heading in the contents ends, in bytes.
	maxOutlineText = 150
)

// outlineOf returns the headings that the contents of a text list.
func outlineOf(all []markdown.PartHeading) (shown []markdown.PartHeading, omitted int) {
	shown = all[:min(len(all), maxTextOutline)]
	for i := range shown {
		shown[i].Text = outlineText(shown[i].Text)
	}
	return shown, len(all) - len(shown)
}

// outlineText returns the beginning of a heading.
func outlineText(text string) string {
	if len(text) <= maxOutlineText {
		return text
	}
	return strings.ToValidUTF8(text[:maxOutlineText], "") + " …"
}
