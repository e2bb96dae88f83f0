package markdown

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

func TestHTMLHasTheStructureOfTheMarkdown(t *testing.T) {
	t.Parallel()
	for md, want := range map[string]string{
		"# Terms\n\nWe *may* **change** them.": "<h1>Terms</h1>\n<p>We <em>may</em> <strong>change</strong> them.</p>\n",
		"- one\n- two\n  - deep\n- three":      "<ul>\n<li>one</li>\n<li>two<ul>\n<li>deep</li>\n</ul>\n</li>\n<li>three</li>\n</ul>\n",
		"3. c\n4. d\n\nText":                   "<ol>\n<li value=\"3\">c</li>\n<li value=\"4\">d</li>\n</ol>\n<p>Text</p>\n",
		"| A | B |\n|---|---|\n| 1 | 2 |":      "<table>\n<tr><th>A</th><th>B</th></tr>\n<tr><td>1</td><td>2</td></tr>\n</table>\n",
		"> quoted\n\nnot":                      "<blockquote>\n<p>quoted</p>\n</blockquote>\n<p>not</p>\n",
		"[text](https://a.example/?a=1&b=2)":   `<p><a href="https://a.example/?a=1&amp;b=2" rel="nofollow noopener noreferrer">text</a></p>` + "\n",
		"```\na < b\n```":                      "<pre>a &lt; b\n</pre>\n",
		"snake_case 2\\*3 `x*y`":               "<p>snake_case 2*3 <code>x*y</code></p>\n",
		"***both*** ~~gone~~":                  "<p><strong><em>both</em></strong> <del>gone</del></p>\n",
		"Title\n=====\n\n---":                  "<h1>Title</h1>\n<hr>\n",
	} {
		if got := HTML(md); got != want {
			t.Errorf("HTML(%q) is\n%s, want\n%s", md, got, want)
		}
	}
}

func TestHTMLNeverContainsMarkupOfTheText(t *testing.T) {
	t.Parallel()
	for _, md := range []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](java\tscript:alert(1))",
		"[a](data:text/html,<script>1</script>)", "[a](vbscript:x)", "![a](https://a.example/x.png)", "<https://a.example/\"onmouseover=alert(1)>",
		"[a](https://a.example/\" onclick=\"x)", "&lt;script&gt;alert(1)&lt;/script&gt;", "`<script>`", "```\n</pre><script>\n```", "| <b onclick=x> | b |\n|---|---|",
		"[<svg onload=x>](https://a.example/)", "**[a](https://a.example/)**<a href=x>", "\u202egnp.exe", "[a](//a.example)", "[a](https:a)", "<javascript://%0aalert(1)>", "&#x3c;script&#62;",
		"[a](&#106;avascript:alert(1))", "# <script>", "- <script>", "> <script>", "1. [a](file:///etc/passwd)",
	} {
		checkHTML(t, md)
	}
}

func TestHTMLOfRandomTextIsWellFormed(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("CLAUSEA_TEST_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("CLAUSEA_TEST_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	parts := []string{"*", "**", "***", "_", "~~", "`", "```", "\n", "\n\n", "- ", "  - ", "1. ", "> ", "# ", "|", "|---|---|", "[", "]", "(", ")", "](https://a.example/)", "](javascript:x)", "![", "<", ">", "<script>", "&", "&lt;", "\\", "a", "word ", "é", "\x00", "\xff", "\u202e", "---", "===", "\t", "  ", "\"", "'"}
	for range 3000 {
		var b strings.Builder
		for range 1 + r.IntN(40) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		checkHTML(t, b.String())
	}
}

// checkHTML checks that the HTML of a text has only the allowed elements and attributes, closed in
// order, and that it has all words of the text.
func checkHTML(t *testing.T, md string) {
	t.Helper()
	allowed := strings.Fields("h1 h2 h3 h4 h5 h6 p ul ol li table tr th td blockquote pre code em strong del a hr")
	out := HTML(md)
	var open []string
	fail := func(format string, args ...any) { t.Errorf("HTML(%q): %s:\n%s", md, fmt.Sprintf(format, args...), out) }
	z := html.NewTokenizer(strings.NewReader(out))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				fail("%v is not closed", open)
			}
			return
		case html.StartTagToken:
			tok := z.Token()
			if !slices.Contains(allowed, tok.Data) {
				fail("element %s", tok.Data)
			}
			for _, a := range tok.Attr {
				u, err := url.Parse(a.Val)
				link := a.Key == "href" && tok.Data == "a" && err == nil && slices.Contains([]string{"http", "https", "mailto"}, u.Scheme)
				if !link && a.Key != "rel" && (a.Key != "value" || tok.Data != "li") {
					fail("attribute %s=%q", a.Key, a.Val)
				}
			}
			if tok.Data != "hr" {
				open = append(open, tok.Data)
			}
		case html.EndTagToken:
			tok := z.Token()
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				fail("</%s> closes %v", tok.Data, open)
				return
			}
			open = open[:len(open)-1]
		case html.CommentToken, html.DoctypeToken, html.SelfClosingTagToken:
			fail("%s", z.Token())
		}
	}
}

func TestHTMLOfHostileTextEndsSoon(t *testing.T) {
	t.Parallel()
	const n = 1 << 18
	for _, s := range []string{"[a](", "[", "![", "*a ", "**a_b ", "`", "``a`", "<a", "<https://", "&", "- ", "> ", "|a\n", "|", "~~a", "1. a\n"} {
		md := strings.Repeat(s, n/len(s))
		if out := HTML(md); len(out) > 40*len(md) {
			t.Errorf("%q repeated: %d bytes become %d", s, len(md), len(out))
		}
	}
}

func TestTextHasABlockOnEachLine(t *testing.T) {
	t.Parallel()
	md := "# Terms\n\nFirst [link](https://a.example/) paragraph.\n\nSecond.\n\n- a\n- b\n\n1. c\n2. d\n\n| A | B |\n|---|---|\n| 1 | 2 |"
	want := "Terms\n\nFirst link paragraph.\n\nSecond.\n\n- a\n- b\n1. c\n2. d\n\nA | B\n1 | 2\n"
	if got := Text(md); got != want {
		t.Errorf("Text is\n%s, want\n%s", got, want)
	}
}
