package change

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// maxInsignificantWords is the longest edit that may mean nothing, in words.
const maxInsignificantWords = 24

// insignificant says whether an edit means nothing: the same letters divided otherwise, the
// same number in another form, an address or what is shown in its place, a list's
// mark, a hint for screen readers.
func insignificant(a, b *wordSequence, e edit) bool {
	if e.a1-e.a0 > maxInsignificantWords || e.b1-e.b0 > maxInsignificantWords || !slices.Equal(a.cellColumns(e.a0, e.a1), b.cellColumns(e.b0, e.b1)) {
		return false
	}
	x, y := a.foldedWords(e.a0, e.a1), b.foldedWords(e.b0, e.b1)
	switch {
	case len(x) > 0 && len(y) > 0 && a.joinedByPunctuation(e.a0, e.a1) && b.joinedByPunctuation(e.b0, e.b1) && textWithoutSpaces(a, e.a0, e.a1) == textWithoutSpaces(b, e.b0, e.b1):
		return true
	case differsByConcealment(a, e.a0, e.a1, x, b, e.b0, e.b1, y):
		return true
	case len(x) == 0:
		return isScreenReaderHint(y) || isListNumber(b, e.b0, e.b1)
	case len(y) == 0:
		return isScreenReaderHint(x) || isListNumber(a, e.a0, e.a1)
	case isItemMarker(a, e.a0, e.a1) && isItemMarker(b, e.b0, e.b1):
		return onlyNumbersTheItem(a, e.a1) && onlyNumbersTheItem(b, e.b1)
	case a.onlyFigures(e.a0, e.a1) && b.onlyFigures(e.b0, e.b1):
		return sameNumbers(a.normalizedAmounts(e.a0, e.a1), b.normalizedAmounts(e.b0, e.b1))
	}
	one := strings.Join(x, "")
	return one == strings.Join(y, "") && !strings.ContainsAny(one, "0123456789") && a.joinedByPunctuation(e.a0, e.a1) && b.joinedByPunctuation(e.b0, e.b1)
}

// joinedByPunctuation says whether a mark stands between each two of the words from i to j: "e-mail"
// is email, but "web site" is another word than "website".
func (w *wordSequence) joinedByPunctuation(i, j int) bool {
	for k := i + 1; k < j; k++ {
		shown := w.textOf(k-1, k)
		if last, _ := utf8.DecodeLastRuneInString(shown); !w.startsBlock(k) && w.pos[k].start > w.pos[k-1].end && (unicode.IsLetter(last) || unicode.IsDigit(last)) {
			return false
		}
	}
	return true
}

// textWithoutSpaces is the text of some words without the spaces between.
func textWithoutSpaces(w *wordSequence, i, j int) string {
	var b strings.Builder
	for ; i < j; i++ {
		b.WriteString(strings.Join(strings.Fields(w.textOf(i, i+1)), ""))
	}
	return strings.ToLower(strings.Trim(b.String(), ".,;:"))
}

// cellColumns are those of the words from i to j that begin a cell behind an empty one.
func (w *wordSequence) cellColumns(i, j int) []int16 {
	var out []int16
	for ; i < j; i++ {
		if c := w.pos[i].column; c > 0 {
			out = append(out, c)
		}
	}
	return out
}

func (w *wordSequence) foldedWords(i, j int) []string {
	var out []string
	for ; i < j; i++ {
		out = append(out, w.foldedWord(i))
	}
	return out
}

func (w *wordSequence) foldedWord(i int) string {
	at := w.pos[i]
	return tokenize.FoldAt(w.text.blocks[at.block].Text, int(at.start), int(at.end))
}

func (w *wordSequence) onlyFigures(i, j int) bool {
	for ; i < j; i++ {
		if w.pos[i].class != tokenize.Number && w.pos[i].class != tokenize.Symbol {
			return false
		}
	}
	return true
}

