package emailaddr_test

import (
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// Markdown is parsed as well, because Cloudflare encodes an address in the target of a link.
func TestObfuscatedEmailAddressesAreRestored(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"name (at) example (dot) com", "name [at] example [dot] com", "name(at)example.com", "name [AT] example [DOT] com", "name{at}example{dot}com",
		"name AT example DOT com", "name at example dot com", "name @ example.com", "name&#64;example&#46;com", "name＠example.com", "name@example[.]com",
		`name \[at\] example \[dot\] com`, `name\[at\]example\[.\]com`, `name \[arroba\] example.com`,
		"name (arroba) example (punto) com", "[x](/cdn-cgi/l/email-protection#157b74787055706d74786579703b767a78)", "[[email protected]](/cdn-cgi/l/email-protection#157b74787055706d74786579703b767a78)",
	} {
		if got := markdown.PlainText("Write to " + s + " today"); got != "Write to name@example.com today" {
			t.Errorf("%q gives %q", s, got)
		}
	}
	for _, s := range []string{
		"This email address is being protected from spambots. You need JavaScript enabled to view it.",
		"Diese E-Mail-Adresse ist vor Spambots geschützt! Zur Anzeige muss JavaScript eingeschaltet sein!",
		"Cette adresse e-mail est protégée contre les robots spammeurs. Vous devez activer le JavaScript pour la visualiser.",
		"Esta dirección de correo electrónico está siendo protegida contra los robots de spam. Necesita tener JavaScript habilitado para poder verlo.",
		"Questo indirizzo email è protetto dagli spambots. È necessario abilitare JavaScript per vederlo.",
		"Dit e-mailadres wordt beveiligd tegen spambots. JavaScript dient ingeschakeld te zijn om het te bekijken.",
	} {
		if got := string(tokenize.Fold(nil, markdown.PlainText(s))); got != " @" {
			t.Errorf("%q gives %q", s, got)
		}
	}
	for _, s := range []string{"we meet at the dot com office", "the item (at) the top", "see [at] page 4", "5 @ $3", "the item [at] the top"} {
		if got := markdown.PlainText(s); strings.Contains(got, "@") && !strings.Contains(s, "@") || strings.Contains(s, "@") && got != s {
			t.Errorf("%q gives %q", s, got)
		}
	}
}
