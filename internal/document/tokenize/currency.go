package tokenize

import "strings"

// readPrice reads the currency sign or code of this size at i and the number after it. It
// returns the end of the number, or of the currency if no number follows.
func (s *tokenizer) readPrice(i, size int) int {
	name, end := s.currencyAt(i)
	if end == 0 {
		end = i + size
	}
	at := s.skipBlank(end)
	if !s.digitAt(at) {
		s.class, s.fold = Symbol, append(s.fold, name...)
		return end
	}
	last, word := s.readDigits(at)
	if word {
		s.class, s.fold = Symbol, append(s.fold[:0], name...)
		return end
	}
	s.class, s.fold = Number, append(append(s.fold, ' '), name...)
	return last
}

// readCurrencyCode reads a currency code and the number after it: "EUR 5", "US$5". It
// returns their length, or 0 if there are none.
func (s *tokenizer) readCurrencyCode(i int) int {
	if c := s.text[i]; c < 'A' || c > 'Z' {
		return 0
	}
	_, end := s.currencyAt(i)
	if end == 0 || !s.digitAt(s.skipBlank(end)) {
		return 0
	}
	last := s.readPrice(i, end-i)
	if s.class != Number {
		s.class, s.fold = Letters, s.fold[:0]
		return 0
	}
	return last - i
}

// dollarPrefixes maps the letters before a dollar sign to ISO 4217 codes in lower case.
var dollarPrefixes = map[string]string{"US": "usd", "A": "aud", "AU": "aud", "C": "cad", "CA": "cad", "HK": "hkd", "NZ": "nzd", "S": "sgd", "R": "brl"}

// currencyCodes holds the recognized currency codes: ISO 4217 codes and RMB.
var currencyCodes = map[string]bool{
	"EUR": true, "USD": true, "GBP": true, "CHF": true, "AUD": true, "CAD": true, "NZD": true, "SEK": true, "NOK": true, "DKK": true,
	"PLN": true, "CZK": true, "HUF": true, "RON": true, "BRL": true, "INR": true, "JPY": true, "CNY": true, "RMB": true, "KRW": true,
	"SGD": true, "HKD": true, "TRY": true, "ZAR": true, "MXN": true, "ILS": true, "AED": true,
}

// currencyAt reads a currency sign or code at i. It returns the folded name and the end of
// the currency; end is 0 if there is none.
func (s *tokenizer) currencyAt(i int) (name string, end int) {
	if i >= len(s.text) {
		return "", 0
	}
	if c := s.text[i]; c >= 'A' && c <= 'Z' {
		n := i
		for n < len(s.text) && n < i+4 && s.text[n] >= 'A' && s.text[n] <= 'Z' {
			n++
		}
		if n < len(s.text) && s.text[n] == '$' && dollarPrefixes[s.text[i:n]] != "" {
			return dollarPrefixes[s.text[i:n]], n + 1
		}
		if n-i == 3 && currencyCodes[s.text[i:n]] {
			if n < len(s.text) {
				if k, _ := s.kindAt(n); k == kindLetter {
					return "", 0
				}
			}
			return strings.ToLower(s.text[i:n]), n
		}
		return "", 0
	}
	kind, size := s.kindAt(i)
	if kind != kindCurrency {
		return "", 0
	}
	switch sign := s.text[i : i+size]; sign {
	case "€":
		return "eur", i + size
	case "£":
		return "gbp", i + size
	default:
		return sign, i + size
	}
}
