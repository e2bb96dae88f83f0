package plain

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// copyrightYear is the year that a footer counts up by itself.
var copyrightYear = regexp.MustCompile(`©\s*(?:\d{4}\s*[-–]\s*)?\d{4}`)

// Normalise is the text that is compared: Markdown without its marks, link
// targets and white space, in Unicode's composed form. What was escaped is text,
// and so is what stands in code. It is the inverse of how package content writes
// Markdown, and reads other people's as CommonMark does where that matters to words.
func Normalise(md string) string {
	if !norm.NFC.IsNormalString(md) {
		md = norm.NFC.String(md)
	}
	r := reader{out: make([]byte, 0, len(md))}
	fence := ""
	for md != "" {
		var line string
		line, md, _ = strings.Cut(md, "\n")
		t := strings.TrimLeft(line, " \t>")
		switch run := leading(t, '`'); {
		case fence == "" && run >= 3 && strings.IndexByte(t[run:], '`') < 0:
			fence = t[:run]
			continue
		case fence != "" && run >= len(fence) && strings.TrimSpace(t[run:]) == "":
			fence = ""
			continue
		case fence != "":
			r.words(line)
		case !rule(t):
			r.line(t)
		}
		r.space = true
	}
	s := string(r.out)
	if strings.Contains(s, "©") {
		s = copyrightYear.ReplaceAllString(s, "©")
	}
	return s
}

// reader makes plain text of Markdown.
type reader struct {
	out    []byte
	space  bool
	labels []int // where the open "[" of this line stand in out
}

func leading(s string, c byte) int {
	n := 0
	for n < len(s) && s[n] == c {
		n++
	}
	return n
}

// rule says whether a line only draws: a rule, the line below a heading, or the one
// below the head of a table.
func rule(s string) bool {
	n := 0
	for i := range len(s) {
		switch s[i] {
		case '-', '=', '*', '_':
			n++
		case ' ', '\t', '\r', '|', ':':
		default:
			return false
		}
	}
	return n >= 3
}

// line reads one line, of which quotes and indent were cut.
func (r *reader) line(s string) {
	if n := leading(s, '#'); n > 0 && n <= 6 && n < len(s) && s[n] == ' ' {
		s = s[n:]
	} else if len(s) > 1 && (s[0] == '-' || s[0] == '*' || s[0] == '+') && (s[1] == ' ' || s[1] == '\t') {
		s = s[2:]
	}
	row := strings.HasPrefix(s, "|") // of a table
	r.labels = r.labels[:0]
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && asciiPunct(s[i+1]):
			r.put(s[i+1 : i+2])
			i += 2
		case c == '`':
			i = r.code(s, i)
		case c == '\\' && i+1 == len(s): // a line break
			i++
		case c == '*', c == '~' && i+1 < len(s) && s[i+1] == '~':
			i += leading(s[i:], c)
		case c == '|' && row:
			r.space = true
			i++
		case c == '_':
			n := leading(s[i:], '_')
			if inWord(s[:i], s[i+n:]) { // within a word it means nothing
				r.put(s[i : i+n])
			}
			i += n
		case (c == '[' || c == '!' && i+1 < len(s) && s[i+1] == '[') && len(r.labels) < maxLabels:
			n := 1
			if c == '!' {
				n = 2
			}
			r.flush()
			r.labels = append(r.labels, len(r.out))
			r.put(s[i : i+n])
			i += n
		case c == ']':
			i = r.label(s, i)
		case c == '<' && i+3 < len(s) && strings.EqualFold(s[i:i+3], "<br") && (s[i+3] == '>' || s[i+3] == ' ' || s[i+3] == '/'):
			if end := strings.IndexByte(s[i:min(len(s), i+maxReach)], '>'); end > 0 {
				r.space = true
				i += end + 1
				continue
			}
			r.put("<")
			i++
		default:
			n := 1
			for i+n < len(s) && !marks[s[i+n]] {
				n++
			}
			r.words(s[i : i+n])
			i += n
		}
	}
}

var marks = func() (t [256]bool) {
	for _, c := range []byte("\\`*_~|[]!<") {
		t[c] = true
	}
	return
}()

// Bounds that keep the reading of a line linear in its length.
const (
	maxLabels = 16   // links within links
	maxReach  = 4096 // bytes in which the end of a mark is looked for
)

// inWord says whether letters or digits stand on both sides of a mark.
func inWord(before, after string) bool {
	b, _ := utf8.DecodeLastRuneInString(before)
	a, _ := utf8.DecodeRuneInString(after)
	return wordRune(b) && wordRune(a)
}

func wordRune(c rune) bool { return c != utf8.RuneError && (unicode.IsLetter(c) || unicode.IsDigit(c)) }

func asciiPunct(c byte) bool {
	return c >= '!' && c <= '/' || c >= ':' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~'
}

// code reads a code span, whose text is as it stands.
func (r *reader) code(s string, i int) int {
	n := leading(s[i:], '`')
	for j, end := i+n, min(len(s), i+maxReach); j < end; {
		k := strings.IndexByte(s[j:end], '`')
		if k < 0 {
			break
		}
		j += k
		m := leading(s[j:], '`')
		if m == n {
			r.words(s[i+n : j])
			return j + m
		}
		j += m
	}
	return i + n
}

// label ends the text of a link, or is a bracket of the text.
func (r *reader) label(s string, i int) int {
	if len(r.labels) == 0 {
		r.put("]")
		return i + 1
	}
	from := r.labels[len(r.labels)-1]
	r.labels = r.labels[:len(r.labels)-1]
	if i+1 < len(s) && s[i+1] == '(' {
		if end := strings.IndexByte(s[i+1:min(len(s), i+maxReach)], ')'); end > 0 {
			cut := 1
			if r.out[from] == '!' {
				cut = 2
			}
			r.out = append(r.out[:from], r.out[from+cut:]...)
			return i + 1 + end + 1
		}
	}
	r.put("]")
	return i + 1
}

// flush writes the white space that was read.
func (r *reader) flush() {
	if r.space && len(r.out) > 0 {
		r.out = append(r.out, ' ')
	}
	r.space = false
}

func (r *reader) put(s string) {
	r.flush()
	r.out = append(r.out, s...)
}

// words writes text: its white space squeezed, without what shows nothing.
func (r *reader) words(s string) {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			n := 1
			for i+n < len(s) && s[i+n] < utf8.RuneSelf && s[i+n] > ' ' && c > ' ' {
				n++
			}
			if c <= ' ' || c == 0x7f {
				r.space = true
			} else {
				r.put(s[i : i+n])
			}
			i += n
			continue
		}
		v, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsSpace(v):
			r.space = true
		case invisible(v):
		default:
			r.put(s[i : i+n])
		}
		i += n
	}
}

// invisible are characters that show nothing and that editors sprinkle: soft
// hyphen, zero width space, marks of direction, word joiner and byte order mark.
func invisible(c rune) bool {
	return c == 0xad || c == 0x200b || c == 0x200e || c == 0x200f || c == 0x2060 || c == 0xfeff
}

// Squeeze makes one space of each run of white space, and none at the ends.
func Squeeze(s string) string {
	if !ragged(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	for w := range strings.FieldsSeq(s) {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(b, w...)
	}
	return string(b)
}

// ragged says whether s has white space that Squeeze would change.
func ragged(s string) bool {
	before := true
	for _, c := range s {
		is := unicode.IsSpace(c)
		if is && (before || c != ' ') {
			return true
		}
		before = is
	}
	return before && s != ""
}
