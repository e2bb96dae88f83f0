package dashboard

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// pathOf returns a path of the dashboard from segments, which it escapes.
func pathOf(segments ...any) string {
	var b strings.Builder
	b.WriteString(Base)
	for _, s := range segments {
		b.WriteString("/" + url.PathEscape(fmt.Sprint(s)))
	}
	return b.String()
}

// withQuery returns a path with query parameters, given as names and values in turn. Empty values
// are omitted.
func withQuery(path string, pairs ...any) (string, error) {
	if len(pairs)%2 != 0 {
		return "", errors.New("query needs names and values in turn")
	}
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if text := fmt.Sprint(pairs[i+1]); text != "" {
			q.Set(fmt.Sprint(pairs[i]), text)
		}
	}
	if len(q) == 0 {
		return path, nil
	}
	return path + "?" + q.Encode(), nil
}

// number returns an integer with separators of thousands.
func number(n any) string { return message.NewPrinter(language.English).Sprintf("%d", n) }

// plural returns a number with a noun: "1 change", "2 changes".
func plural(n any, one, many string) string {
	if fmt.Sprint(n) == "1" {
		return "1 " + one
	}
	return number(n) + " " + many
}

// date returns the day of a time.
func date(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// duration returns a duration in whole seconds.
func duration(d time.Duration) string { return d.Round(time.Second).String() }

// when returns a text if a condition is met, and "" otherwise.
func when(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}

// textOfList returns texts with a separator between them, or none if there are none.
func textOfList(texts []string, separator, none string) string {
	if len(texts) == 0 {
		return none
	}
	return strings.Join(texts, separator)
}

// inWords returns names in words.
func inWords[T ~string](names []T, word func(name any) string) []string {
	var out []string
	for _, name := range names {
		out = append(out, word(name))
	}
	return out
}

// typeName returns a document type in words: "Privacy policy".
func typeName(t any) string {
	text := fmt.Sprint(t)
	switch text {
	case "":
		return "Unknown type"
	case "eula":
		return "EULA"
	case "ai_terms":
		return "AI terms"
	}
	return capitalized(strings.ReplaceAll(text, "_", " "))
}

func capitalized(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

// words returns a name in camel case as words: "NoAction" is "No action".
func words(name any) string {
	var b strings.Builder
	for i, r := range fmt.Sprint(name) {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// sentence returns a message with a capital letter and a full stop.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	if r, _ := utf8.DecodeLastRuneInString(text); !strings.ContainsRune(".!?…", r) {
		text += "."
	}
	return capitalized(text)
}

// externalURL returns a URL of a crawled page if it is safe to link to, or "".
func externalURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return text
}

// byteSize returns a number of bytes in words.
func byteSize(n any) string {
	v, err := strconv.ParseFloat(fmt.Sprint(n), 64)
	if err != nil {
		return fmt.Sprint(n)
	}
	for _, unit := range []string{"bytes", "KiB", "MiB", "GiB"} {
		if v < 1024 {
			if unit == "bytes" {
				return fmt.Sprintf("%.0f %s", v, unit)
			}
			return fmt.Sprintf("%.1f %s", v, unit)
		}
		v /= 1024
	}
	return fmt.Sprintf("%.1f TiB", v)
}