// differsByConcealment says whether two runs are equal but for addresses that one of them conceals,
// or are nothing but a concealed address that the other leaves out.
func differsByConcealment(a *wordSequence, a0, a1 int, x []string, b *wordSequence, b0, b1 int, y []string) bool {
	all := func(w *wordSequence, i, j int) bool {
		for ; i < j; i++ {
			if w.pos[i].class != tokenize.ObfuscatedEmail {
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
		if x[n] != y[n] && !(p == tokenize.ObfuscatedEmail && q == tokenize.EmailAddress || p == tokenize.EmailAddress && q == tokenize.ObfuscatedEmail) {
			return false
		}
	}
	return true
}

// minPhoneDigits is how many digits a telephone number has at least.
const minPhoneDigits = 7

// sameNumbers says whether two runs of figures are the same number in other forms:
// with spaces between the thousands, or a telephone number divided otherwise.
func sameNumbers(x, y []string) bool {
	if slices.Equal(x, y) {
		return true
	}
	one, two := strings.Join(x, ""), strings.Join(y, "")
	return one == two && len(one) >= minPhoneDigits && strings.Trim(one, "0123456789+") == ""
}

// normalizedAmounts are the figures from i to j, each in one form: figures of one to three digits
// are joined with the threes that follow after a space, and the currencies, which may
// stand on either side, go to the end.
func (w *wordSequence) normalizedAmounts(i, j int) []string {
	var out []string
	money, open := "", false
	for ; i < j; i++ {
		number, unit, _ := strings.Cut(w.foldedWord(i), " ")
		if w.pos[i].class == tokenize.Symbol {
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
		shown := w.textOf(i, i+1)
		open = open && fraction == "" && isDigit(shown[len(shown)-1])
	}
	if money != "" {
		out = append(out, money)
	}
	return out
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// itemMarker is the number of an item or clause at the beginning of a line, itemNumber one
// that counts in figures.
var (
	itemNumber = regexp.MustCompile(`^\d{1,3}[.)]$`)
	itemMarker = regexp.MustCompile(`^\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]$`)
)

// isItemMarker says whether the words from i to j are the number of a list's item.
func isItemMarker(w *wordSequence, i, j int) bool {
	return j == i+1 && w.startsBlock(i) && w.text.blocks[w.pos[i].block].Numbered && itemMarker.MatchString(w.textOf(i, j))
}

// isListNumber says whether the words from i to j are a number that one page writes into
// the text and another leaves to the list.
func isListNumber(w *wordSequence, i, j int) bool {
	if isMonthName(w, j) {
		return false
	}
	return isItemMarker(w, i, j) || j == i+1 && w.startsBlock(i) && itemNumber.MatchString(w.textOf(i, j))
}

// isMonthName says whether the word at i is a month, so that the number before it is a
// day.
func isMonthName(w *wordSequence, i int) bool { return i < len(w.pos) && monthNames[w.foldedWord(i)] }

// minNumberedLineWords is how many words a line has at least whose number only counts: in a
// shorter one it may be the day of a date.
const minNumberedLineWords = 6

// onlyNumbersTheItem says whether the number before the word at i, in its place, does nothing but
// count: no month or year follows.
func onlyNumbersTheItem(w *wordSequence, i int) bool {
	if i >= len(w.pos) || w.text.wordCounts[w.pos[i].block] < minNumberedLineWords {
		return false
	}
	for n := i; n < i+2 && n < len(w.pos); n++ {
		if w.pos[n].class == tokenize.Number || monthNames[w.foldedWord(n)] {
			return false
		}
	}
	return true
}

// screenReaderHints are what pages tell those who don't see that a link leads elsewhere.
var screenReaderHints = map[string]bool{
	"opens in a new window": true, "opens in new window": true, "opens in a new tab": true, "opens in new tab": true, "opens new window": true,
	"link opens in a new window": true, "link opens in a new tab": true, "external link": true, "opens external link in new window": true,
	"öffnet in neuem fenster": true, "öffnet in einem neuen fenster": true, "öffnet in einem neuen tab": true, "wird in neuem fenster geöffnet": true,
	"s'ouvre dans une nouvelle fenêtre": true, "s'ouvre dans un nouvel onglet": true, "nouvelle fenêtre": true, "lien externe": true,
	"se abre en una ventana nueva": true, "se abre en una nueva ventana": true, "se abre en una pestaña nueva": true, "enlace externo": true,
	"si apre in una nuova finestra": true, "si apre in una nuova scheda": true, "link esterno": true,
	"abre numa nova janela": true, "abre em uma nova janela": true, "abre em nova aba": true,
	"opent in een nieuw venster": true, "opent in een nieuw tabblad": true, "externe link": true,
}

func isScreenReaderHint(folds []string) bool { return screenReaderHints[strings.Join(folds, " ")] }
