package markdown

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"github.com/clausea/crawler/internal/document/tokenize"
)

func TestMarkdownIsParsedIntoBlocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, md string
		want     []Block
	}{
		{"headings of all kinds", "# One #\n\nTwo\n===\n\nThree\n---\n\n**4. Four**\n\n**5.** **Five**\n\nSIX AND MORE\n\n7.1 Seven\n\nArticle 8\n\n- ## Nine", []Block{
			{Kind: Heading, Level: 1, Text: "One"}, {Kind: Heading, Level: 1, Text: "Two"}, {Kind: Heading, Level: 2, Text: "Three"},
			{Kind: Heading, Level: 7, Text: "4. Four"}, {Kind: Heading, Level: 7, Text: "5. Five"}, {Kind: Heading, Level: 7, Text: "SIX AND MORE"},
			{Kind: Heading, Level: 7, Text: "7.1 Seven"}, {Kind: Heading, Level: 7, Text: "Article 8"}, {Kind: Heading, Level: 2, Text: "Nine"},
		}},
		{"no headings", "**Note:** be careful with this\n\n# \n\n#hashtag\n\nWE END WITH A STOP.\n\n1. January 2024", []Block{
			{Text: "Note: be careful with this"}, {Text: "#hashtag"}, {Text: "WE END WITH A STOP."}, {Kind: ListItem, Text: "1. January 2024", Numbered: true},
		}},
		{"lines of a paragraph are joined", "one\ntwo  \nthree\\\nfour\n\nfive", []Block{{Text: "one two three four"}, {Text: "five"}}},
		{"numbers of a counted list are not part of the text", "1. one\n2. two\n   more\n\n7. seven\n\n(a) x\n(b) y\n\ni) z\nii) zz\n\n- bullet\n* star\n• dot", []Block{
			{Kind: ListItem, Text: "one"}, {Kind: ListItem, Text: "two more"}, {Kind: ListItem, Text: "7. seven", Numbered: true},
			{Kind: ListItem, Text: "x"}, {Kind: ListItem, Text: "y"}, {Kind: ListItem, Text: "z"}, {Kind: ListItem, Text: "zz"},
			{Kind: ListItem, Text: "bullet"}, {Kind: ListItem, Text: "star"}, {Kind: ListItem, Text: "dot"},
		}},
		{"numbers on lines of their own", "1.\n\none\n\n2.\n\ntwo\n\n3.\n\n## four\n\n(a)", []Block{
			{Kind: ListItem, Text: "one"}, {Kind: ListItem, Text: "two"}, {Text: "3."}, {Kind: Heading, Level: 2, Text: "four"}, {Text: "(a)"},
		}},
		{"an inner list does not end the outer one", "1. one\n   1. inner\n   2. inner\n2. two", []Block{
			{Kind: ListItem, Text: "one"}, {Kind: ListItem, Text: "inner"}, {Kind: ListItem, Text: "inner"}, {Kind: ListItem, Text: "two"},
		}},
		{"tables", "| a | b\\|c |\n|---|:-:|\n| 1 | |\n| | 2 |\n\nx | y\n--|--\n3 | 4\n5 | 6\n\nno | table", []Block{
			{Kind: TableRow, Text: "a\tb|c"}, {Kind: TableRow, Text: "1"}, {Kind: TableRow, Text: "\t2"}, {Kind: TableRow, Text: "x\ty"}, {Kind: TableRow, Text: "3\t4"}, {Kind: TableRow, Text: "5\t6"}, {Text: "no | table"},
		}},
		{"marks, images, tags, links and entities", "*a* **b** `c` ~~d~~ \\*e\\* ![image](x.png)[f](http://x/(y) \"z\") [g][1] <b>h</b><br>i <!-- j --> &amp; &eacute; <https://k.example>\n\n[1]: https://l.example", []Block{
			{Text: "a b c *e* f g h i & é https://k.example", LinkBytes: 2},
		}},
		{"rules, fences and quotes", "> quoted\n\n---\n\n```\ncode\n```\n\n* * *\n\n____", []Block{{Text: "quoted"}, {Text: "code"}}},
		{"invisible characters", "a\u00adb\u200bc \u00a0 d\ufeff\u2060 e\u0301", []Block{{Text: "abc d é"}}},
		{"copyright years", "© 2019–2024 Example\n\nCopyright (c) 2024 Example\n\n2024 © Example\n\n(c) 2024 Example. All rights reserved.\n\n(c) 2024 amendments\n\nthe 2019 Copyright Directive", []Block{
			{Text: "© Example"}, {Text: "Copyright (c) Example"}, {Text: "© Example"}, {Kind: ListItem, Text: "(c) Example. All rights reserved.", Numbered: true},
			{Kind: ListItem, Text: "(c) 2024 amendments", Numbered: true}, {Text: "the 2019 Copyright Directive"},
		}},
		{"nothing", "\n \n\t\n", []Block{}},
	} {
		got := Parse(c.md)
		for i := range got {
			got[i].Marker, got[i].Full = "", ""
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, got, c.want)
		}
	}
}

