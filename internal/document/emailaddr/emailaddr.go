// Package emailaddr restores e-mail addresses that sites obfuscate against spam bots.
//
// Deobfuscate replaces notations such as "name [at] example [dot] com" in a text with regular
// expressions. It first checks in one pass whether the text may contain such a notation.
// FromCloudflareURL decodes an address that Cloudflare encodes in a link.
package emailaddr

import (
	"encoding/hex"
	"regexp"
	"strings"
)

// Placeholder is the text that Cloudflare shows instead of a protected e-mail address.
// Deobfuscate also writes it for addresses that it cannot restore.
const Placeholder = "[email protected]"

var (
	// bracketDot and bracketAt match "[dot]" and "name [at] host". A backslash may precede a
	// bracket, as a Markdown escape.
	bracketDot = regexp.MustCompile(`(?i)\s*(?:\\?\[\s*(?:dot|punkt|point|punto|ponto|punt|\.)\s*\\?\]|\(\s*(?:dot|punkt|point|punto|ponto|punt|\.)\s*\)|\{\s*(?:dot|punkt|\.)\s*\})\s*`)
	bracketAt  = regexp.MustCompile(`(?i)([\w.+-]+)\s*(?:\\?\[\s*(?:at|ät|arroba|arobase|@)\s*\\?\]|\(\s*(?:at|ät|arroba|arobase|@)\s*\)|\{\s*(?:at|ät|@)\s*\})\s*([\w-]+(?:\.[\w-]+)+)`)
	// spokenAt matches "name at example dot com", with the dots as spokenDot matches them.
	spokenAt  = regexp.MustCompile(`([\w.+-]+) +(?:AT|at|\(at\)|\[at\]) +([\w-]+(?: +(?:DOT|dot) +[\w-]+)+)`)
	spokenDot = regexp.MustCompile(`(?i) +dot +`)
	// spacedAt matches "name @ example . com".
	spacedAt = regexp.MustCompile(`([\w.+-]+) +@ +([\w-]+(?: ?\. ?[\w-]+)* ?\. ?[a-z]{2,6})\b`)
	// joomlaPlaceholder is the text that Joomla shows instead of an e-mail address, in the
	// languages of its translations.
	joomlaPlaceholder = regexp.MustCompile(`(?i)(?:this email address is being protected from spam ?bots\.? you need javascript enabled to view it` +
		`|diese e-mail-adresse ist vor spam ?bots geschützt!? ?(?:zur anzeige muss javascript eingeschaltet sein|.{0,60}javascript.{0,40}?(?:sein|werden))` +
		`|cette adresse e-?mail est protégée contre les robots spammeurs\.? vous devez activer le javascript pour la visualiser` +
		`|esta dirección de correo electrónico está (?:siendo )?protegida contra (?:los )?(?:robots de spam|spambots)\.? (?:necesita|usted necesita) tener javascript (?:habilitado|activado) para poder verl[oa]` +
		`|questo indirizzo e-?mail è protetto dagli spambots\.? è necessario abilitare javascript per vederlo` +
		`|este endereço de e-?mail está (?:sendo )?protegido (?:de|contra) (?:spambots|piratas)\.? (?:você )?(?:precisa d[oe]|necessita ativar o) javascript (?:ativado |habilitado |autorizado )?para (?:o )?(?:vê|visualiz)[-a]?l?[or]?` +
		`|dit e-?mail ?adres wordt beveiligd tegen spambots\.? javascript dient ingeschakeld te zijn om het te bekijken)\.?`)
	// entityReplacer resolves the character references of "@" and ".", and replaces the
	// full-width "＠".
	entityReplacer = strings.NewReplacer("&#64;", "@", "&#x40;", "@", "&commat;", "@", "&#46;", ".", "&#x2e;", ".", "&#x2E;", ".", "&period;", ".", "＠", "@")
)

