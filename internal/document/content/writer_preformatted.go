package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// writePreformatted writes preformatted text as a code block. Long text without a code
// element becomes paragraphs.
func (w *writer) writePreformatted(n *node) {
	w.flush()
	if n.hasBlock || w.inCell || findTag(n, atom.Code) == nil && n.words > minTextWords {
		w.preDepth++
		w.writeChildren(n)
		w.flush()
		w.preDepth--
		return
	}
	text := strings.Trim(allText(n), "\n")
	if strings.TrimSpace(text) == "" {
		return
	}
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	w.beginBlock()
	w.out = append(w.out, fence...)
	for row := range strings.SplitSeq(text+"\n"+fence, "\n") {
		w.out = append(w.out, '\n')
		w.writeIndent(false)
		w.out = append(w.out, strings.TrimRight(row, " \t\r")...)
	}
}

// writeMarkdown writes text that is already Markdown.
func (w *writer) writeMarkdown(s string) {
	w.flush()
	w.beginBlock()
	first := true
	for row := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		if !first {
			w.out = append(w.out, '\n')
			w.writeIndent(false)
		}
		first = false
		w.out = append(w.out, strings.TrimRight(row, "\r")...)
		if h := strings.TrimLeft(row, "#"); len(h) < len(row) && strings.HasPrefix(h, " ") && len(w.headings) < maxHeadings {
			w.headings = append(w.headings, strings.TrimSpace(h))
		}
	}
}
