package telemetry

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Redacted stands where a secret was.
const Redacted = "[redacted]"

// minSecret is the length in bytes from which a secret is looked for: a shorter one
// would be found inside ordinary words.
const minSecret = 4

// Redactor takes secrets out of texts: those that it was told of, in all the forms
// that they are printed in, and what looks like a credential. The zero value knows
// no secret and does the latter.
type Redactor struct{ known *strings.Replacer }

// NewRedactor makes a Redactor that knows secrets. Of a URL its password is a
// secret of its own, since errors show it apart.
func NewRedactor(secrets ...string) Redactor {
	forms := map[string]bool{}
	for _, s := range secrets {
		for _, part := range append(passwords(s), s) {
			if len(part) < minSecret {
				continue
			}
			for _, f := range encodings(part) {
				forms[f] = true
			}
		}
	}
	all := make([]string, 0, len(forms))
	for f := range forms {
		all = append(all, f)
	}
	// The longest first, so that none leaves a rest of another.
	sort.Slice(all, func(i, j int) bool {
		if len(all[i]) != len(all[j]) {
			return len(all[i]) > len(all[j])
		}
		return all[i] < all[j]
	})
	pairs := make([]string, 0, 2*len(all))
	for _, f := range all {
		pairs = append(pairs, f, Redacted)
	}
	return Redactor{strings.NewReplacer(pairs...)}
}

// passwords are the password of a URL, as it is written and as it is meant. A URL
// that is not valid, which is when errors show it, is cut by hand.
func passwords(s string) []string {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		return nil
	}
	at := strings.LastIndex(rest, "@")
	if at < 0 {
		return nil
	}
	_, written, _ := strings.Cut(rest[:at], ":")
	out := []string{written}
	for _, end := range "/?#" { // where a parser thinks that the password of a bad URL ends
		if begin, _, cut := strings.Cut(written, string(end)); cut {
			out = append(out, begin)
		}
	}
	if meant, err := url.QueryUnescape(written); err == nil {
		out = append(out, meant)
	}
	if meant, err := url.PathUnescape(written); err == nil {
		out = append(out, meant)
	}
	return out
}

// encodings are the ways in which a text gets into another one: escaped for URLs,
// quoted as Go and JSON do, in base64 wherever it begins, as Basic authentication
// and logged bytes have it.
func encodings(s string) []string {
	forms := []string{
		s, url.QueryEscape(s), url.PathEscape(s),
		strings.TrimPrefix(url.UserPassword("", s).String(), ":"),
	}
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			forms = append(forms, stableBase64(enc, s, before)...)
		}
	}
	for _, f := range forms[:4] {
		once, ascii := unquoted(strconv.Quote(f)), unquoted(strconv.QuoteToASCII(f))
		forms = append(forms, once, ascii, unquoted(strconv.Quote(once)), unquoted(strconv.QuoteToASCII(ascii)))
	}
	for _, f := range forms {
		if b, err := json.Marshal(f); err == nil {
			forms = append(forms, unquoted(string(b)))
		}
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if e.Encode(f) == nil {
			forms = append(forms, unquoted(strings.TrimSpace(b.String())))
		}
	}
	return forms
}

func unquoted(quoted string) string { return quoted[1 : len(quoted)-1] }

// minBase64 is the least length of a part of base64 that is looked for.
const minBase64 = 8

// stableBase64 is the part of base64 that is the same whatever surrounds s, where
// so many bytes (0 to 2, in threes) stand before it.
func stableBase64(enc *base64.Encoding, s string, before int) []string {
	e := enc.EncodeToString([]byte(strings.Repeat("\x00", before) + s))
	begin := (before*8 + 5) / 6      // characters that bits of what is before get into
	end := (before + len(s)) * 8 / 6 // and those after it
	if end-begin < minBase64 {
		return nil
	}
	return []string{e[begin:end]}
}

// What looks like a credential, each with what stays of it. The texts may be JSON,
// whose quotes are escaped by backslashes when they are inside a string.
var patterns = []struct {
	re   *regexp.Regexp
	with string
}{
	// scheme://user:password@host
	{regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)(?:\\.|[^\s/?#"'<>\\])*@`), "${1}" + Redacted + "@"},
	// A header or a key of an object: the whole value, a list too.
	{regexp.MustCompile(`(?i)("(?:proxy-)?authorization"|"(?:set-)?cookie"|"x-api-key"|"api[-_]?key"|"[a-z0-9_-]*(?:password|passwd|secret|access[-_]?token|refresh[-_]?token)"|"token")(\s*:\s*)(?:\[(?:"(?:\\.|[^"\\])*"|[^\]"])*\]|"(?:\\.|[^"\\])*"|[^\s,}\]]+)`), `${1}${2}"` + Redacted + `"`},
	// The same inside a text, up to the line's or the string's end.
	{regexp.MustCompile(`(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(\\?["']?\s*[:=]\s*\[?\\?["']?)[^"'\\\r\n]+`), "${1}${2}" + Redacted},
	{regexp.MustCompile(`(?i)\b(x-api-key\s*[:=]\s*|(?:api[-_]?key|access[-_]?token|client[-_]?secret|secret|token|password|passwd|pwd|sig|signature)=)[^\s"'\\&;,<>]+`), "${1}" + Redacted},
	{regexp.MustCompile(`(?i)\b(bearer\s+)[a-z0-9._~+/=-]{16,}`), "${1}" + Redacted},
	// Keys by their makers' prefixes: OpenAI's and Anthropic's, and our own.
	{regexp.MustCompile(`\b(?:sk-(?:proj|svcacct|admin|ant)-[A-Za-z0-9_-]{8,}|sk-[A-Za-z0-9]{20,}|clk_[A-Za-z0-9_-]{16,})`), Redacted},
}

// String is the text without secrets.
func (r Redactor) String(text string) string {
	if r.known != nil {
		text = r.known.Replace(text)
	}
	for _, p := range patterns {
		text = p.re.ReplaceAllString(text, p.with)
	}
	return text
}
