package pdf

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of headings. A heading has a larger font than the body text, or is a short bold
// paragraph. The values were chosen by hand.
const (
	headingSizeRatio = 1.14 // minimum ratio of the font size to that of the body text
	maxHeadingBytes  = 200  // bytes
	maxSizeLevels    = 3    // heading levels that the font size distinguishes
)

// formatMarkdown converts pages to one Markdown text.
func formatMarkdown(pages []page) string {
	pages = removeBoilerplate(pages)
	body := bodySize(pages)
	levels := headingSizes(pages, body)
	w := &writer{bodySize: body, headingSizes: levels, margin: rightMargin(pages)}
	for _, p := range pages {
		w.leading = lineSpacing(p.lines)
		for i, l := range p.lines {
			w.addLine(l, i == 0)
		}
	}
	w.flush()
	return strings.TrimSpace(w.out.String())
}

// bodySize returns the font size of most letters.
func bodySize(pages []page) float64 {
	count := map[float64]int{}
	for _, p := range pages {
		for _, l := range p.lines {
			count[l.size] += l.letters
		}
	}
	best := 0.0
	for size, n := range count {
		if n > count[best] || n == count[best] && size < best {
			best = size
		}
	}
	return best
}

// headingSizes returns the font sizes of headings, largest first.
func headingSizes(pages []page, body float64) []float64 {
	set := map[float64]bool{}
	for _, p := range pages {
		for _, l := range p.lines {
			if l.size >= body*headingSizeRatio && len(l.text) <= maxHeadingBytes && strings.ContainsFunc(l.text, isLetter) {
				set[l.size] = true
			}
		}
	}
	var sizes []float64
	for s := range set {
		sizes = append(sizes, s)
	}
	slices.SortFunc(sizes, func(a, b float64) int { return int(math.Copysign(1, b-a)) })
	return sizes
}

// lineSpacing returns the usual distance between the lines of one page, or 0 if it is unknown.
func lineSpacing(lines []line) float64 {
	var gaps []float64
	for i := 1; i < len(lines); i++ {
		if g := lines[i-1].y - lines[i].y; g > 0 && lines[i].size > 0 && g < 4*lines[i].size {
			gaps = append(gaps, g)
		}
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/3] // the lower third: most gaps lie within paragraphs
}

// rightMargin returns the x at which full lines end, or 0 if there are no long lines.
func rightMargin(pages []page) float64 {
	var ends []float64
	for _, p := range pages {
		for _, l := range p.lines {
			if l.letters > 20 {
				ends = append(ends, l.end)
			}
		}
	}
	if len(ends) == 0 {
		return 0
	}
	slices.Sort(ends)
	return ends[len(ends)*9/10]
}

// writer joins lines into paragraphs.
type writer struct {
	out          strings.Builder
	bodySize     float64   // font size of the body text
	headingSizes []float64 // see the function headingSizes
	leading      float64   // line spacing of the current page
	margin       float64   // right margin
	paragraph    []line    // lines of the current paragraph
}

// Patterns for the beginning of a list item, the beginning of a numbered paragraph, and the
// end of an entry in a table of contents.
var (
	bulletPattern   = regexp.MustCompile(`^[•●▪■◦○‣∙·►➢✓–-]\s+`)
	numberPattern   = regexp.MustCompile(`^(?:\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivxlc]{1,6}|[IVXLC]{1,6})[.)]|\d{1,3}(?:\.\d{1,3}){1,4}|§+\s?\d+|(?:Article|Artikel|Section|Artículo|Articolo|Artigo|Abschnitt|Chapter|Annex|Appendix)\s+\w{1,5})(?:\s|$)`)
	tocEntryPattern = regexp.MustCompile(`(?:\.\s?){5,}\s*\d*$`)
)

// addLine appends a line to the paragraph or begins a new one.
func (w *writer) addLine(l line, firstOfPage bool) {
	if len(w.paragraph) > 0 && w.startsParagraph(w.paragraph[len(w.paragraph)-1], l, firstOfPage) {
		w.flush()
	}
	w.paragraph = append(w.paragraph, l)
}

