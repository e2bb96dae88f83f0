package content

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// writeLink writes a link. It writes only the content if the link has no target, contains
// blocks, or is inside another link or a heading.
func (w *writer) writeLink(n *node) {
	w.linkWords += int(n.linkWords)
	if mail := cloudflareEmail(n); mail != "" {
		w.writeEmailLink(mail)
		return
	}
	href := w.urls.resolve(n.attr(attrHref))
	if href == "" || n.hasBlock || w.inLink || w.inHeading {
		w.writeChildren(n)
		return
	}
	if n.words == 0 && findTag(n, atom.Img) == nil {
		return
	}
	w.pendingSpace = w.pendingSpace || startsWithSpace(n)
	w.syncMarks('[')
	from, open := len(w.block), len(w.openMarks)
	w.block = append(w.block, '[')
	w.inLink, w.linkTextStart = true, len(w.block)
	w.writeChildren(n)
	w.inLink, w.linkTextStart = false, 0
	w.closeMarks(open, 0)
	if len(w.block) == from+1 {
		w.block = w.block[:from]
		return
	}
	w.block = append(append(append(w.block, "]("...), href...), ')')
}

// startsWithSpace reports whether the first text of n begins with white space.
func startsWithSpace(n *node) bool {
	for n != nil && !n.isText {
		n = n.first
	}
	return n != nil && n.text != "" && spaceAt(n.text, 0) > 0
}

// isPermalink reports whether a link is a heading's link to itself.
func isPermalink(n *node) bool {
	if !strings.HasPrefix(n.attr(attrHref), "#") {
		return false
	}
	switch text := strings.TrimSpace(allText(n)); text {
	case "#", "¶", "§", "🔗", "link", "":
		return true
	}
	return false
}

// writeImage writes an image with alternative text.
func (w *writer) writeImage(n *node) {
	alt := tokenize.CollapseSpace(n.attr(attrAlt))
	if alt == "" {
		return
	}
	src := w.urls.resolve(n.attr(attrSrc))
	switch {
	case utf8.RuneCountInString(alt) <= 2: // an image of one or two characters is a symbol in the text
		w.writeWords(alt)
		return
	case src == "" || w.inHeading:
		return
	}
	w.syncMarks('!')
	w.block = append(w.block, "!["...)
	w.pendingSpace = false
	for i, f := range strings.Fields(alt) {
		if i > 0 {
			w.block = append(w.block, ' ')
		}
		for j := range len(f) {
			if markdownSpecial[f[j]] {
				w.block = append(w.block, '\\')
			}
			w.block = append(w.block, f[j])
		}
	}
	w.block = append(append(append(w.block, "]("...), src...), ')')
}

// writeEmailLink writes a decoded e-mail address as a link.
func (w *lineWriter) writeEmailLink(email string) {
	w.syncMarks('[')
	w.block = append(w.block, '[')
	w.writeWord(email)
	w.block = append(append(append(w.block, "](mailto:"...), strings.ReplaceAll(email, ")", "%29")...), ')')
}
