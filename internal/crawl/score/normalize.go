package score

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is read of a path or a link's text, in bytes and words. Links'
// texts are cut at 200 bytes before, and no path of a document comes near them.
const (
	maxBytes = 400
	maxWords = 64
)

// wordList is a text in normal form: lower case, Latin letters without their accents,
// runs of anything but letters and digits one space, camelCase taken apart.
type wordList struct {
	buf   [maxBytes + 8]byte
	spans [maxWords]span
	size  int // bytes of buf
	count int // words
	// nonLatin says that there are letters of other scripts than Latin.
	nonLatin bool
	// slug and end bound the words of the path's last segment that says something.
	slugStart, slugEnd int
	segments           int
	hasQuery           bool
}

type span struct{ from, to uint16 }

// word is the n words from i on, with single spaces between them.
func (w *wordList) phrase(i, n int) []byte { return w.buf[w.spans[i].from:w.spans[i+n-1].to] }

// minArticleNumber is the least length of a word that begins with a digit and is taken
// for the number of an article.
const minArticleNumber = 5

// isArticleNumber says whether a word is an article's number.
func (w *wordList) isArticleNumber(i int) bool {
	p := w.phrase(i, 1)
	return len(p) >= minArticleNumber && p[0] >= '0' && p[0] <= '9'
}

// add appends s; what follows begins a new word.
func (w *wordList) add(s string) {
	open, lower := false, false
	for i := 0; i < len(s) && w.size < maxBytes; {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		i += size
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r))
		if !letter {
			if !unicode.Is(unicode.Mn, r) { // a combining accent is left out
				open, lower = false, false
			}
			continue
		}
		capital := r >= 'A' && r <= 'Z'
		if !open || capital && lower {
			if w.count == maxWords {
				return
			}
			if w.size > 0 {
				w.buf[w.size] = ' '
				w.size++
			}
			w.spans[w.count].from = uint16(w.size)
			w.count++
			open = true
		}
		w.appendRune(r)
		w.spans[w.count-1].to = uint16(w.size)
		lower = r >= 'a' && r <= 'z'
	}
}

// appendRune appends a letter or a digit in normal form.
func (w *wordList) appendRune(r rune) {
	if r >= firstAccented+rune(len(unaccented)) {
		r = unicode.ToLower(r) // of a few, such as the Ångström sign, that is a letter of plain
	}
	switch {
	case r >= 'A' && r <= 'Z':
		w.buf[w.size] = byte(r) + 'a' - 'A'
		w.size++
	case r < utf8.RuneSelf:
		w.buf[w.size] = byte(r)
		w.size++
	case r >= firstAccented && r < firstAccented+rune(len(unaccented)):
		w.size += copy(w.buf[w.size:], unaccented[r-firstAccented])
	default:
		w.nonLatin = true
		w.size += utf8.EncodeRune(w.buf[w.size:], r)
	}
}

// addText reads a link's text.
func (w *wordList) addText(s string) { w.add(s) }

// addURL reads a OfURL's path, and the values of its query but those of return
// addresses: a login page that leads back to a policy is no policy.
func (w *wordList) addURL(u *url.URL) {
	for rest := u.Path; rest != ""; {
		var seg string
		seg, rest, _ = strings.Cut(rest, "/")
		if seg == "" {
			continue
		}
		w.segments++
		from := w.count
		if i := strings.LastIndexByte(seg, '.'); i > 0 && pageEndings[seg[i+1:]] {
			seg = seg[:i]
		}
		w.add(seg)
		if from < w.count && !indexPages[seg] {
			w.slugStart, w.slugEnd = from, w.count
			// Help desks put an article's number before its name.
			if w.slugEnd-w.slugStart > 1 && w.isArticleNumber(w.slugStart) {
				w.slugStart++
			}
		}
	}
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		switch strings.ToLower(name) {
		case "return_to", "returnurl", "return", "redirect", "redirect_uri", "next", "continue", "url", "dest", "r", "ref":
		default:
			w.hasQuery = w.hasQuery || part != ""
			w.add(value)
		}
	}
}

// pageEndings and indexPages say nothing about what a page is.
var (
	pageEndings = set("html htm xhtml shtml php aspx asp jsp jspx do cfm md")
	indexPages  = set("index default home main")
)

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(list) {
		m[s] = true
	}
	return m
}

// firstAccented is where the table plain begins: À.
const firstAccented = 0xc0

// unaccented is Latin-1's and Latin Extended-A's letters (U+00C0 to U+017F) without
// their accents, so that "accessibilité" and "accessibilite" are one word.
var unaccented = strings.Fields(`a a a a a a ae c e e e e i i i i d n o o o o o x o u u u u y th ss
	a a a a a a ae c e e e e i i i i d n o o o o o x o u u u u y th y
	a a a a a a c c c c c c c c d d d d e e e e e e e e e e
	g g g g g g g g h h h h i i i i i i i i i i ij ij j j k k k
	l l l l l l l l l l n n n n n n n n n o o o o o o oe oe
	r r r r r r s s s s s s s s t t t t t t u u u u u u u u u u u u
	w w y y y z z z z z z s`)

// normalize is s in normal form.
func normalize(s string) string {
	var w wordList
	w.addText(s)
	return string(w.buf[:w.size])
}
