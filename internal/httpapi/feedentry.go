package httpapi

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/store"
)

// feedEntry is a change in a feed. Its texts are plain: they contain no markup of ours, and what
// looks like markup in them is part of the text.
type feedEntry struct {
	id         string // a tag URI (RFC 4151)
	title      string
	link       string // the URL of the document, or empty
	at         time.Time
	text       string
	categories []string
}

// tagPrefix precedes the IDs of feeds and entries. The date is that of the domain's use for them.
const tagPrefix = "tag:clausea.co,2026:"

// maxFeedHeadings bounds the headings that the text of an entry lists.
const maxFeedHeadings = 10

// happened says what happened to a document.
var happened = map[store.ChangeKind]string{
	store.ChangeCreated: "was found", store.ChangeChanged: "changed", store.ChangeMoved: "moved to another URL", store.ChangeRemoved: "was removed",
	store.ChangeRestored: "is available again", store.ChangeBroken: "lost its text", store.ChangeRecovered: "has its text again",
	store.ChangeFlapping: "reverted to an earlier text", store.ChangeEffectiveSoon: "announces a date on which it takes effect",
}

// newFeedEntry returns the entry of a change.
func newFeedEntry(c store.Change) feedEntry {
	title := c.Company + ": " + doctype.Name(c.DocumentType) + " " + happened[c.Kind]
	if c.Title != "" {
		title += " (" + c.Title + ")"
	}
	e := feedEntry{id: tagPrefix + "change/" + url.PathEscape(c.ID), title: plainLine(title), at: c.At.UTC(), text: feedText(c)}
	if u, err := url.Parse(c.URL); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		e.link = u.String()
	}
	for _, category := range append([]string{string(c.Kind), c.DocumentType}, c.Summary.Labels...) {
		if category = plainLine(category); category != "" {
			e.categories = append(e.categories, category)
		}
	}
	return e
}

// feedText returns the text of an entry, a statement a line.
func feedText(c store.Change) string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, plainLine(fmt.Sprintf(format, args...))) }
	if c.Summary.Added+c.Summary.Removed > 0 {
		add("Words: %d added, %d removed.", c.Summary.Added, c.Summary.Removed)
	}
	if c.From != c.To {
		add("Versions: %d to %d.", c.From, c.To)
	}
	if len(c.Summary.Labels) > 0 {
		add("About: %s.", strings.Join(c.Summary.Labels, ", "))
	}
	if n := len(c.Summary.Headings); n > 0 {
		add("Sections: %s.", strings.Join(c.Summary.Headings[:min(n, maxFeedHeadings)], "; "))
	}
	if c.Silent {
		add("The date that the document states did not change.")
	}
	if c.EffectiveDate != "" {
		add("Takes effect on %s.", c.EffectiveDate)
	}
	if c.PreviousURL != "" {
		add("Previous URL: %s", c.PreviousURL)
	}
	if c.Reason != "" {
		add("Reason: %s.", c.Reason)
	}
	add("URL: %s", c.URL)
	return strings.Join(lines, "\n")
}

// plainLine returns a text as one line of valid UTF-8, without control characters and without
// characters that change the direction of the text around them.
func plainLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufffe' || r == '\uffff':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.Join(strings.Fields(s), " ")
}
