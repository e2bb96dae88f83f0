package score

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a path or a link's text, in bytes and words. Link texts have at most 200
// bytes, and paths of documents are far shorter.
const (
	maxBytes = 400
	maxWords = 64
)

// wordList is a text in normal form: lower-case Latin letters without accents, words separated
// by single spaces in place of other characters, camelCase split.
type wordList struct {
	buf   [maxBytes + 8]byte
	spans [maxWords]span
	size  int // bytes in use of buf
	count int // number of words
	// nonLatin means that there are letters of scripts other than Latin.
	nonLatin bool
	// slugStart and slugEnd delimit the words of the slug: the last path segment that has
	// words and is not the name of an index page.
	slugStart, slugEnd int
	segments           int // of the path
	hasQuery           bool
}

// span is the position of a word in wordList.buf.
type span struct{ from, to uint16 }

// phrase returns the n words from index i, separated by single spaces.
func (w *wordList) phrase(i, n int) []byte { return w.buf[w.spans[i].from:w.spans[i+n-1].to] }

// minArticleNumber is the length of the shortest article number, in bytes. It was chosen by
// hand.
const minArticleNumber = 5

// isArticleNumber reports whether the word at index i is long and begins with a digit, as the
// article numbers of help centers do.
func (w *wordList) isArticleNumber(i int) bool {
	p := w.phrase(i, 1)
	return len(p) >= minArticleNumber && p[0] >= '0' && p[0] <= '9'
}

// add appends the words of s.
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
			if !unicode.Is(unicode.Mn, r) { // combining accents are dropped
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
		r = unicode.ToLower(r) // a few, such as the Ångström sign, become a letter of unaccented
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

// addText adds a link's text.
func (w *wordList) addText(s string) { w.add(s) }

// addURL adds the path of a URL and the values of its query, except return URLs: a login page
// that returns to a policy is not a policy.
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
			// Help centers put an article's number before its name.
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

// pageEndings and indexPages carry no information about a page.
var (
	pageEndings = newSet("html htm xhtml shtml php aspx asp jsp jspx do cfm md")
	indexPages  = newSet("index default home main")
)

func newSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(list) {
		m[s] = true
	}
	return m
}

// firstAccented is the first character of unaccented: À.
const firstAccented = 0xc0

// unaccented holds the letters of Latin-1 and Latin Extended-A (U+00C0 to U+017F) without
// accents, so that "accessibilité" and "accessibilite" are one word.
var unaccented = strings.Fields(`a a a a a a ae c e e e e i i i i d n o o o o o x o u u u u y th ss
	a a a a a a ae c e e e e i i i i d n o o o o o x o u u u u y th y
	a a a a a a c c c c c c c c d d d d e e e e e e e e e e
	g g g g g g g g h h h h i i i i i i i i i i ij ij j j k k k
	l l l l l l l l l l n n n n n n n n n o o o o o o oe oe
	r r r r r r s s s s s s s s t t t t t t u u u u u u u u u u u u
	w w y y y z z z z z z s`)

// normalize returns s in normal form.
func normalize(s string) string {
	var w wordList
	w.addText(s)
	return string(w.buf[:w.size])
}
