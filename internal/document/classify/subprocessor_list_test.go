package classify_test

import (
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/doctype"
)

func TestShortListOfSubprocessorsIsRecognized(t *testing.T) {
	t.Parallel()
	const (
		url      = "https://example.com/legal/subprocessors"
		title    = "# Subprocessors\n\n"
		sentence = "We use these companies to process customer data.\n\n"
		dashes   = "- Northwind Cloud – Hosting – Germany\n- Lumen Pay – Payments – Ireland\n- Harbor Desk – Support tickets – Canada\n"
	)
	for _, c := range []struct{ name, url, md string }{
		{"dashes", url, title + sentence + dashes},
		{"names that are links", url, title + sentence + "- [Northwind Cloud](https://n.example) – Hosting – Germany\n- [Lumen Pay](https://l.example) – Payments – Ireland\n- [Harbor Desk](https://h.example) – Support tickets – Canada\n"},
		{"colons and brackets", url, title + sentence + "- Northwind Cloud: Hosting (Germany)\n- Lumen Pay: Payments (Ireland)\n- Harbor Desk: Support tickets (Canada)\n"},
		{"a table", url, title + sentence + "| Name | Purpose |\n|---|---|\n| Northwind Cloud | Hosting |\n| Lumen Pay | Payments |\n| Harbor Desk | Support |\n"},
		{"named only by its title", "https://example.com/p/7", title + sentence + dashes},
		{"named only by its URL", url, "# Who we work with\n\n" + sentence + dashes},
		{"German", "https://example.de/unterauftragsverarbeiter", "# Unterauftragsverarbeiter\n\nWir setzen diese Dienstleister ein.\n\n- Nordwind GmbH – Hosting – Deutschland\n- Lumen – Zahlungen – Irland\n- Hafen AG – Support – Schweiz\n"},
	} {
		d := readMarkdown(t, c.url, c.md)
		if d.Type != doctype.Subprocessors || len(d.Subprocessors) != 3 {
			t.Errorf("%s: type %s, rows %q", c.name, d.Type, d.Subprocessors)
		}
	}
	for _, c := range []struct{ name, url, md string }{
		{"a shell", url, title + "Please enable JavaScript to see this page."},
		{"a form", url, title + "Be told of changes to this list.\n\n- First name: required\n- E-mail: required\n- Company: optional\n"},
		{"a teaser", "https://example.com/blog/subprocessors", title + "- Read more: on our blog\n- Share: with friends\n- Tags: news\n"},
		{"an explanation", "https://example.com/help/subprocessors", "# What are subprocessors?\n\n- Subprocessor: a company that works for us.\n- Processor: we are one.\n- Controller: you are one.\n"},
		{"a team", "https://example.com/team", "# Our team\n\n" + strings.ReplaceAll(dashes, "Northwind Cloud", "Ann Smith")},
		{"offices", "https://example.com/contact", "# Contact\n\n" + dashes},
		{"two rows", url, title + strings.Join(strings.SplitAfter(dashes, "\n")[:2], "")},
	} {
		if d := readMarkdown(t, c.url, c.md); d.Type != doctype.Other {
			t.Errorf("%s: got %s, want other", c.name, d.Type)
		}
	}
}

func readMarkdown(t *testing.T, url, md string) document.Document {
	t.Helper()
	d, err := document.Read(document.Input{Body: []byte(md), ContentType: "text/markdown", URL: url})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
