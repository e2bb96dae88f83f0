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

// Redacted replaces a secret.
const Redacted = "[redacted]"

// minSecret is the minimum length of a known secret in bytes. Shorter secrets are not
// redacted, because they would match inside ordinary words.
const minSecret = 4

// Redactor removes secrets from text. It removes known secrets in every encoding in which
// they are printed, and text that looks like a credential. The zero value knows no secrets.
type Redactor struct{ known *strings.Replacer }

// NewRedactor returns a Redactor for the given secrets. It also redacts the password of a
// secret that is a URL, because errors may contain the password without the URL.
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
	// Replace the longest first, so that a shorter secret does not split a longer one.
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

// passwords returns the password of a URL in its encoded and decoded forms. It does not use
// a URL parser, because most URLs in errors are invalid.
func passwords(s string) []string {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		return nil
	}
	at := strings.LastIndex(rest, "@")
	if at < 0 {
		return nil
	}
	_, encoded, _ := strings.Cut(rest[:at], ":")
	out := []string{encoded}
	for _, end := range "/?#" { // a parser ends the authority of an invalid URL at these
		if prefix, _, ok := strings.Cut(encoded, string(end)); ok {
			out = append(out, prefix)
		}
	}
	if decoded, err := url.QueryUnescape(encoded); err == nil {
		out = append(out, decoded)
	}
	if decoded, err := url.PathUnescape(encoded); err == nil {
		out = append(out, decoded)
	}
	return out
}

// encodings returns the forms in which s can appear inside other text: URL-escaped, quoted
// as in Go and JSON, and in base64 at any offset, as in Basic authentication and logged
// bytes.
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

// unquoted removes the surrounding quotes.
func unquoted(quoted string) string { return quoted[1 : len(quoted)-1] }

// minBase64 is the minimum length of a base64 fragment that is redacted.
const minBase64 = 8

// stableBase64 returns the part of the base64 encoding of s that does not depend on the
// surrounding bytes. before is the number of preceding bytes modulo 3.
func stableBase64(enc *base64.Encoding, s string, before int) []string {
	e := enc.EncodeToString([]byte(strings.Repeat("\x00", before) + s))
	begin := (before*8 + 5) / 6      // the first character without bits of the prefix
	end := (before + len(s)) * 8 / 6 // the first character with bits of the suffix
	if end-begin < minBase64 {
		return nil
	}
	return []string{e[begin:end]}
}

// patterns match text that looks like a credential. with is the replacement. The text may be
// JSON, with escaped quotes inside strings.
var patterns = []struct {
	re   *regexp.Regexp
	with string
}{
	// scheme://user:password@host
	{regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)(?:\\.|[^\s/?#"'<>\\])*@`), "${1}" + Redacted + "@"},
	// A header or a key of a JSON object: the whole value, which may be a list.
	{regexp.MustCompile(`(?i)("(?:proxy-)?authorization"|"(?:set-)?cookie"|"x-api-key"|"api[-_]?key"|"[a-z0-9_-]*(?:password|passwd|secret|access[-_]?token|refresh[-_]?token)"|"token")(\s*:\s*)(?:\[(?:"(?:\\.|[^"\\])*"|[^\]"])*\]|"(?:\\.|[^"\\])*"|[^\s,}\]]+)`), `${1}${2}"` + Redacted + `"`},
	// The same inside plain text, to the end of the line or string.
	{regexp.MustCompile(`(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(\\?["']?\s*[:=]\s*\[?\\?["']?)[^"'\\\r\n]+`), "${1}${2}" + Redacted},
	{regexp.MustCompile(`(?i)\b(x-api-key\s*[:=]\s*|(?:api[-_]?key|access[-_]?token|client[-_]?secret|secret|token|password|passwd|pwd|sig|signature)=)[^\s"'\\&;,<>]+`), "${1}" + Redacted},
	{regexp.MustCompile(`(?i)\b(bearer\s+)[a-z0-9._~+/=-]{16,}`), "${1}" + Redacted},
	// API keys with the prefixes of OpenAI, Anthropic and this program, and secrets of webhooks.
	{regexp.MustCompile(`\b(?:whsec_[A-Za-z0-9+/]{16,}=*|clausea_[0-9A-Za-z]{8}_[0-9A-Za-z]{40,}|sk-(?:proj|svcacct|admin|ant)-[A-Za-z0-9_-]{8,}|sk-[A-Za-z0-9]{20,}|clk_[A-Za-z0-9_-]{16,})`), Redacted},
}

// String returns text with secrets replaced.
func (r Redactor) String(text string) string {
	if r.known != nil {
		text = r.known.Replace(text)
	}
	for _, p := range patterns {
		text = p.re.ReplaceAllString(text, p.with)
	}
	return text
}
