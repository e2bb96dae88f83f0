package content

import (
	"strings"
	"testing"
)

func TestADocumentInADialogIsTheDocumentOfItsPage(t *testing.T) {
	t.Parallel()
	section := "<h3>Your account</h3><p>" + strings.Repeat("You are responsible for everything that happens under your account. ", 8) + "</p>"
	terms := "<h2>Terms of Service</h2>" + section + section
	for name, c := range map[string]struct {
		dialog string
		shown  bool
	}{
		"a dialog element":  {"<dialog id=terms>" + terms + "</dialog>", true},
		"a hidden modal":    {`<div class=modal style="display: none"><div class=modal-body>` + terms + "</div></div>", true},
		"a dialog role":     {`<div role=dialog aria-hidden=true>` + terms + "</div>", true},
		"a consent dialog":  {`<div class="modal cookie-consent" style="display:none">` + terms + "</div>", false},
		"a short dialog":    {`<div class=modal style="display:none"><h2>Hello</h2><h3>Subscribe</h3><p>To everything under your account.</p></div>`, false},
		"a list of answers": {`<div class=modal style="display:none"><p>` + strings.Repeat("everything under your account ", 60) + "</p></div>", false},
	} {
		p := ExtractHTML([]byte("<html lang=en><title>Brightsail</title><body><main><h1>Brightsail</h1><p>Welcome to our boats.</p></main>"+c.dialog), "https://example.com/")
		if got := strings.Contains(p.Markdown, "under your account"); got != c.shown {
			t.Errorf("%s: shown %v, want %v:\n%s", name, got, c.shown, p.Markdown)
		}
	}
}
