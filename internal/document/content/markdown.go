package content

import (
	"bytes"
	"strings"

	"github.com/clausea/crawler/internal/document/plain"
)

// ExtractText takes Markdown or plain text in UTF-8 as it is.
func ExtractText(b []byte) *ExtractedPage {
	text := strings.ToValidUTF8(string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))), "\ufffd")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(text)
	p := &ExtractedPage{Markdown: strings.TrimSpace(text), DocumentShare: 1, Source: FromText, SourcesTried: 1}
	before := "" // the line before, if it may be a heading
	fenced := false
	for line := range strings.SplitSeq(p.Markdown, "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if fenced {
			continue
		}
		if p.TitleElement == "" && len(p.Headings) == 0 && len(line) < maxTitle { // a first line of its own is a title of a kind
			p.TitleElement = strings.Trim(line, "*_# ")
		}
		switch {
		case strings.HasPrefix(line, "#"):
			p.head(strings.Trim(line, "# "))
		case before != "" && underline(line):
			p.head(before)
		}
		before = line
		if underline(line) || len(line) > maxTitle {
			before = ""
		}
	}
	if len(p.Headings) > 0 {
		p.Title = p.Headings[0]
	}
	p.PageWordCount = plain.CountWords(p.Markdown)
	return p
}

func (p *ExtractedPage) head(text string) {
	if text = plain.PlainText(text); text != "" && len(p.Headings) < maxHeadings {
		p.Headings = append(p.Headings, text)
	}
}

// underline says whether a line makes a heading of the one before (CommonMark, 4.3).
func underline(line string) bool {
	return len(line) > 1 && (strings.Trim(line, "=") == "" || strings.Trim(line, "-") == "")
}
