package content

import (
	"bytes"
	"strings"

	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// ExtractText returns the page for a response that is Markdown or plain text in UTF-8. The
// whole text is the document. It never returns nil.
func ExtractText(b []byte) *ExtractedPage {
	text := strings.ToValidUTF8(string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))), "\ufffd")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(text)
	p := &ExtractedPage{Markdown: strings.TrimSpace(text), DocumentShare: 1, Source: FromText, SourcesTried: 1}
	previous := "" // the previous line, if it may be a heading
	fenced := false
	for line := range strings.SplitSeq(p.Markdown, "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if fenced {
			continue
		}
		if p.TitleElement == "" && len(p.Headings) == 0 && len(line) < maxTitle { // a first line that is not a heading serves as the title
			p.TitleElement = strings.Trim(line, "*_# ")
		}
		switch {
		case strings.HasPrefix(line, "#"):
			p.addHeading(strings.Trim(line, "# "))
		case previous != "" && isSetextUnderline(line):
			p.addHeading(previous)
		}
		previous = line
		if isSetextUnderline(line) || len(line) > maxTitle {
			previous = ""
		}
	}
	if len(p.Headings) > 0 {
		p.Title = p.Headings[0]
	}
	p.PageWordCount = tokenize.CountWords(p.Markdown)
	return p
}

// addHeading adds the plain text of a heading, up to maxHeadings.
func (p *ExtractedPage) addHeading(text string) {
	if text = markdown.PlainText(text); text != "" && len(p.Headings) < maxHeadings {
		p.Headings = append(p.Headings, text)
	}
}

// isSetextUnderline reports whether a line makes the previous one a heading (CommonMark 4.3).
func isSetextUnderline(line string) bool {
	return len(line) > 1 && (strings.Trim(line, "=") == "" || strings.Trim(line, "-") == "")
}
