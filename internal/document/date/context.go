package date

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reach of a cue, in bytes of the text before and after a date.
const (
	reachBefore = 260
	reachAfter  = 160
	// maxLabel is how long a line may be that is a label for the next one.
	maxLabel = 90
)

// marks may stand between words without ending a sentence.
const marks = " :,;-()[]\"'|#>/=~·•«»“”„（）【】「」『』：、，・＊%&+\\"

// hit is a cue beside a date.
type hit struct {
	cue
	label bool // it begins its line, or it and the document's name are all of it
}

// surroundings are the folded text around one date.
type surroundings struct {
	left, right string
	// sentence is what stands before the date in its sentence, other dates included.
	sentence    string
	rangeBegins bool // the date begins a span of time
	follows     bool // left begins at the end of another date
}

func around(s string, all []literal, i int) surroundings {
	l := all[i]
	from, to := max(0, l.start-reachBefore), min(len(s), l.end+reachAfter)
	if i > 0 {
		from = max(from, all[i-1].end)
	}
	next := i+1 < len(all) && all[i+1].start < to
	if next {
		to = all[i+1].start
	}
	a := surroundings{left: withoutClock(fold(valid(s[from:l.start]))), right: fold(valid(s[l.end:to])), follows: i > 0 && from == all[i-1].end}
	a.sentence = sentence(a.left)
	if a.follows && len(a.sentence) == len(a.left) {
		a.sentence = sentence(fold(valid(s[max(0, l.start-reachBefore):l.start])))
	}
	a.rangeBegins = next && ranges[strings.TrimSpace(a.right)]
	return a
}

// valid cuts the halves of letters off both ends of a window.
func valid(s string) string {
	for len(s) > 0 && !utf8.RuneStart(s[0]) {
		s = s[1:]
	}
	for i := len(s) - 1; i >= max(0, len(s)-utf8.UTFMax); i-- {
		if utf8.RuneStart(s[i]) {
			if !utf8.FullRuneInString(s[i:]) {
				s = s[:i]
			}
			break
		}
	}
	return s
}

// maxGlue bounds the words between a cue and its date.
const maxGlue = 12

// hitsBefore walks back from the date over words that say nothing, to a cue; then
// on to a second one, as in "effective and last updated".
func (a surroundings) hitsBefore() []hit {
	w, crossed, table, numbers := a.left, false, false, 0
	var hits []hit
	var vague hit
	for range maxGlue {
		rest, feed, ended := trimMarks(w)
		if ended || rest == "" || feed && (len(hits) > 0 || crossed) {
			break
		}
		if feed {
			above := rest[strings.LastIndexByte(rest, '\n')+1:]
			if len(above) > maxLabel || len(a.left)-len(rest) > 24 || strings.HasSuffix(w, "\n- ") {
				break // no label, or one item of a list
			}
			crossed, table = true, strings.Contains(above, "|")
			if table {
				rest = cell(above, strings.Count(w[len(rest):], "|"))
			}
		}
		w = rest
		word := lastWord(w)
		if c, ok := longest(cues().before[word], w, strings.HasSuffix); ok {
			left := w[:len(w)-len(c.phrase)]
			h, ok := a.judge(c, left, a.left[min(len(a.left), len(w)):])
			ok = ok && (!crossed || h.label || table)
			switch {
			case c.vague:
				if ok && vague.kind == 0 {
					vague = h
				}
			case table && c.weak && c.kind == published: // the head of a column of dates
				return nil
			case ok && len(hits) == 0:
				hits = append(hits, h)
			case ok && h.kind != hits[0].kind && h.kind != published:
				return append(hits, h)
			case len(hits) == 0 && !(c.weak && (glue[word] || isUnspacedGlue(c.phrase))):
				return nil
			}
			w = left
			continue
		}
		if len(hits) > 0 && word != "and" && word != "&" && !glue[word] {
			break
		}
		n, ok := glueLength(w, word)
		if !ok {
			break
		}
		if word[0] >= '0' && word[0] <= '9' {
			if numbers++; numbers > 3 {
				break
			}
		}
		w = w[:len(w)-n]
	}
	if len(hits) == 0 && vague.kind != 0 {
		hits = append(hits, vague)
	}
	return hits
}

// cell is what stands in the column of a table's row; borders are those before it
// in both rows and in the line between.
func cell(row string, borders int) string {
	cells := strings.Split(strings.Trim(row, " |"), "|")
	for _, i := range []int{borders - 1, len(cells) - 1} {
		if i >= 0 && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
	}
	return ""
}

// trimMarks cuts marks from the end, and says whether a line or a sentence ended there.
func trimMarks(w string) (rest string, feed, ended bool) {
	rest = strings.TrimRight(w, marks+"\n.!?。")
	cut := w[len(rest):]
	feed = strings.Contains(cut, "\n")
	if strings.ContainsAny(cut, "!?。") {
		return rest, feed, true
	}
	if i := strings.Index(cut, ". "); i >= 0 {
		// An abbreviation or a number does not end a sentence.
		last := lastWord(rest)
		ended = len(last) > 4 || !glue[last] && last != "rev" && last != "ver" && last != "eff" && last != "upd" && !isNumber(last)
	}
	return rest, feed, ended
}

