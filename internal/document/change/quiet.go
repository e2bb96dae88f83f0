package change

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/plain"
)

// maxQuiet is the longest edit that may mean nothing, in words.
const maxQuiet = 24

// quiet says whether an edit means nothing: the same letters divided otherwise, the
// same number in another form, an address or what is shown in its place, a list's
// mark, a hint for screen readers.
func quiet(a, b *words, e edit) bool {
	if e.a1-e.a0 > maxQuiet || e.b1-e.b0 > maxQuiet || !slices.Equal(a.columns(e.a0, e.a1), b.columns(e.b0, e.b1)) {
		return false
	}
	x, y := a.folds(e.a0, e.a1), b.folds(e.b0, e.b1)
	switch {
	case len(x) > 0 && len(y) > 0 && a.marked(e.a0, e.a1) && b.marked(e.b0, e.b1) && unspacedRun(a, e.a0, e.a1) == unspacedRun(b, e.b0, e.b1):
		return true
	case hidden(a, e.a0, e.a1, x, b, e.b0, e.b1, y):
		return true
	case len(x) == 0:
		return screenHint(y) || listNumber(b, e.b0, e.b1)
	case len(y) == 0:
		return screenHint(x) || listNumber(a, e.a0, e.a1)
	case mark(a, e.a0, e.a1) && mark(b, e.b0, e.b1):
		return counts(a, e.a1) && counts(b, e.b1)
	case a.figures(e.a0, e.a1) && b.figures(e.b0, e.b1):
		return sameFigures(a.amounts(e.a0, e.a1), b.amounts(e.b0, e.b1))
	}
	one := strings.Join(x, "")
	return one == strings.Join(y, "") && !strings.ContainsAny(one, "0123456789") && a.marked(e.a0, e.a1) && b.marked(e.b0, e.b1)
}

// marked says whether a mark stands between each two of the words from i to j: "e-mail"
// is email, but "web site" is another word than "website".
func (w *words) marked(i, j int) bool {
	for k := i + 1; k < j; k++ {
		shown := w.run(k-1, k)
		if last, _ := utf8.DecodeLastRuneInString(shown); !w.first(k) && w.pos[k].start > w.pos[k-1].end && (unicode.IsLetter(last) || unicode.IsDigit(last)) {
			return false
		}
	}
	return true
}

// unspacedRun is the text of some words without the spaces between.
func unspacedRun(w *words, i, j int) string {
	var b strings.Builder
	for ; i < j; i++ {
		b.WriteString(strings.Join(strings.Fields(w.run(i, i+1)), ""))
	}
	return strings.ToLower(strings.Trim(b.String(), ".,;:"))
}

// columns are those of the words from i to j that begin a cell behind an empty one.
func (w *words) columns(i, j int) []int16 {
	var out []int16
	for ; i < j; i++ {
		if c := w.pos[i].column; c > 0 {
			out = append(out, c)
		}
	}
	return out
}

func (w *words) folds(i, j int) []string {
	var out []string
	for ; i < j; i++ {
		out = append(out, w.fold(i))
	}
	return out
}

func (w *words) fold(i int) string {
	at := w.pos[i]
	return plain.FoldAt(w.text.blocks[at.block].Text, int(at.start), int(at.end))
}

func (w *words) figures(i, j int) bool {
	for ; i < j; i++ {
		if w.pos[i].class != plain.Number && w.pos[i].class != plain.Symbol {
			return false
		}
	}
	return true
}

// hidden says whether two runs are equal but for addresses that one of them conceals,
// or are nothing but a concealed address that the other leaves out.
func hidden(a *words, a0, a1 int, x []string, b *words, b0, b1 int, y []string) bool {
	all := func(w *words, i, j int) bool {
		for ; i < j; i++ {
			if w.pos[i].class != plain.ObfuscatedEmail {
				return false
			}
		}
		return true
	}
	if len(x) == 0 || len(y) == 0 {
		return all(a, a0, a1) && all(b, b0, b1)
	}
	if len(x) != len(y) {
		return false
	}
	for n := range x {
		p, q := a.pos[a0+n].class, b.pos[b0+n].class
		if x[n] != y[n] && !(p == plain.ObfuscatedEmail && q == plain.EmailAddress || p == plain.EmailAddress && q == plain.ObfuscatedEmail) {
			return false
		}
	}
	return true
}

