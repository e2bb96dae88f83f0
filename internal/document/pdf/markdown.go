package pdf

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What makes a heading: type that is so much larger than the body's, or bold type
// on a short line of its own.
const (
	largerBy    = 1.14
	maxHeading  = 200 // bytes
	headingSize = 3   // levels by size
)

// markdown writes pages as one text.
func markdown(pages []page) string {
	pages = withoutFurniture(pages)
	body := bodySize(pages)
	levels := headingSizes(pages, body)
	w := &writer{body: body, levels: levels, margin: margin(pages)}
	for _, p := range pages {
		w.lead = leading(p.lines)
		for i, l := range p.lines {
			w.line(l, i == 0)
		}
	}
	w.flush()
	return strings.TrimSpace(w.out.String())
}

// bodySize is the size of most letters.
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

// headingSizes are the sizes of headings, largest first.
func headingSizes(pages []page, body float64) []float64 {
	set := map[float64]bool{}
	for _, p := range pages {
		for _, l := range p.lines {
			if l.size >= body*largerBy && len(l.text) <= maxHeading && strings.ContainsFunc(l.text, isLetter) {
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

// leading is the distance between the lines of one page.
func leading(lines []line) float64 {
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
	return gaps[len(gaps)/3] // most gaps are within paragraphs
}

// margin is where full lines end.
func margin(pages []page) float64 {
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

// writer gathers lines into paragraphs.
type writer struct {
	out    strings.Builder
	body   float64
	levels []float64
	lead   float64
	margin float64
	block  []line
}

var (
	bullet   = regexp.MustCompile(`^[•●▪■◦○‣∙·►➢✓–-]\s+`)
	enumerat = regexp.MustCompile(`^(?:\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivxlc]{1,6}|[IVXLC]{1,6})[.)]|\d{1,3}(?:\.\d{1,3}){1,4}|§+\s?\d+|(?:Article|Artikel|Section|Artículo|Articolo|Artigo|Abschnitt|Chapter|Annex|Appendix)\s+\w{1,5})(?:\s|$)`)
	toc      = regexp.MustCompile(`(?:\.\s?){5,}\s*\d*$`)
)

// line adds a line to the paragraph, or begins a new one.
func (w *writer) line(l line, firstOfPage bool) {
	if len(w.block) > 0 && w.breaks(w.block[len(w.block)-1], l, firstOfPage) {
		w.flush()
	}
	w.block = append(w.block, l)
}

// breaks says whether a new paragraph begins between two lines.
func (w *writer) breaks(a, b line, firstOfPage bool) bool {
	la, lb := w.level(a), w.level(b)
	switch {
	case la != lb || math.Abs(a.size-b.size) > 0.25*max(a.size, b.size):
		return true
	case bullet.MatchString(b.text) || toc.MatchString(a.text):
		return true
	}
	ended := strings.ContainsRune(".:;!?。：；", lastRune(a.text))
	if firstOfPage || b.y > a.y { // the next page or column
		return la > 0 || a.bold != b.bold || ended || !continues(b.text)
	}
	gap := a.y - b.y
	switch {
	case a.turn != b.turn:
		return true
	case w.lead > 0 && gap > 1.45*w.lead || gap > 3*b.size:
		return true
	case la > 0: // a heading of two lines
		return false
	case a.bold != b.bold && w.short(a):
		return true
	case enumerat.MatchString(b.text) && (ended || w.short(a)):
		return true
	}
	return ended && w.short(a) && !continues(b.text)
}

// continues says whether a line begins in the middle of a sentence.
func continues(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(r) || unicode.Is(unicode.Han, r) || unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// short says whether a line ends well before the margin.
func (w *writer) short(l line) bool { return w.margin > 0 && l.end < w.margin-0.12*(w.margin-l.x) }

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// level is the heading level of a line, or 0.
func (w *writer) level(l line) int {
	switch {
	case l.heading > 0:
		return min(l.heading, 6)
	case len(l.text) > maxHeading || !strings.ContainsFunc(l.text, isLetter) || bullet.MatchString(l.text):
		return 0
	case l.size >= w.body*largerBy:
		return min(slices.Index(w.levels, l.size)+1, headingSize)
	}
	return 0
}

// flush writes the paragraph.
func (w *writer) flush() {
	if len(w.block) == 0 {
		return
	}
	text := join(w.block)
	level := w.level(w.block[0])
	if level == 0 && boldHeading(w.block, text) {
		level = min(len(w.levels), headingSize-1) + 1
	}
	switch {
	case level > 0:
		text = strings.Repeat("#", level) + " " + text
	case bullet.MatchString(text):
		text = "- " + bullet.ReplaceAllString(text, "")
	case strings.HasPrefix(text, "#"):
		text = `\` + text
	}
	w.block = w.block[:0]
	if w.out.Len() > 0 {
		w.out.WriteString("\n\n")
	}
	w.out.WriteString(text)
}

// boldHeading says whether a paragraph is a bold line that heads what follows.
func boldHeading(block []line, text string) bool {
	if len(block) > 2 || len(text) > 120 || strings.ContainsRune(".,;", lastRune(text)) && !enumerat.MatchString(text) || !strings.ContainsFunc(text, isLetter) {
		return false
	}
	for _, l := range block {
		if !l.bold {
			return false
		}
	}
	return true
}

// join makes one line of several: a word that was hyphenated is made whole, and
// ideographs are not parted by spaces.
func join(block []line) string {
	s := block[0].text
	for _, l := range block[1:] {
		last := lastRune(s)
		first, _ := utf8.DecodeRuneInString(l.text)
		switch {
		case last == '\u00ad':
			s += l.text
		case (last == '-' || last == '‐') && unicode.IsLower(first) && letterBefore(s):
			s = strings.TrimRight(s, "-‐") + l.text
		case last == '/' || wide(last) && wide(first):
			s += l.text
		default:
			s += " " + l.text
		}
	}
	return strings.ReplaceAll(s, "\u00ad", "")
}

func letterBefore(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, "-‐"))
	return unicode.IsLower(r)
}

func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r < 0x3040 || r >= 0xff00 && r < 0xff61
}
