package markdown

import (
	"strings"
	"testing"
)

func TestPlainTextHasNoMarkdownSyntax(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, md, want string }{
		{"headings", "# Privacy\n\n### 1. Data ###x\n\n#hash", "Privacy 1. Data ###x #hash"},
		{"emphasis", "**Note:** _this_ and *that*, ~~gone~~", "Note: this and that,"},
		{"strikethrough", `We do ~~not~~ sell ~~**your** [data](/x) \~ it~~y. ~~ a ~~ b~~ \~~c~~`, "We do sell y. a b ~~c"},
		{"names with underscores", `the cookies \_ga\_x and _ga_x and __Secure-3P`, "the cookies _ga_x and ga_x and Secure-3P"},
		{"escapes", `\*not\* \[a\] 1\. \# \\ a\b`, `*not* [a] 1. # \ a\b`},
		{"links", "see [our **terms**](https://x.example/a_b) and ![an icon](/i.png)or [this] (now)", "see our terms and or [this] (now)"},
		{"links in links", "[[email protected]](/cdn-cgi/x)", "[email protected]"},
		{"tables", "| a | b<br>c |\n| --- | :-: |\n| d \\| e | f |", "a b c d | e f"},
		{"lists and quotes", "- a\n  - b\n\n> 1. c\n> d", "a b 1. c d"},
		{"rules", "a\n\n---\n\nb\n===\n* * *", "a b"},
		{"code", "`a_b *c*` and ``x ` y`` and\n```\nfoo _bar_\n```\nend", "a_b *c* and x ` y and foo _bar_ end"},
		{"white space", " a \u00a0 b\u2003c\u200bd\ufeff \n\n e  \nf\\\ng", "a b cd e f g"},
		{"normalization form C", "cafe\u0301", "café"},
		{"copyright years", "© 2019-2024 X © 2020", "© X ©"},
		{"nothing", "", ""},
	} {
		if got := PlainText(c.md); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add("# a\n\n**b** `c` [d](e) _f_ \\_ | x |")
	f.Add("[[[[](](](")
	f.Add(strings.Repeat("`", 9) + "\n" + "<br")
	f.Fuzz(func(t *testing.T, md string) {
		s := PlainText(md)
		if len(s) > 3*len(md)+3 {
			t.Errorf("%d bytes became %d", len(md), len(s))
		}
		if s != strings.TrimSpace(s) || strings.Contains(s, "  ") {
			t.Errorf("excess white space in %q", s)
		}
	})
}