// minPhone is how many digits a telephone number has at least.
const minPhone = 7

// sameFigures says whether two runs of figures are the same number in other forms:
// with spaces between the thousands, or a telephone number divided otherwise.
func sameFigures(x, y []string) bool {
	if slices.Equal(x, y) {
		return true
	}
	one, two := strings.Join(x, ""), strings.Join(y, "")
	return one == two && len(one) >= minPhone && strings.Trim(one, "0123456789+") == ""
}

// amounts are the figures from i to j, each in one form: figures of one to three digits
// are joined with the threes that follow after a space, and the currencies, which may
// stand on either side, go to the end.
func (w *words) amounts(i, j int) []string {
	var out []string
	money, open := "", false
	for ; i < j; i++ {
		number, unit, _ := strings.Cut(w.fold(i), " ")
		if w.pos[i].class == plain.Symbol {
			number, unit = "", number
		}
		if unit != "" {
			money += " " + unit
		}
		if number == "" {
			continue
		}
		whole, fraction, _ := strings.Cut(number, ".")
		if open && len(whole) == 3 {
			out[len(out)-1] += number
		} else {
			out = append(out, number)
			open = len(whole) <= 3 && whole[0] != '0'
		}
		// "1-500" is no thousand and five hundred.
		shown := w.run(i, i+1)
		open = open && fraction == "" && isDigit(shown[len(shown)-1])
	}
	if money != "" {
		out = append(out, money)
	}
	return out
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// listMark is the number of an item or clause at the beginning of a line, countMark one
// that counts in figures.
var (
	countMark = regexp.MustCompile(`^\d{1,3}[.)]$`)
	listMark  = regexp.MustCompile(`^\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]$`)
)

// mark says whether the words from i to j are the number of a list's item.
func mark(w *words, i, j int) bool {
	return j == i+1 && w.first(i) && w.text.blocks[w.pos[i].block].Numbered && listMark.MatchString(w.run(i, j))
}

// listNumber says whether the words from i to j are a number that one page writes into
// the text and another leaves to the list.
func listNumber(w *words, i, j int) bool {
	if dayOfMonth(w, j) {
		return false
	}
	return mark(w, i, j) || j == i+1 && w.first(i) && countMark.MatchString(w.run(i, j))
}

// dayOfMonth says whether the word at i is a month, so that the number before it is a
// day.
func dayOfMonth(w *words, i int) bool { return i < len(w.pos) && monthNames[w.fold(i)] }

// minMarked is how many words a line has at least whose number only counts: in a
// shorter one it may be the day of a date.
const minMarked = 6

// counts says whether the number before the word at i, in its place, does nothing but
// count: no month or year follows.
func counts(w *words, i int) bool {
	if i >= len(w.pos) || w.text.counts[w.pos[i].block] < minMarked {
		return false
	}
	for n := i; n < i+2 && n < len(w.pos); n++ {
		if w.pos[n].class == plain.Number || monthNames[w.fold(n)] {
			return false
		}
	}
	return true
}

// screenHints are what pages tell those who don't see that a link leads elsewhere.
var screenHints = map[string]bool{
	"opens in a new window": true, "opens in new window": true, "opens in a new tab": true, "opens in new tab": true, "opens new window": true,
	"link opens in a new window": true, "link opens in a new tab": true, "external link": true, "opens external link in new window": true,
	"öffnet in neuem fenster": true, "öffnet in einem neuen fenster": true, "öffnet in einem neuen tab": true, "wird in neuem fenster geöffnet": true,
	"s'ouvre dans une nouvelle fenêtre": true, "s'ouvre dans un nouvel onglet": true, "nouvelle fenêtre": true, "lien externe": true,
	"se abre en una ventana nueva": true, "se abre en una nueva ventana": true, "se abre en una pestaña nueva": true, "enlace externo": true,
	"si apre in una nuova finestra": true, "si apre in una nuova scheda": true, "link esterno": true,
	"abre numa nova janela": true, "abre em uma nova janela": true, "abre em nova aba": true,
	"opent in een nieuw venster": true, "opent in een nieuw tabblad": true, "externe link": true,
}

func screenHint(folds []string) bool { return screenHints[strings.Join(folds, " ")] }
