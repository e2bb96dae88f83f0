package change

import (
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
