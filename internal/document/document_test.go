package document

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/doctype"
)

const policy = `<!doctype html><html lang="en"><head><title>Privacy Policy | Example</title></head><body>
<nav><a href="/">Home</a> <a href="/shop">Shop</a></nav><main><h1>Privacy Policy</h1><p>Last updated: 3 March 2024</p>
<h2>What we collect</h2><p>We collect the personal data that you give us when you open an account: your name, your e-mail address and your telephone number. We process it to perform our contract with you and with your consent.</p>
<h2>Retention</h2><p>We keep personal data for three years after you close your account, unless the law obliges us to keep it longer.</p></main>
<footer>© 2024 Example</footer></body></html>`

func read(t *testing.T, body string) Document {
	t.Helper()
	d, err := Read(Input{Body: []byte(body), ContentType: "text/html", URL: "https://example.com/privacy"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestReadReturnsTextTypeLanguageAndDate(t *testing.T) {
	t.Parallel()
	d := read(t, policy)
	if !d.Legal || d.Type != doctype.PrivacyPolicy || d.Language != "en" || d.EffectiveDate != "2024-03-03" || d.Title != "Privacy Policy" {
		t.Errorf("legal %v, %s, %s, %s, %q", d.Legal, d.Type, d.Language, d.EffectiveDate, d.Title)
	}
	for _, want := range []string{"# Privacy Policy", "## Retention", "three years"} {
		if !strings.Contains(d.Markdown, want) {
			t.Errorf("the Markdown lacks %q:\n%s", want, d.Markdown)
		}
	}
	if strings.Contains(d.Markdown, "Shop") {
		t.Errorf("the menu is in the Markdown:\n%s", d.Markdown)
	}
}

func TestReadUsesDatesAndRegionOfThePageAroundTheText(t *testing.T) {
	t.Parallel()
	page := strings.NewReplacer(`lang="en"`, `lang="en-GB"`, "Last updated: 3 March 2024", "Please read it.", "<nav>", "<div class=hero>Effective date: 04/03/2026</div><nav>").Replace(policy)
	d, err := Read(Input{Body: []byte(page), ContentType: "text/html", Now: time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	if d.Jurisdiction != "GB" || d.EffectiveDate != "2026-03-04" || d.UpcomingEffectiveDate != "2026-03-04" || !strings.Contains(d.EffectiveQuote, "Effective date") {
		t.Errorf("jurisdiction %q, effective date %s (%q), upcoming %s", d.Jurisdiction, d.EffectiveDate, d.EffectiveQuote, d.UpcomingEffectiveDate)
	}
}

func TestPDFIsRecognizedAfterOtherBytes(t *testing.T) {
	t.Parallel()
	pdf := "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n"
	for body, want := range map[string]bool{
		pdf:                                    true,
		"<!-- cached -->\n" + pdf:              true,
		strings.Repeat("x", 900) + "\n" + pdf:  true,
		strings.Repeat("x", 1100) + "\n" + pdf: false,
		"\ufeff%PDF-1.7":                       true,
		"<p>A PDF begins with %PDF-1.4, and then come its objects.</p>": false,
		"A PDF begins with %PDF-": false,
	} {
		if _, err := Read(Input{Body: []byte(body)}); errors.Is(err, ErrNoPDFReader) != want {
			t.Errorf("%.40q: %v, want a PDF: %v", body, err, want)
		}
	}
}

func TestReadUsesTheGivenPDFReader(t *testing.T) {
	t.Parallel()
	in := Input{Body: []byte("\n%PDF-1.7 ..."), URL: "https://example.com/dpa.pdf", ContentType: "application/pdf"}
	if _, err := Read(in); !errors.Is(err, ErrNoPDFReader) {
		t.Errorf("without a reader: %v", err)
	}
	broken := errors.New("broken")
	in.PDF = func([]byte) (string, error) { return "", broken }
	if _, err := Read(in); !errors.Is(err, broken) {
		t.Errorf("a reader that fails: %v", err)
	}
	in.PDF = func([]byte) (string, error) { return "# Imprint\n\nExample Ltd, 1 Harbour Street, Dublin.", nil }
	if d, err := Read(in); err != nil || d.Title != "Imprint" || !strings.Contains(d.Markdown, "Harbour Street") {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestReadDecodesThePageWithALateCharsetDeclaration(t *testing.T) {
	t.Parallel()
	page := strings.Replace(policy, "<head>", "<head><script>"+strings.Repeat(";", 2048)+"</script><meta charset=windows-1251>", 1)
	page = strings.Replace(page, "three years", "\xef\xf0\xe0\xe2\xe0", 1)
	if d := read(t, page); !strings.Contains(d.Markdown, "права") {
		t.Errorf("%s", d.Markdown)
	}
}

func TestReadMarksOtherPagesAsNotLegal(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an error page": `<title>404 Not found</title><h1>Page not found</h1><p>` + strings.Repeat("We could not find it. ", 30) + `</p>`,
		"a short page":  `<title>Privacy</title><p>Privacy matters.</p>`,
		"a shell":       `<title>App</title><div id="root"></div><script>start()</script>`,
		"nothing":       ``,
		"no HTML":       "Terms",
	} {
		if d := read(t, body); d.Legal {
			t.Errorf("%s: got %s, want a page that is not legal", name, d.Type)
		}
	}
}

func TestCompareReturnsTheKindOfChange(t *testing.T) {
	t.Parallel()
	old := read(t, policy)
	for _, c := range []struct {
		name, from, to string
		want           change.Kind
	}{
		{"nothing", "", "", change.KindNone},
		{"the menu", "Shop</a>", "Store</a>", change.KindNone},
		{"the footer's year", "© 2024", "© 2025", change.KindNone},
		{"an invisible character", "your name", "your\u200b name", change.KindNone},
		{"case", "Retention", "RETENTION", change.KindCosmetic},
		{"one word", "three years", "seven years", change.KindChange},
		{"a deleted word", "unless the law", "<del>unless</del> the law", change.KindChange},
		{"a date", "3 March 2024", "4 March 2024", change.KindChange},
	} {
		cur := read(t, strings.Replace(policy, c.from, c.to, 1))
		if got := Compare(old, cur); got.Kind != c.want {
			t.Errorf("%s: got %s, want %s (%+v)", c.name, got.Kind, c.want, got.Sections)
		}
	}
	long := FromMarkdown(strings.Repeat("We keep your data safe and sound. ", 50))
	if got := Compare(long, FromMarkdown("Loading")); got.Kind != change.KindBroken {
		t.Errorf("a page without its text: got %s, want %s", got.Kind, change.KindBroken)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(policy), "text/html")
	f.Add([]byte("# Terms\n\n* a\n* b"), "text/markdown")
	f.Add([]byte(strings.Repeat("<div>", 2000)), "")
	f.Add([]byte("<table><tr><td>x"), "text/html; charset=utf-16")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		d, err := Read(Input{Body: body, ContentType: contentType, URL: "https://example.com/x"})
		if err == nil && (d.Legal != (d.Type != doctype.Other) || d.Confidence < 0 || d.Confidence > 1) {
			t.Errorf("%+v", d)
		}
	})
}
