// Package date finds the date from which a text is in force or was last changed.
package date

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/document/plain"
)

// months by name and usual abbreviation, in the languages that are read.
var months = func() map[string]int {
	m := map[string]int{}
	for _, line := range []string{
		"january february march april may june july august september october november december",
		"jan feb mar apr may jun jul aug sep oct nov dec",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
		"januar februar märz april mai juni juli august september oktober november dezember",
		"jänner feber maerz apr mai jun jul aug sept okt nov dez",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"januari februari maart april mei juni juli augustus september oktober november december",
		"stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
		"januari februari mars april maj juni juli augusti september oktober november december",
		"januar februar marts april maj juni juli august september oktober november december",
	} {
		for i, name := range strings.Fields(line) {
			m[name] = i + 1
		}
	}
	return m
}()

var (
	// cue is what stands before the date of a document.
	cue = regexp.MustCompile(`(?i)(effective|last (?:updated|modified|revised|reviewed|changed)|updated|revised|in force|date of last revision|version (?:of|dated)|posted|as of|valid from|mise à jour|dernière (?:mise|modification)|en vigueur|entrée en vigueur|stand|gültig ab|zuletzt (?:aktualisiert|geändert)|letzte (?:aktualisierung|änderung)|in kraft|última (?:actualización|modificación|revisión|atualização)|actualizado|atualizad[oa]|vigente|vigor|fecha de entrada|ultimo aggiornamento|aggiornat[oa]|in vigore|laatst (?:bijgewerkt|gewijzigd)|laatste (?:update|wijziging)|ingangsdatum|ostatnia aktualizacja|data wejścia|obowiązuje od|senast (?:uppdaterad|ändrad)|gäller från|sidst opdateret|最終更新|最終改定|改定日|制定日|施行日|生效|更新日期|更新|发布|制定|시행일|개정일)`)

	textDay  = regexp.MustCompile(`(?i)(\d{1,2})(?:\.|st|nd|rd|th|er|º|°)?(?:\s+(?:de|of|d'))?\s+(\p{L}{3,12})\.?,?(?:\s+(?:de|del))?\s+(\d{4})`)
	monthDay = regexp.MustCompile(`(?i)(\p{L}{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})`)
	monthYr  = regexp.MustCompile(`(?i)(\p{L}{3,12})\.?,?(?:\s+de)?\s+(\d{4})`)
	isoDay   = regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b`)
	wideDay  = regexp.MustCompile(`(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월](?:\s*(\d{1,2})\s*[日일])?`)
	numDay   = regexp.MustCompile(`\b(\d{1,2})([./-])(\d{1,2})[./-](\d{4})\b`)
)

// dateReach is how far after its cue a date may stand, in bytes.
const dateReach = 90

// Effective is the date from which a text is in force or was last changed,
// and the words that say so; empty where there are none. Nothing is guessed: a
// date without a cue is not taken.
func Effective(text string) (date, quote string) {
	n := len(text)
	head := text[:min(n, 8000)]
	if d, q := cuedDate(head); d != "" {
		return d, q
	}
	if n > 8000 {
		return cuedDate(text[max(8000, n-3000):])
	}
	return "", ""
}

func cuedDate(s string) (string, string) {
	for _, at := range cue.FindAllStringIndex(s, 60) {
		window := strings.ToValidUTF8(s[at[0]:min(len(s), at[1]+dateReach)], "")
		if d, end := firstDate(window[at[1]-at[0]:]); d != "" {
			return d, plain.Squeeze(window[:min(len(window), at[1]-at[0]+end)])
		}
	}
	return "", ""
}

// firstDate is the earliest date in s, as YYYY-MM-DD, and where it ends.
func firstDate(s string) (date string, end int) {
	at := len(s) + 1
	take := func(loc []int, y, m, d int) {
		if loc[0] < at && validDay(y, m, d) {
			at, end, date = loc[0], loc[1], fmt.Sprintf("%04d-%02d-%02d", y, m, d)
		}
	}
	group := func(loc []int, i int) string {
		if loc[2*i] < 0 {
			return ""
		}
		return s[loc[2*i]:loc[2*i+1]]
	}
	number := func(loc []int, i int) int { n, _ := strconv.Atoi(group(loc, i)); return n }
	for _, l := range textDay.FindAllStringSubmatchIndex(s, 3) {
		take(l, number(l, 3), months[strings.ToLower(group(l, 2))], number(l, 1))
	}
	for _, l := range monthDay.FindAllStringSubmatchIndex(s, 3) {
		take(l, number(l, 3), months[strings.ToLower(group(l, 1))], number(l, 2))
	}
	for _, l := range isoDay.FindAllStringSubmatchIndex(s, 3) {
		take(l, number(l, 1), number(l, 2), number(l, 3))
	}
	for _, l := range wideDay.FindAllStringSubmatchIndex(s, 3) {
		take(l, number(l, 1), number(l, 2), max(number(l, 3), 1))
	}
	for _, l := range numDay.FindAllStringSubmatchIndex(s, 3) {
		d, m := number(l, 1), number(l, 3)
		if m > 12 || group(l, 2) == "/" && d <= 12 { // with slashes the month comes first, unless it can't
			d, m = m, d
		}
		take(l, number(l, 4), m, d)
	}
	if date == "" {
		for _, l := range monthYr.FindAllStringSubmatchIndex(s, 3) {
			take(l, number(l, 2), months[strings.ToLower(group(l, 1))], 1)
		}
	}
	return date, end
}

// validDay keeps nonsense out: the web's documents begin in the nineties.
func validDay(y, m, d int) bool {
	if y < 1990 || y > 2100 || m < 1 || m > 12 || d < 1 {
		return false
	}
	return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Day() == d
}
