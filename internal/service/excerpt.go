package service

import (
	"strings"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/change"
)

// ExcerptPart is a part of an excerpt: words that are equal, added or removed.
type ExcerptPart struct {
	Kind string // change.Equal, change.Added or change.Removed
	Text string
}

const (
	// maxExcerpt is the length at which an excerpt ends, in bytes.
	maxExcerpt = 320
	// maxExcerptStart is the maximum number of bytes of a sentence before its first changed word.
	maxExcerptStart = 120
)

// excerptOf returns the first changed sentence of a change, with its marks: the first in which more
// than a date changed, if there is one. It is nil if no words were added or removed.
func excerptOf(c change.Change) []ExcerptPart {
	var dated []ExcerptPart
	for _, s := range c.Sections {
		first, undated := s.FirstChange()
		if undated >= 0 {
			return excerptFrom(s.Ops, undated)
		}
		if first >= 0 && dated == nil {
			dated = excerptFrom(s.Ops, first)
		}
	}
	return dated
}

// excerptFrom returns the sentence of the changed words ops[at].
func excerptFrom(ops []change.Op, at int) (out []ExcerptPart) {
	if at > 0 && ops[at-1].Kind == change.Equal && !strings.HasPrefix(ops[at].Text, "\n") {
		if start := lastSentence(ops[at-1].Text); start != "" {
			out = append(out, ExcerptPart{change.Equal, start})
		}
	}
	size := 0
	for n, op := range ops[at:] {
		if n > 0 && op.Kind == change.Equal && (strings.HasPrefix(op.Text, "\n") || endsSentence(out[len(out)-1].Text)) {
			break
		}
		text, whole := firstSentence(op.Text)
		if op.Kind != change.Equal {
			text, whole = firstParagraph(op.Text)
		}
		cut := truncate(text, maxExcerpt-size)
		if cut != "" {
			out, size = append(out, ExcerptPart{op.Kind, cut}), size+len(cut)
		}
		// Added words follow the removed words that they replace.
		replaced := op.Kind == change.Removed && at+n+1 < len(ops) && ops[at+n+1].Kind == change.Added
		if cut != text || size >= maxExcerpt || !whole && !replaced {
			break
		}
	}
	return out
}

// lastSentence returns the end of a text after its last complete sentence.
func lastSentence(text string) string {
	text = text[strings.LastIndexByte(text, '\n')+1:]
	for i := len(text) - 1; i > 0; i-- {
		if text[i] == ' ' && endsSentence(text[:i]) {
			text = text[i+1:]
			break
		}
	}
	if endsSentence(text) {
		return ""
	}
	if len(text) <= maxExcerptStart {
		return text
	}
	text = text[len(text)-maxExcerptStart:]
	for text != "" && !utf8.RuneStart(text[0]) {
		text = text[1:]
	}
	if _, rest, ok := strings.Cut(text, " "); ok {
		text = rest
	}
	return "… " + text
}

// firstSentence returns the first sentence of a text, and whether that is the whole text.
func firstSentence(text string) (sentence string, whole bool) {
	text, whole = firstParagraph(text)
	for i := range len(text) {
		if text[i] == ' ' && endsSentence(text[:i]) {
			return text[:i], false
		}
	}
	return text, whole
}

// firstParagraph returns the first paragraph of a text, and whether that is the whole text.
func firstParagraph(text string) (paragraph string, whole bool) {
	paragraph, _, more := strings.Cut(strings.TrimLeft(text, "\n "), "\n")
	return strings.TrimSpace(paragraph), !more
}

// endsSentence reports whether a text ends with the end of a sentence.
func endsSentence(text string) bool {
	for _, end := range []string{".", "!", "?", "。", "！", "？", "؟", "।"} {
		if strings.HasSuffix(text, end) {
			return true
		}
	}
	return false
}

// truncate returns at most n bytes of a text, without parts of words if possible.
func truncate(text string, n int) string {
	if n <= 0 {
		return ""
	}
	if len(text) <= n {
		return text
	}
	text = text[:n]
	for text != "" && !utf8.ValidString(text[max(0, len(text)-utf8.UTFMax):]) && !utf8.RuneStart(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	if i := strings.LastIndexByte(text, ' '); i > n/2 {
		text = text[:i]
	}
	return strings.ToValidUTF8(text, "") + " …"
}