// Deobfuscate restores the obfuscated e-mail addresses in a text. It replaces the
// placeholder of Joomla, which does not contain the address, by Placeholder.
func Deobfuscate(s string) string {
	if strings.Contains(s, "&#") || strings.Contains(s, "&commat;") || strings.Contains(s, "＠") {
		s = entityReplacer.Replace(s)
	}
	bracketed, spaced := findHints(s)
	if bracketed && (strings.Contains(s, "@") || bracketAt.MatchString(bracketDot.ReplaceAllString(s, "."))) {
		s = bracketDot.ReplaceAllString(s, ".")
		s = bracketAt.ReplaceAllString(s, "$1@$2")
	}
	// A search that begins with a letter is faster than one that stops at each space.
	if strings.Contains(s, "DOT ") && strings.Contains(s, " DOT ") || strings.Contains(s, "dot ") && strings.Contains(s, " dot ") {
		s = spokenAt.ReplaceAllStringFunc(s, func(m string) string {
			part := spokenAt.FindStringSubmatch(m)
			if strings.HasPrefix(part[2], "the ") { // prose
				return m
			}
			return part[1] + "@" + spokenDot.ReplaceAllString(part[2], ".")
		})
	}
	if spaced {
		s = spacedAt.ReplaceAllStringFunc(s, func(m string) string { return strings.ReplaceAll(m, " ", "") })
	}
	// Every translation contains a word of either group. "v" is rare, so that the first
	// search is fast.
	if containsAny(s, "vascript", "vaScript", "VASCRIPT") && containsAny(s, "spam", "Spam", "piratas") && containsAny(s, "avascript", "avaScript", "AVASCRIPT") {
		s = joomlaPlaceholder.ReplaceAllLiteralString(s, Placeholder)
	}
	return s
}

// findHints reports whether a text may contain an obfuscated address: bracketed if a bracket closes
// after a word for "at" or a dot, spaced if an "@" is between spaces. Nearly all texts have neither,
// so the regular expressions rarely run. It searches for each of the four characters, which takes at
// most half of the time of a loop over all bytes.
func findHints(s string) (bracketed, spaced bool) {
	for _, closing := range []byte(")]}") {
		for i := indexFrom(s, closing, 1); i > 0 && !bracketed; i = indexFrom(s, closing, i+1) {
			bracketed = closesHint(s, i)
		}
	}
	for i := indexFrom(s, '@', 1); i > 0 && !spaced; i = indexFrom(s, '@', i+1) {
		spaced = s[i-1] == ' ' && i+1 < len(s) && s[i+1] == ' '
	}
	return bracketed, spaced
}

// indexFrom returns the index of the first byte c in s at or after i, or -1.
func indexFrom(s string, c byte, i int) int {
	if i >= len(s) {
		return -1
	}
	n := strings.IndexByte(s[i:], c)
	if n < 0 {
		return -1
	}
	return i + n
}

// closesHint reports whether the bracket at i closes after a word for "at" or a dot.
func closesHint(s string, i int) bool {
	if i > 1 && s[i-1] == '\\' {
		i--
	}
	switch c := s[i-1] | 0x20; {
	case c == 't' || s[i-1] == '@' || s[i-1] == '.' || s[i-1] == ' ':
		open := s[max(0, i-5):i]
		return containsAny(open, "(a", "[a", "{a", "(A", "[A", "{A", "(ä", "[ä", "(@", "[@", "{@", "(.", "[.", "( a", "[ a", "( @", "[ @")
	case c == 'a' || c == 'e':
		open := strings.ToLower(s[max(0, i-8):i])
		return strings.HasSuffix(open, "arroba") || strings.HasSuffix(open, "arobase")
	}
	return false
}

// containsAny reports whether s contains any of the substrings.
func containsAny(s string, subs ...string) bool {
	for _, sub := range subs {
		if strings.Contains(s, sub) {
			return true
		}
	}
	return false
}

// FromCloudflareURL decodes the e-mail address in a link to Cloudflare's e-mail protection.
// The code is hexadecimal: a key byte, and the bytes of the address XORed with the key.
// FromCloudflareURL returns "" for any other link and for a malformed code.
func FromCloudflareURL(target string) string {
	_, code, ok := strings.Cut(target, "/cdn-cgi/l/email-protection#")
	if !ok {
		return ""
	}
	b, err := hex.DecodeString(code)
	if err != nil || len(b) < 4 || len(b) > 255 {
		return ""
	}
	for i := 1; i < len(b); i++ {
		if b[i] ^= b[0]; b[i] <= ' ' || b[i] >= 0x7f {
			return ""
		}
	}
	email, _, _ := strings.Cut(string(b[1:]), "?")
	if !strings.Contains(email, "@") {
		return ""
	}
	return email
}
