package content

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// buildTree implements fewer rules than the HTML standard. They suffice if x/net/html finds
// the same words in the same order.
func TestTreeHasTheSameWordsAsTheStandardParser(t *testing.T) {
	t.Parallel()
	pages := map[string][]byte{
		"a typical page":     newPage(50_000),
		"tables in tables":   []byte("<table><tr><td>a<table><tr><td>b</table>c<td>d</table>e"),
		"unclosed lists":     []byte("<ul><li>a<ul><li>b<li>c</ul><li>d<p>e<li>f</ul>g<dl><dt>h<dd>i<dt>j</dl>"),
		"paragraphs":         []byte("<p>a<p>b<div>c</p>d</div></p>e<h1>f<h2>g</h1>h<p>i<table><tr><td>j</table>k"),
		"misnested marks":    []byte("<b>a<i>b</b>c</i><p><b>d</p>e</b><a href=x>f<div>g</a>h</div>i<a href=y>j<a href=z>k"),
		"raw text":           []byte("a<script>x<b></script>b<style></b></style>c<title>t</title>d<xmp><b></xmp>e<iframe><p>x</iframe>f"),
		"comments":           []byte("a<!-- <b> -->b<!-->c<!--->d<!-- x --!>e<!doctype y>f<?z?>g</ ></1>h<!x>i"),
		"attributes":         []byte(`<p a=">" b='>' c = "<p>">a</p><p a=b"c>b</p><p/>c<p a/b=c>d<p a='x'b="y">e<img alt=">">f`),
		"characters":         []byte("a &amp; b &lt; c &copy d &#8217; e &nosuch; f &#0; g < h <1 i <"),
		"unmatched end tags": []byte("</p></div></b></table></ul></li></html>a</body>b"),
		"buttons and forms":  []byte("<form>a<form>b</form>c</form>d<button>e<button>f</button>g<label>h<input>i</label>"),
		"two bodies":         []byte("<html><head><meta x><p>a<head>b<body class=x>c<body>d</body>e</html>f"),
		"svg and math":       []byte("a<svg><path/><g>x</g></svg>b<math><mi>c</mi></math>d<svg/>e<svg><p>f"),
		"upper case":         []byte("<DIV>a<P>b</DIV>c<ScRiPt>d</sCrIpT>e<UL><LI>f<LI>g</UL>"),
		"obsolete elements":  []byte("<center>a<font>b</center>c<marquee>d</marquee>e<nobr>f<nobr>g</nobr><dir><li>h</dir><listing>i</listing>"),
	}
	for name, a := range fixtures(t) {
		// Unlike the standard, buildTree lets a block close an open select, so that the select
		// does not swallow the document.
		pages[name] = bytes.ReplaceAll(a.Files[0].Data, []byte("<div>sixteen</div>"), nil)
	}
	for name, body := range pages {
		root, err := html.Parse(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		tree := buildTree(string(body))
		if tree.hasShadowRoots { // x/net/html does not expand them
			continue
		}
		var want, got strings.Builder
		standardText(root, &want)
		treeText(tree.body, &got)
		if w, g := strings.Join(strings.Fields(want.String()), " "), strings.Join(strings.Fields(got.String()), " "); w != g {
			t.Errorf("%s:\n%q, the standard parser has\n%q", name, g, w)
		}
	}
}

// nonTextTags are elements whose content is not text of the page.
var nonTextTags = map[atom.Atom]bool{atom.Svg: true, atom.Textarea: true, atom.Select: true}

func treeText(n *node, b *strings.Builder) {
	if n.isText {
		b.WriteString(n.text)
		return
	}
	if nonTextTags[n.tag] {
		return
	}
	apart := n.class&inline == 0 || n.tag == atom.Br
	if apart {
		b.WriteByte(' ')
	}
	for c := n.first; c != nil; c = c.next {
		treeText(c, b)
	}
	if apart {
		b.WriteByte(' ')
	}
}

func standardText(n *html.Node, b *strings.Builder) {
	is := tagClasses[n.DataAtom]
	switch {
	case n.Type == html.TextNode:
		b.WriteString(n.Data)
		return
	case n.Type == html.CommentNode, nonTextTags[n.DataAtom], is&rawText != 0 && n.DataAtom != atom.Xmp && n.DataAtom != atom.Plaintext:
		return
	}
	apart := n.Type == html.ElementNode && (is&inline == 0 || n.DataAtom == atom.Br)
	if apart {
		b.WriteByte(' ')
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		standardText(c, b)
	}
	if apart {
		b.WriteByte(' ')
	}
}

func FuzzExtractHTML(f *testing.F) {
	for _, a := range fixtures(f) {
		f.Add(a.Files[0].Data)
	}
	for _, h := range hostilePages {
		f.Add([]byte(h.begin + strings.Repeat(h.piece, 30) + h.end))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p := ExtractHTML(body, fixtureURL)
		if p.DocumentShare < 0 || p.DocumentShare > 1 || p.LinkWordCount < 0 || p.PageWordCount < 0 || p.SourcesTried < 1 {
			t.Errorf("%+v", p)
		}
		if again := ExtractHTML(body, fixtureURL); again.Markdown != p.Markdown || again.Title != p.Title {
			t.Error("extraction is not deterministic")
		}
		if len(p.Markdown) > 100*len(body)+1000 {
			t.Errorf("%d bytes became %d", len(body), len(p.Markdown))
		}
		ExtractText(body)
	})
}
