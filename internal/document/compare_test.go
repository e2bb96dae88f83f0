package document

import (
	"fmt"
	"html"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/subprocessor"
)

// page returns a page with the given text and random boilerplate: menus, banner, footer,
// nonces and link targets.
func page(t *rapid.T, text string) string {
	links := func(name string, least int) string {
		var b strings.Builder
		for range rapid.IntRange(least, 8).Draw(t, name) {
			w := rapid.SampledFrom([]string{"Home", "Shop", "Pricing", "About us", "Careers", "Help", "Blog", "Sign in"}).Draw(t, "link")
			fmt.Fprintf(&b, `<li><a href="/%d">%s</a></li>`, rapid.IntRange(0, 999).Draw(t, "target"), w)
		}
		return "<ul>" + b.String() + "</ul>"
	}
	nonce := rapid.StringMatching(`[a-f0-9]{16}`).Draw(t, "nonce")
	banner := ""
	if rapid.Bool().Draw(t, "banner") {
		banner = `<div id="cookie-banner" class="cookie-consent"><p>We value your privacy. We use cookies; accept or reject them.</p><button>Accept all</button></div>`
	}
	return fmt.Sprintf(`<!doctype html><html lang="en"><head><title>Privacy Policy</title><script nonce="%s">var csrf=%q</script></head><body>
<header><a href="/"><img src="/logo.png?v=%s" alt="logo"></a><nav>%s</nav></header>%s<main><h1>Privacy Policy</h1>%s</main>
<footer>%s<p>© %d Example</p></footer><input type="hidden" name="token" value="%s"></body></html>`,
		nonce, nonce, nonce, links("menu", 0), banner, text, links("footer", 0), rapid.IntRange(2000, 2099).Draw(t, "year"), nonce)
}

func TestCompareIgnoresBoilerplateAndLinkTargets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sentence := rapid.StringMatching(`[A-Z][a-z]{2,8}( [a-z]{2,8}){8,14}\.`)
		var b strings.Builder
		for i := range rapid.IntRange(3, 6).Draw(t, "sections") {
			fmt.Fprintf(&b, "<h2>%d. %s</h2>", i+1, html.EscapeString(rapid.StringMatching(`[A-Z][a-z]{4,9} [a-z]{4,9}`).Draw(t, "heading")))
			for range rapid.IntRange(2, 4).Draw(t, "paragraphs") {
				fmt.Fprintf(&b, `<p>%s See <a href="/x?%d">our terms</a>.</p>`, html.EscapeString(sentence.Draw(t, "sentence")), rapid.IntRange(0, 9).Draw(t, "target"))
			}
		}
		text := b.String()
		old, err := Read(Input{Body: []byte(page(t, text)), ContentType: "text/html"})
		if err != nil {
			t.Fatal(err)
		}
		relinked := strings.ReplaceAll(text, `href="/x?`, `href="/y?`+rapid.StringMatching(`[a-z]{4}`).Draw(t, "session"))
		cur, err := Read(Input{Body: []byte(page(t, relinked)), ContentType: "text/html"})
		if err != nil {
			t.Fatal(err)
		}
		if c := Compare(old, cur); c.Kind != change.KindNone || old.ContentHash != cur.ContentHash {
			t.Fatalf("got kind %s, want none:\n%s\nold:\n%s\nnew:\n%s", c.Kind, c.TextDiff(), old.Markdown, cur.Markdown)
		}
	})
}

const list = `<!doctype html><html lang="en"><head><title>Subprocessors</title></head><body><main><h1>List of subprocessors</h1>
<p>Example uses these subprocessors to process personal data of its customers under the data processing agreement, and tells them of new ones thirty days before.</p>
<table><tr><th>Subprocessor</th><th>Purpose of processing</th><th>Location</th></tr>
<tr><td>One Cloud, Inc.</td><td>Hosting of customer data</td><td>United States</td></tr>
<tr><td>Zwei GmbH</td><td>Support by e-mail</td><td>Germany</td></tr></table></main></body></html>`

func TestReadAndCompareListSubprocessorsByRow(t *testing.T) {
	t.Parallel()
	old, err := Read(Input{Body: []byte(list), ContentType: "text/html", URL: "https://example.com/legal/subprocessors"})
	if err != nil {
		t.Fatal(err)
	}
	if old.Type != doctype.Subprocessors || len(old.Subprocessors) != 2 || old.Subprocessors[1] != (subprocessor.Row{Name: "Zwei GmbH", Purpose: "Support by e-mail", Location: "Germany"}) {
		t.Errorf("%s: %q", old.Type, old.Subprocessors)
	}
	cur, err := Read(Input{Body: []byte(strings.Replace(list, "Germany", "Ireland", 1)), ContentType: "text/html", URL: "https://example.com/legal/subprocessors"})
	if err != nil {
		t.Fatal(err)
	}
	// A document from FromMarkdown has no type.
	for name, before := range map[string]Document{"from a page": old, "from Markdown": FromMarkdown(old.Markdown)} {
		c := Compare(before, cur)
		if c.Kind != change.KindChange || c.Subprocessors == nil || len(c.Subprocessors.Changed) != 1 || c.Subprocessors.Changed[0].After.Location != "Ireland" {
			t.Errorf("%s: %s %+v", name, c.Kind, c.Subprocessors)
		}
	}
	if text := Compare(old, cur).TextDiff(); !strings.Contains(text, "Zwei GmbH") || !strings.Contains(text, "Ireland") {
		t.Error(text)
	}
}
