package change

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/boilerplate"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// maxInsignificantWords is the maximum length of an insignificant edit. It was chosen by hand.
const maxInsignificantWords = 24

// insignificantRule returns the rule by which an edit is noise: the same letters divided
// differently, the same number in another format, an e-mail address and its obfuscated form, a
// list marker, or a hint for screen readers. It returns "" for a significant edit.
func insignificantRule(a, b *wordSequence, e edit) Rule {
	if e.a1-e.a0 > maxInsignificantWords || e.b1-e.b0 > maxInsignificantWords || !slices.Equal(a.cellColumns(e.a0, e.a1), b.cellColumns(e.b0, e.b1)) {
		return ""
	}
	x, y := a.foldedWords(e.a0, e.a1), b.foldedWords(e.b0, e.b1)
	switch {
	case len(x) > 0 && len(y) > 0 && joinedByPunctuation(a, b, e) && textWithoutSpaces(a, e.a0, e.a1) == textWithoutSpaces(b, e.b0, e.b1):
		return RuleWordDivision
	case differsByObfuscation(a, e.a0, e.a1, x, b, e.b0, e.b1, y):
		return RuleEmailNotation
	case len(x) == 0:
		return ruleOfWords(b, e.b0, e.b1, y)
	case len(y) == 0:
		return ruleOfWords(a, e.a0, e.a1, x)
	case isItemMarker(a, e.a0, e.a1) && isItemMarker(b, e.b0, e.b1):
		return ruleIf(onlyNumbersTheItem(a, e.a1) && onlyNumbersTheItem(b, e.b1), RuleItemNumber)
	case a.onlyNumbers(e.a0, e.a1) && b.onlyNumbers(e.b0, e.b1):
		return ruleIf(sameNumbers(a.normalizedAmounts(e.a0, e.a1), b.normalizedAmounts(e.b0, e.b1)), RuleNumberFormat)
	}
	one := strings.Join(x, "")
	same := one == strings.Join(y, "") && !strings.ContainsAny(one, "0123456789")
	return ruleIf(same && joinedByPunctuation(a, b, e), RuleWordDivision)
}

// ruleOfWords returns the rule by which words [i:j) that only one text has are noise, or "".
// folds are the folded words.
func ruleOfWords(w *wordSequence, i, j int, folds []string) Rule {
	if boilerplate.IsScreenReaderHint(folds) {
		return RuleScreenReader
	}
	return ruleIf(isListNumber(w, i, j), RuleItemNumber)
}

// joinedByPunctuation reports whether punctuation separates the words of both sides of an edit
// from each other.
func joinedByPunctuation(a, b *wordSequence, e edit) bool {
	return a.joinedByPunctuation(e.a0, e.a1) && b.joinedByPunctuation(e.b0, e.b1)
}

// ruleIf returns the rule if cond is true, else "".
func ruleIf(cond bool, r Rule) Rule {
	if cond {
		return r
	}
	return ""
}

// joinedByPunctuation reports whether punctuation separates the words [i:j) from each
// other. "e-mail" equals "email", but "web site" differs from "website".
func (w *wordSequence) joinedByPunctuation(i, j int) bool {
	for k := i + 1; k < j; k++ {
		shown := w.textOf(k-1, k)
		if last, _ := utf8.DecodeLastRuneInString(shown); !w.startsBlock(k) && w.pos[k].start > w.pos[k-1].end && (unicode.IsLetter(last) || unicode.IsDigit(last)) {
			return false
		}
	}
	return true
}

// textWithoutSpaces returns the text of the words [i:j) in lower case, without white
// space and outer punctuation.
func textWithoutSpaces(w *wordSequence, i, j int) string {
	var b strings.Builder
	for ; i < j; i++ {
		b.WriteString(strings.Join(strings.Fields(w.textOf(i, i+1)), ""))
	}
	return strings.ToLower(strings.Trim(b.String(), ".,;:"))
}

// differsByObfuscation reports whether two runs are equal except for e-mail addresses
// that one of them obfuscates, or are nothing but an obfuscated address that the other
// omits.
func differsByObfuscation(a *wordSequence, a0, a1 int, x []string, b *wordSequence, b0, b1 int, y []string) bool {
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