// startsParagraph reports whether line b begins a new paragraph after line a. firstOfPage is
// set if b is the first line of its page. The ratios were chosen by hand.
func (w *writer) startsParagraph(a, b line, firstOfPage bool) bool {
	la, lb := w.headingLevel(a), w.headingLevel(b)
	switch {
	case la != lb || math.Abs(a.size-b.size) > 0.25*max(a.size, b.size):
		return true
	case bulletPattern.MatchString(b.text) || tocEntryPattern.MatchString(a.text):
		return true
	}
	ended := strings.ContainsRune(".:;!?。：；", lastRune(a.text))
	if firstOfPage || b.y > a.y { // the next page or column
		return la > 0 || a.bold != b.bold || ended || !continuesSentence(b.text)
	}
	gap := a.y - b.y
	switch {
	case a.rotation != b.rotation:
		return true
	case w.leading > 0 && gap > 1.45*w.leading || gap > 3*b.size:
		return true
	case la > 0: // a heading of two lines
		return false
	case a.bold != b.bold && w.isShort(a):
		return true
	case numberPattern.MatchString(b.text) && (ended || w.isShort(a)):
		return true
	}
	return ended && w.isShort(a) && !continuesSentence(b.text)
}

// continuesSentence reports whether a line begins in the middle of a sentence.
func continuesSentence(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(r) || unicode.Is(unicode.Han, r) || unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// isShort reports whether a line ends well before the right margin.
func (w *writer) isShort(l line) bool { return w.margin > 0 && l.end < w.margin-0.12*(w.margin-l.x) }

// lastRune returns the last character of s.
func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// headingLevel returns the heading level of a line, or 0.
func (w *writer) headingLevel(l line) int {
	switch {
	case l.heading > 0:
		return min(l.heading, 6)
	case len(l.text) > maxHeadingBytes || !strings.ContainsFunc(l.text, isLetter) || bulletPattern.MatchString(l.text):
		return 0
	case l.size >= w.bodySize*headingSizeRatio:
		return min(slices.Index(w.headingSizes, l.size)+1, maxSizeLevels)
	}
	return 0
}

// flush writes the paragraph.
func (w *writer) flush() {
	if len(w.paragraph) == 0 {
		return
	}
	text := joinLines(w.paragraph)
	level := w.headingLevel(w.paragraph[0])
	if level == 0 && isBoldHeading(w.paragraph, text) {
		level = min(len(w.headingSizes), maxSizeLevels-1) + 1
	}
	switch {
	case level > 0:
		text = strings.Repeat("#", level) + " " + text
	case bulletPattern.MatchString(text):
		text = "- " + bulletPattern.ReplaceAllString(text, "")
	case strings.HasPrefix(text, "#"):
		text = `\` + text
	}
	w.paragraph = w.paragraph[:0]
	if w.out.Len() > 0 {
		w.out.WriteString("\n\n")
	}
	w.out.WriteString(text)
}

// isBoldHeading reports whether a paragraph is a heading by its bold type: it has one or two
// lines and is not a sentence.
func isBoldHeading(block []line, text string) bool {
	if len(block) > 2 || len(text) > 120 || strings.ContainsRune(".,;", lastRune(text)) && !numberPattern.MatchString(text) || !strings.ContainsFunc(text, isLetter) {
		return false
	}
	for _, l := range block {
		if !l.bold {
			return false
		}
	}
	return true
}

// joinLines joins the lines of a paragraph. It rejoins hyphenated words and inserts no space
// between ideographs.
func joinLines(block []line) string {
	s := block[0].text
	for _, l := range block[1:] {
		last := lastRune(s)
		first, _ := utf8.DecodeRuneInString(l.text)
		switch {
		case last == '\u00ad':
			s += l.text
		case (last == '-' || last == '‐') && unicode.IsLower(first) && endsWithHyphenatedWord(s):
			s = strings.TrimRight(s, "-‐") + l.text
		case last == '/' || isUnspaced(last) && isUnspaced(first):
			s += l.text
		default:
			s += " " + l.text
		}
	}
	return strings.ReplaceAll(s, "\u00ad", "")
}

// endsWithHyphenatedWord reports whether a lower-case letter precedes the hyphens at the end
// of s.
func endsWithHyphenatedWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, "-‐"))
	return unicode.IsLower(r)
}

// isUnspaced reports whether r belongs to a script that is written without spaces.
func isUnspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r < 0x3040 || r >= 0xff00 && r < 0xff61
}
