package service

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document"
)

// marked returns an excerpt as text: {+added+} and {-removed-}.
func marked(parts []ExcerptPart) string {
	var out []string
	for _, p := range parts {
		switch p.Kind {
		case "added":
			out = append(out, "{+"+p.Text+"+}")
		case "removed":
			out = append(out, "{-"+p.Text+"-}")
		default:
			out = append(out, p.Text)
		}
	}
	return strings.Join(out, " ")
}

func TestAnExcerptIsTheFirstChangedSentence(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, cur, want string }{
		"words":       {"# T\n\nWe share it. We keep data for 30 days. More follows.", "# T\n\nWe share it. We keep your data for 90 days. More follows.", "We keep {+your+} data for {-30-} {+90+} days."},
		"a sentence":  {"# T\n\nWe share it. More follows here.", "# T\n\nWe share it. It is sold. More follows here.", "{+It is sold.+}"},
		"a paragraph": {"# T\n\nWe share it.\n\nLast line here.", "# T\n\nWe share it.\n\nA new paragraph.\n\nAnother one.\n\nLast line here.", "{+A new paragraph.+}"},
		"not a date":  {"# T\n\nLast updated: 3 May 2025\n\nWe share it with two partners.", "# T\n\nLast updated: 9 June 2026\n\nWe share it with nine partners.", "We share it with {-two-} {+nine+} partners."},
		"a period":    {"# T\n\nLast updated: 3 May 2025\n\nWe keep it for 30 days.", "# T\n\nLast updated: 9 June 2026\n\nWe keep it for 90 days.", "We keep it for {-30-} {+90+} days."},
		"only a date": {"# T\n\nLast updated: 3 May 2025\n\nWe share it.", "# T\n\nLast updated: 9 June 2026\n\nWe share it.", "Last updated: {-3 May 2025-} {+9 June 2026+}"},
		"nothing":     {"# T\n\nWe share it.", "# T\n\nWe share it.", ""},
	} {
		ch := document.Compare(document.FromMarkdown(c.old), document.FromMarkdown(c.cur))
		if got := marked(excerptOf(ch)); got != c.want {
			t.Errorf("%s: the excerpt is %q, want %q", name, got, c.want)
		}
	}
}

func TestAnExcerptIsBoundedAndValidText(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"word ", "wörd", "言葉", "🙂"} {
		long := strings.Repeat(word, 2000)
		ch := document.Compare(document.FromMarkdown("Start "+long+" end."), document.FromMarkdown("Start "+long+" other "+strings.Repeat(word, 1000)+"end."))
		got := marked(excerptOf(ch))
		if len(got) > maxExcerptStart+maxExcerpt+50 || !utf8.ValidString(got) {
			t.Errorf("%q: the excerpt has %d bytes: %q", word, len(got), got)
		}
	}
}
