package markdown

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

var (
	htmlTag  = regexp.MustCompile(`<[^>]*>`)
	htmlOpen = regexp.MustCompile(`<(/?)(p|ul|ol|li|table|tr|td|th|div|pre|blockquote|h[1-6])[ >]`)
)

// wordsOf returns the words of HTML.
func wordsOf(html string) string {
	return strings.Join(strings.Fields(htmlTag.ReplaceAllString(html, " ")), " ")
}

func TestALongTextIsRenderedInPartsWithAllWords(t *testing.T) {
	t.Parallel()
	many := func(format string) string {
		var b strings.Builder
		for i := range 4000 {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, md := range map[string]string{
		"paragraphs":       many("Paragraph %d has a few words of text.\n\n"),
		"one paragraph":    many("Sentence %d has a few words. "),
		"lines":            many("Line %d of one paragraph has words\n"),
		"marks":            many("<b> & \"quoted\" [link](https://e.example/%d) "),
		"a list":           "Before:\n\n" + many("- item %d with words\n"),
		"a numbered list":  many("7. item %d with words\n"),
		"a nested list":    many("- item %d\n  - nested with words\n"),
		"a table":          "| A | B |\n|---|---|\n" + many("| cell %d | words in a cell |\n"),
		"a long row":       "| A | B |\n|---|---|\n| " + many("cell %d words ") + " | b |\n",
		"code":             "```\n" + many("code %d of a program\n") + "```\n\nafter\n",
		"a quotation":      many("> quoted line %d with words\n"),
		"headings":         many("# Heading %d\n\nText.\n\n"),
		"one long word":    strings.Repeat("wörd", 20_000),
		"ideographs":       strings.Repeat("言葉と条項。", 5_000),
		"one long item":    "- " + many("Sentence %d has a few words. "),
		"one long heading": "# " + many("Word %d of a long heading "),
	} {
		parts, headings := SectionParts(md, 3, "text-")
		whole, all := SectionHTML(md, 3, "text-")
		if len(parts) < 2 {
			t.Errorf("%s: there is one part of %d bytes", name, len(parts[0]))
		}
		for i, p := range parts {
			if len(p) > 100<<10 {
				t.Errorf("%s: part %d has %d bytes", name, i+1, len(p))
			}
			open := 0
			for _, m := range htmlOpen.FindAllStringSubmatch(p, -1) {
				if open++; m[1] != "" {
					open -= 2
				}
			}
			if open != 0 {
				t.Errorf("%s: %d elements of part %d are not closed", name, open, i+1)
			}
		}
		joined := strings.ReplaceAll(wordsOf(strings.Join(parts, "")), " ", "")
		if want := strings.ReplaceAll(wordsOf(whole), " ", ""); joined != want {
			t.Errorf("%s: the parts have %d bytes of words, want %d", name, len(joined), len(want))
		}
		for _, h := range headings {
			if !strings.Contains(parts[h.Part-1], `id="`+h.Anchor+`"`) {
				t.Fatalf("%s: part %d does not have the heading %s", name, h.Part, h.Anchor)
			}
		}
		if name != "one long heading" && len(headings) != len(all) {
			t.Errorf("%s: %d headings, want %d", name, len(headings), len(all))
		}
	}
}

func TestAShortTextIsOnePart(t *testing.T) {
	t.Parallel()
	for _, md := range []string{"", "# A\n\ntext\n"} {
		parts, _ := SectionParts(md, 3, "t")
		whole, _ := SectionHTML(md, 3, "t")
		if len(parts) != 1 || parts[0] != whole {
			t.Errorf("%q has the parts %q, want %q", md, parts, whole)
		}
	}
}
