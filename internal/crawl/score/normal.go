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

// words is a text in normal form: lower case, Latin letters without their accents,
// runs of anything but letters and digits one space, camelCase taken apart.
type words struct {
	buf [maxBytes + 8]byte
	at  [maxWords]span
	len int // bytes of buf
	n   int // words
	// wide says that there are letters of other scripts than Latin.
	wide bool
	// slug and end bound the words of the path's last segment that says something.
	slug, end int
	segments  int
	query     bool
}

type span struct{ from, to uint16 }

// word is the n words from i on, with single spaces between them.
func (w *words) phrase(i, n int) []byte { return w.buf[w.at[i].from:w.at[i+n-1].to] }

// longNumber is the least length of a word that begins with a digit and is taken
// for the number of an article.
const longNumber = 5

// number says whether a word is an article's number.
func (w *words) number(i int) bool {
	p := w.phrase(i, 1)
	return len(p) >= longNumber && p[0] >= '0' && p[0] <= '9'
}

// add appends s; what follows begins a new word.
func (w *words) add(s string) {
	open, lower := false, false
	for i := 0; i < len(s) && w.len < maxBytes; {
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
			if w.n == maxWords {
				return
			}
			if w.len > 0 {
				w.buf[w.len] = ' '
				w.len++
			}
			w.at[w.n].from = uint16(w.len)
			w.n++
			open = true
		}
		w.put(r)
		w.at[w.n-1].to = uint16(w.len)
		lower = r >= 'a' && r <= 'z'
	}
}

// put appends a letter or a digit in normal form.
func (w *words) put(r rune) {
	if r >= firstAccent+rune(len(plain)) {
		r = unicode.ToLower(r) // of a few, such as the Ångström sign, that is a letter of plain
	}
	switch {
	case r >= 'A' && r <= 'Z':
		w.buf[w.len] = byte(r) + 'a' - 'A'
		w.len++
	case r < utf8.RuneSelf:
		w.buf[w.len] = byte(r)
		w.len++
	case r >= firstAccent && r < firstAccent+rune(len(plain)):
		w.len += copy(w.buf[w.len:], plain[r-firstAccent])
	default:
		w.wide = true
		w.len += utf8.EncodeRune(w.buf[w.len:], r)
	}
}

// text reads a link's text.
func (w *words) text(s string) { w.add(s) }

// url reads a OfURL's path, and the values of its query but those of return
// addresses: a login page that leads back to a policy is no policy.
func (w *words) url(u *url.URL) {
	for rest := u.Path; rest != ""; {
		var seg string
		seg, rest, _ = strings.Cut(rest, "/")
		if seg == "" {
			continue
		}
		w.segments++
		from := w.n
		if i := strings.LastIndexByte(seg, '.'); i > 0 && pageEndings[seg[i+1:]] {
			seg = seg[:i]
		}
		w.add(seg)
		if from < w.n && !indexPages[seg] {
			w.slug, w.end = from, w.n
			// Help desks put an article's number before its name.
			if w.end-w.slug > 1 && w.number(w.slug) {
				w.slug++
			}
		}
	}
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		switch strings.ToLower(name) {
		case "return_to", "returnurl", "return", "redirect", "redirect_uri", "next", "continue", "url", "dest", "r", "ref":
		default:
			w.query = w.query || part != ""
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

// firstAccent is where the table plain begins: À.
const firstAccent = 0xc0

// plain is Latin-1's and Latin Extended-A's letters (U+00C0 to U+017F) without
// their accents, so that "accessibilité" and "accessibilite" are one word.
var plain = strings.Fields(`a a a a a a ae c e e e e i i i i d n o o o o o x o u u u u y th ss
	a a a a a a ae c e e e e i i i i d n o o o o o x o u u u u y th y
	a a a a a a c c c c c c c c d d d d e e e e e e e e e e
	g g g g g g g g h h h h i i i i i i i i i i ij ij j j k k k
	l l l l l l l l l l n n n n n n n n n o o o o o o oe oe
	r r r r r r s s s s s s s s t t t t t t u u u u u u u u u u u u
	w w y y y z z z z z z s`)

// normal is s in normal form.
func normal(s string) string {
	var w words
	w.text(s)
	return string(w.buf[:w.len])
}
