package change

import (
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

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
