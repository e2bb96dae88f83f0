package links

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"pgregory.net/rapid"
)

// lexerTokens returns the tags of a page with their attributes, and its text.
func lexerTokens(page []byte) (out []string) {
	l := &lexer{page: page}
	text := ""
	for {
		k, tag, t := l.next()
		if k == textToken {
			text += string(t)
			continue
		}
		if text != "" {
			out = append(out, "text "+clean(html.UnescapeString(text)))
			text = ""
		}
		switch k {
		case endOfPage:
			return out
		case endTag:
			if !l.truncated {
				out = append(out, "close "+tag.String())
			}
		case startTag:
			at := len(out)
			out = append(out, "")
			var seen []string
			for key, value, ok := l.nextAttr(); ok; key, value, ok = l.nextAttr() {
				if k := strings.ToLower(string(key)); !slices.Contains(seen, k) {
					seen = append(seen, k)
					out = append(out, fmt.Sprintf("  %s=%s", clean(k), clean(unescapeAttr(value))))
				}
			}
			out[at] = "start " + tag.String()
			if l.truncated { // the Tokenizer drops an unfinished tag
				out = out[:at]
			}
		}
	}
}

// tokenizerTokens returns the same from the Tokenizer of golang.org/x/net/html.
func tokenizerTokens(page []byte) (out []string) {
	z := html.NewTokenizer(bytes.NewReader(page))
	text := ""
	for {
		k := z.Next()
		if k == html.TextToken {
			text += string(z.Raw())
			continue
		}
		if text != "" && k != html.CommentToken && k != html.DoctypeToken {
			out = append(out, "text "+clean(html.UnescapeString(text)))
			text = ""
		}
		switch k {
		case html.ErrorToken:
			return out
		case html.EndTagToken:
			name, _ := z.TagName()
			out = append(out, "close "+atom.Lookup(name).String())
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			out = append(out, "start "+atom.Lookup(name).String())
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				out = append(out, fmt.Sprintf("  %s=%s", clean(string(key)), clean(string(value))))
			}
		}
	}
}

// clean removes what the two may represent differently: NUL bytes and line ends.
func clean(s string) string {
	return strings.NewReplacer("\x00", "", "\ufffd", "", "\r\n", "\n", "\r", "\n").Replace(s)
}

func TestLexerMatchesTheTokenizer(t *testing.T) {
	t.Parallel()
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			"<a href=x>", "<A HREF='/y?a=1&amp;b=2'>", "</a>", "<a href=\"?a&copy=1&lt;&#65;\"", "<p class", "<br/>", "<img alt=a/>", "<b =c=d>",
			"<!--", "-->", "--!>", "<!-->", "<!--->", "<!DOCTYPE html>", "<?xml ?>", "</ x>", "</>", "<>", "<", ">", "&amp;", "&copy", "\"", "'", "=", "/", " ", "\n", "text",
			"<script>", "</script>", "<script src=a>if (a</b/) '</scripts>'", "<STYLE>", "</style >", "<title>", "</title>", "<textarea>", "</TEXTAREA\n>", "<noscript>", "</noscript>", "<plaintext>",
			"<div id=footer ID=two>", "<custom-element x>", "<a href=&quot>", "é", "\x00",
		}),
		rapid.StringOfN(rapid.RuneFrom([]rune("<>/=\"'!-? a\n&;#x1")), 0, 12, -1),
	)
	rapid.Check(t, func(t *rapid.T) {
		page := []byte(strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), ""))
		if bytes.Contains(bytes.ToLower(page), []byte("<script")) && bytes.Contains(page, []byte("<!--")) {
			return // the two end escaped scripts differently
		}
		if got, want := lexerTokens(page), tokenizerTokens(page); !slices.Equal(got, want) {
			t.Fatalf("%q:\n got %q\nwant %q", page, got, want)
		}
	})
}