func TestBlocksKeepTheirNumbersAndCopyrightYears(t *testing.T) {
	t.Parallel()
	for md, want := range map[string]Block{
		"3. three\n4. four":   {Kind: ListItem, Text: "three", Marker: "3."},
		"(a) one\n(b) two":    {Kind: ListItem, Text: "one", Marker: "(a)"},
		"● seven":             {Kind: ListItem, Text: "seven", Marker: "●"},
		"- seven":             {Kind: ListItem, Text: "seven"},
		"7. seven":            {Kind: ListItem, Text: "7. seven", Numbered: true},
		"© 2019–2024 Harbour": {Text: "© Harbour", Full: "© 2019–2024 Harbour"},
		"© Harbour":           {Text: "© Harbour"},
	} {
		if got := Parse(md); len(got) == 0 || got[0] != want {
			t.Errorf("%q: %+v, want %+v", md, got, want)
		}
	}
}

func TestCellAfterAnEmptyCellKeepsItsColumn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rows []string
		want string
	}{
		{[]string{"| Ads | ✓ |  |", "| Ads | ✓ | - |", "| Ads | ✔ |"}, " ads \x00y"},
		{[]string{"| Ads |  | ✓ |", "| Ads | — | ✓ |"}, " ads \x00y\x012"},
		{[]string{"|  | a b |  | c | d |"}, " a\x011 b c\x013 d"},
		{[]string{"| … | a |"}, " a\x011"},
	} {
		for _, row := range c.rows {
			if got := string(tokenize.FoldWithColumns(nil, Parse(row)[0].Text)); got != c.want {
				t.Errorf("%s gives %q, want %q", row, got, c.want)
			}
		}
	}
}

func TestHostileMarkdownIsParsedInLinearTime(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"[", "![", "[a](", "<a ", "<!--", "&", "\\", "*", "|", "[[a]", "(at)", "@", "1. ", "> ", "a@", "x[x](", "é[", " dot ", "~~", "~~a ", `~~\~`} {
		md := strings.Repeat(unit, (1<<17)/len(unit))
		n := 0
		for _, b := range Parse(md) {
			n += len(b.Text)
			tokenize.Words(nil, b.Text)
		}
		if n > 3*len(md) {
			t.Errorf("%d bytes of %q became %d", len(md), unit, n)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("# A\n\n1. b\n2. c\n\n| d | e |\n|---|---|\n| f | ✓ |\n\n[g](h) name (at) i (dot) de €5 | A@ 5% ½ 2024年")
	f.Add("Title\n====\n\n**x**\n> - y\n```\n[1]: http://z\n[email protected] \xff\xfe a\u0301")
	f.Add("00000 =A0")
	f.Fuzz(func(t *testing.T, md string) {
		for _, b := range Parse(md) {
			if strings.TrimSpace(b.Text) == "" || strings.Trim(b.Text, " ") != b.Text || strings.Contains(b.Text, "\n") || strings.Contains(b.Text, "\t") && b.Kind != TableRow {
				t.Errorf("%q", b.Text)
			}
			if utf8.ValidString(md) && !utf8.ValidString(b.Text) {
				t.Errorf("%q is not UTF-8", b.Text)
			}
			ws := tokenize.Words(nil, b.Text)
			fold := 0
			for i, w := range ws {
				got := tokenize.FoldAt(b.Text, w.Start, w.End)
				if w.Column > 0 {
					got += "\x01" + strconv.Itoa(int(w.Column))
				}
				if xxhash.Sum64String(got) != w.Key {
					t.Errorf("word %d of %q is %q by itself", i, b.Text, got)
				}
				fold++
				if w.Start >= w.End || w.End > len(b.Text) || i > 0 && w.Start < ws[i-1].End || strings.TrimSpace(b.Text[w.Start:w.End]) == "" {
					t.Errorf("word %d of %q is %+v", i, b.Text, w)
				}
				if i > 0 && strings.TrimSpace(b.Text[ws[i-1].End:w.Start]) != "" {
					t.Errorf("%q between words of %q", b.Text[ws[i-1].End:w.Start], b.Text)
				}
			}
		}
	})
}
