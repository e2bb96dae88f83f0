package plain

import (
	"encoding/hex"
	"regexp"
	"strings"
)

// Placeholder is what Cloudflare shows in the place of an address that it protects.
const Placeholder = "[email protected]"

var (
	// A bracket may have the backslash that Markdown puts before it.
	bracketDot = regexp.MustCompile(`(?i)\s*(?:\\?\[\s*(?:dot|punkt|point|punto|ponto|punt|\.)\s*\\?\]|\(\s*(?:dot|punkt|point|punto|ponto|punt|\.)\s*\)|\{\s*(?:dot|punkt|\.)\s*\})\s*`)
	bracketAt  = regexp.MustCompile(`(?i)([\w.+-]+)\s*(?:\\?\[\s*(?:at|ät|arroba|arobase|@)\s*\\?\]|\(\s*(?:at|ät|arroba|arobase|@)\s*\)|\{\s*(?:at|ät|@)\s*\})\s*([\w-]+(?:\.[\w-]+)+)`)
	spokenAt   = regexp.MustCompile(`([\w.+-]+) +(?:AT|at|\(at\)|\[at\]) +([\w-]+(?: +(?:DOT|dot) +[\w-]+)+)`)
	spokenDot  = regexp.MustCompile(`(?i) +dot +`)
	spacedAt   = regexp.MustCompile(`([\w.+-]+) +@ +([\w-]+(?: ?\. ?[\w-]+)* ?\. ?[a-z]{2,6})\b`)
	// spamBots is what Joomla shows in an address's place, in the languages of its
	// translations.
	spamBots = regexp.MustCompile(`(?i)(?:this email address is being protected from spam ?bots\.? you need javascript enabled to view it` +
		`|diese e-mail-adresse ist vor spam ?bots geschützt!? ?(?:zur anzeige muss javascript eingeschaltet sein|.{0,60}javascript.{0,40}?(?:sein|werden))` +
		`|cette adresse e-?mail est protégée contre les robots spammeurs\.? vous devez activer le javascript pour la visualiser` +
		`|esta dirección de correo electrónico está (?:siendo )?protegida contra (?:los )?(?:robots de spam|spambots)\.? (?:necesita|usted necesita) tener javascript (?:habilitado|activado) para poder verl[oa]` +
		`|questo indirizzo e-?mail è protetto dagli spambots\.? è necessario abilitare javascript per vederlo` +
		`|este endereço de e-?mail está (?:sendo )?protegido (?:de|contra) (?:spambots|piratas)\.? (?:você )?(?:precisa d[oe]|necessita ativar o) javascript (?:ativado |habilitado |autorizado )?para (?:o )?(?:vê|visualiz)[-a]?l?[or]?` +
		`|dit e-?mail ?adres wordt beveiligd tegen spambots\.? javascript dient ingeschakeld te zijn om het te bekijken)\.?`)
	entities = strings.NewReplacer("&#64;", "@", "&#x40;", "@", "&commat;", "@", "&#46;", ".", "&#x2e;", ".", "&#x2E;", ".", "&period;", ".", "＠", "@")
)

// Deobfuscate writes obfuscated e-mail addresses as they are meant.
func Deobfuscate(s string) string {
	if strings.Contains(s, "&#") || strings.Contains(s, "&commat;") || strings.Contains(s, "＠") {
		s = entities.Replace(s)
	}
	bracketed, spaced := hints(s)
	if bracketed && (strings.Contains(s, "@") || bracketAt.MatchString(bracketDot.ReplaceAllString(s, "."))) {
		s = bracketDot.ReplaceAllString(s, ".")
		s = bracketAt.ReplaceAllString(s, "$1@$2")
	}
	if strings.Contains(s, " DOT ") || strings.Contains(s, " dot ") {
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
	// All that is looked for names both.
	if containsAny(s, "spam", "Spam", "piratas") && containsAny(s, "avascript", "avaScript", "AVASCRIPT") {
		s = spamBots.ReplaceAllLiteralString(s, Placeholder)
	}
	return s
}

// hints looks in one pass for what keeps the expressions away from nearly all texts: a
// bracket that closes after "at", "@" or ".", and an "@" between spaces.
func hints(s string) (bracketed, spaced bool) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case ')', ']', '}':
			i := i
			if i > 1 && s[i-1] == '\\' {
				i--
			}
			switch c := s[i-1] | 0x20; {
			case c == 't' || s[i-1] == '@' || s[i-1] == '.' || s[i-1] == ' ':
				open := s[max(0, i-5):i]
				bracketed = bracketed || containsAny(open, "(a", "[a", "{a", "(A", "[A", "{A", "(ä", "[ä", "(@", "[@", "{@", "(.", "[.", "( a", "[ a", "( @", "[ @")
			case c == 'a' || c == 'e':
				open := strings.ToLower(s[max(0, i-8):i])
				bracketed = bracketed || strings.HasSuffix(open, "arroba") || strings.HasSuffix(open, "arobase")
			}
		case '@':
			spaced = spaced || s[i-1] == ' ' && i+1 < len(s) && s[i+1] == ' '
		}
	}
	return bracketed, spaced
}

func containsAny(s string, subs ...string) bool {
	for _, sub := range subs {
		if strings.Contains(s, sub) {
			return true
		}
	}
	return false
}

// FromCloudflareURL is the address that the target of a link to Cloudflare's e-mail
// protection has in it: a key byte and the address's bytes, each combined with the
// key by exclusive or, in hex. It is empty for all other targets.
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
	address, _, _ := strings.Cut(string(b[1:]), "?")
	if !strings.Contains(address, "@") {
		return ""
	}
	return address
}