func isNumber(w string) bool {
	return w != "" && strings.IndexFunc(w, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
}

// longest is the longest cue that w has at its end, or at its beginning.
func longest(list []cue, w string, has func(string, string) bool) (cue, bool) {
	var best cue
	for _, c := range list {
		if len(c.phrase) > len(best.phrase) && has(w, c.phrase) && parted(w, c.phrase) {
			best = c
		}
	}
	return best, best.phrase != ""
}

// parted says whether a phrase at the end of w begins a word there.
func parted(w, phrase string) bool {
	if !strings.HasSuffix(w, phrase) || len(w) == len(phrase) {
		return true
	}
	if first, _ := utf8.DecodeRuneInString(phrase); unspaced(first) || first >= 0x590 && first < 0x780 { // Hebrew and Arabic prefix words
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(w[:len(w)-len(phrase)])
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// glueLength is how many bytes at the end of w say nothing of the date.
func glueLength(w, word string) (int, bool) {
	if _, n := lastAudience(w); n > 0 {
		return n, true
	}
	if glue[word] || glue[strings.Trim(word, "'")] {
		return len(word), true
	}
	if r, _ := utf8.DecodeLastRuneInString(w); unspaced(r) {
		for _, g := range unspacedGlue {
			if strings.HasSuffix(w, g) {
				return len(g), true
			}
		}
		return 0, false
	}
	if len(word) > 0 && len(word) <= 8 && strings.Trim(word, "v0123456789.°#") == "" { // a version
		return len(word), true
	}
	return len(word), len(word) > 1 && documents.in(word)
}

// judge says whether a cue is said of the document: left is what stands before it,
// gap what stands between it and the date.
func (a surroundings) judge(c cue, left, gap string) (hit, bool) {
	h := hit{cue: c}
	prefix := sentence(left)
	line := left[strings.LastIndexByte(left, '\n')+1:]
	rest := a.right[:endOfSentence(a.right)]
	if a.rangeBegins || former.in(prefix[max(0, len(prefix)-70):]) {
		return h, false
	}
	lastLaw, lastDoc := laws.last(a.sentence), documents.last(a.sentence)
	if lastLaw > lastDoc || lastDoc < 0 && laws.in(rest) || parts[lastWord(strings.TrimRight(prefix, marks))] {
		return h, false
	}
	h.label = onlyGlue(line) || strings.HasSuffix(strings.TrimRight(line, " "), "-") || c.phrase == "rev" && strings.HasSuffix(line, "(")
	named := documents.in(prefix) || documents.in(gap) || documents.in(rest)
	switch {
	case c.vague:
		return h, named && lastLaw < 0 && !laws.in(rest) && (applies.in(prefix) || applies.in(rest))
	case !c.weak:
		return h, true
	case named && (h.label || c.kind != published || documents.in(gap) || selves.in(prefix)):
		return h, true
	case h.label:
		// A label has nothing but the date, or little, on its line.
		return h, strings.Contains(gap, ":") || len(strings.Fields(rest)) <= 4 || a.audience() != everybody && otherAudience(rest)
	}
	return h, false
}

// onlyGlue says whether nothing but the document's name stands on a line.
func onlyGlue(line string) bool {
	for {
		line = strings.TrimRight(line, marks+".!?。")
		if line == "" {
			return true
		}
		n, ok := glueLength(line, lastWord(line))
		if !ok || n == 0 {
			return false
		}
		line = line[:len(line)-n]
	}
}

// sentence is what of a text belongs to its last sentence.
func sentence(s string) string {
	if i := strings.LastIndexAny(s, "\n!?。；"); i >= 0 {
		_, n := utf8.DecodeRuneInString(s[i:])
		s = s[i+n:]
	}
	for at := len(s); ; {
		i := strings.LastIndex(s[:at], ". ")
		if i < 0 {
			return s
		}
		if w := lastWord(s[:i]); len(w) > 3 && !isNumber(w) {
			return s[i+2:]
		}
		at = i
	}
}

// endOfSentence is where the first sentence of a text ends.
func endOfSentence(s string) int {
	end := len(s)
	for _, stop := range []string{"\n", ". ", "。", "! ", "? ", "；"} {
		if i := strings.Index(s, stop); i >= 0 {
			end = min(end, i)
		}
	}
	return end
}

// hitAfter is a cue that follows the date.
func (a surroundings) hitAfter() (hit, bool) {
	w := a.right
	for range 3 {
		w = strings.TrimLeft(w, " ,()[]:-|「」（）.'")
		if w == "" {
			return hit{}, false
		}
		c, ok := longest(cues().after[firstWord(w)], w, strings.HasPrefix)
		if !ok {
			if first := firstWord(w); glue[first] && first != "" {
				w = w[len(first):]
				continue
			}
			return hit{}, false
		}
		return a.judgeAfter(c, w[len(c.phrase):])
	}
	return hit{}, false
}

func (a surroundings) judgeAfter(c cue, rest string) (hit, bool) {
	h := hit{cue: c}
	prefix := sentence(a.left)
	rest = rest[:endOfSentence(rest)]
	lastLaw, lastDoc := laws.last(a.sentence), documents.last(a.sentence)
	if lastLaw > lastDoc || former.in(prefix[max(0, len(prefix)-70):]) || lastDoc < 0 && laws.in(rest) {
		return h, false
	}
	if c.wide() {
		h.label = onlyGlue(a.left[strings.LastIndexByte(a.left, '\n')+1:])
		return h, h.label || lastDoc >= 0 || documents.in(rest) || len(strings.TrimSpace(rest)) < 12
	}
	line := strings.Trim(a.left[strings.LastIndexByte(a.left, '\n')+1:], marks)
	h.label = line == ""
	if h.label {
		return h, len(strings.Fields(rest)) <= 3 || documents.in(rest)
	}
	return h, !c.weak && (lastDoc >= 0 || documents.in(rest))
}
