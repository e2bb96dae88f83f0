package content

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"

	"github.com/clausea/crawler/internal/document/plain"
)

// Page is what a page says of itself.
type Page struct {
	Title     string   // of the document itself: its first heading
	Head      string   // the title element's
	Lang      string   // as declared
	Headings  []string // of the main content, at most maxHeadings
	Markdown  string   // the main content
	All       int      // words of the whole page, menus included
	LinkWords int      // words of the main content that are links
	Dated     []string // lines of the whole page that have a year, menus and headers included
	Modified  string   // when the page's metadata say that it was changed, as they write it
}

const (
	maxHeadings = 400
	// maxTitle is how long a line may be to be a title, in bytes.
	maxTitle = 160
)

// HTML reads a page in UTF-8. It parses once and reads everything from the one tree.
func HTML(body []byte) *Page {
	p := &Page{}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		// The parser refuses trees deeper than 512; the text is still there.
		p.readTokens(body)
		return p
	}
	p.readHead(root)
	p.readDated(root)
	p.readMain(root)
	return p
}

// Text takes Markdown or plain text in UTF-8 as it is.
func Text(b []byte) *Page {
	p := &Page{Markdown: strings.TrimSpace(strings.ReplaceAll(string(bytes.ToValidUTF8(b, []byte("\ufffd"))), "\r\n", "\n"))}
	for line := range strings.SplitSeq(p.Markdown, "\n") {
		if p.Head == "" && len(p.Headings) == 0 && len(line) < maxTitle { // a first line of its own is a title of a kind
			p.Head = strings.Trim(strings.TrimSpace(line), "*_# ")
		}
		if h := strings.TrimSpace(strings.TrimLeft(line, "#")); h != "" && strings.HasPrefix(line, "#") && len(p.Headings) < maxHeadings {
			p.Headings = append(p.Headings, h)
		}
	}
	if len(p.Headings) > 0 {
		p.Title = p.Headings[0]
	}
	p.All = plain.Count(p.Markdown)
	return p
}
