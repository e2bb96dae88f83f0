package change

import (
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// minPhoneDigits is the minimum number of digits of a telephone number. It was chosen by hand.
const minPhoneDigits = 7

// sameNumbers reports whether two runs of numbers are the same number in different
// formats, such as a telephone number divided differently.
func sameNumbers(x, y []string) bool {
	if slices.Equal(x, y) {
		return true
	}
	one, two := strings.Join(x, ""), strings.Join(y, "")
	return one == two && len(one) >= minPhoneDigits && strings.Trim(one, "0123456789+") == ""
}

// normalizedAmounts returns the numbers of the words [i:j) in one format. A number of one
// to three digits is joined with the groups of three digits that follow it after a space.
// Currencies, which may precede or follow a number, are moved to the end.
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
		// "1-500" is a range and not 1500.
		shown := w.textOf(i, i+1)
		open = open && fraction == "" && isDigit(shown[len(shown)-1])
	}
	if money != "" {
		out = append(out, money)
	}
	return out
}

// isDigit reports whether c is an ASCII digit.
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
