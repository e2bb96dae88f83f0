package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// atxLevel returns the level of a heading marked with "#", or 0 for any other line.
func atxLevel(line string) int {
	n := 0
	for n < len(line) && line[n] == '#' {
		n++
	}
	if n > 6 || n < len(line) && line[n] != ' ' && line[n] != '\t' {
		return 0
	}
	return n
}

// isBoldLine reports whether a line is bold from end to end, possibly in several parts.
func isBoldLine(line string) bool {
	if !strings.HasPrefix(line, "**") && !strings.HasPrefix(line, "__") || len(line) < 5 {
		return false
	}
	parts := strings.Split(line, line[:2])
	if len(parts)%2 == 0 || len(parts) > 9 {
		return false
	}
	for i := 0; i < len(parts); i += 2 { // outside the marks
		if strings.Trim(parts[i], " .:)") != "" {
			return false
		}
	}
	return true
}

// hasFourDigits reports whether a line has four digits in a row. Such a line is a date, not
// a heading.
func hasFourDigits(s string) bool {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			n = 0
		} else if n++; n == 4 {
			return true
		}
	}
	return false
}

// Bounds of a line that is a heading although it is not marked as one. They were chosen by
// hand.
const (
	maxHeadingWords = 10
	maxHeadingBytes = 90
)

// looksLikeHeading reports whether a line is in capitals, or numbered and short.
func looksLikeHeading(s blockSpan, text string) bool {
	if s.kind == TableRow || s.inSequence || len(text) > maxHeadingBytes || hasMoreWords(text, maxHeadingWords) {
		return false
	}
	if s.kind == ListItem && s.number.style == 0 {
		return false
	}
	if end, _ := utf8.DecodeLastRuneInString(text); end != ')' && unicode.IsPunct(end) {
		return false
	}
	upper, lower := 0, 0
	for _, r := range text {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		}
	}
	if upper >= 4 && lower == 0 && s.kind == Paragraph {
		return true
	}
	return s.kind == ListItem && s.number.value > 0 && s.number.style < letterStyle && hasTitleAfterNumber(text) || s.kind == Paragraph && hasSectionNumber(text)
}

// hasTitleAfterNumber reports whether an upper-case letter follows the number and no other
// number does, as in a date.
func hasTitleAfterNumber(text string) bool {
	_, rest, ok := strings.Cut(text, " ")
	r, _ := utf8.DecodeRuneInString(rest)
	return ok && unicode.IsUpper(r) && !strings.ContainsAny(rest, "0123456789")
}

// hasSectionNumber reports whether a line begins like "4.2 Fees" or "Article 4".
func hasSectionNumber(text string) bool {
	first, rest, _ := strings.Cut(text, " ")
	switch strings.ToLower(first) {
	case "article", "section", "artikel", "abschnitt", "artículo", "articolo", "artigo", "clause", "annex", "anlage", "annexe", "schedule", "appendix", "§":
		return rest != "" && !hasMoreWords(rest, maxHeadingWords)
	}
	return strings.Trim(first, "0123456789.") == "" && strings.Contains(strings.Trim(first, "."), ".") && hasTitleAfterNumber(text)
}

// hasMoreWords reports whether a line has more than n words.
func hasMoreWords(line string, n int) bool {
	for range strings.FieldsSeq(line) {
		if n--; n < 0 {
			return true
		}
	}
	return false
}
