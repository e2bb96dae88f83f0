// Package content finds the document in a page: its title, its headings and its
// text as Markdown, without menus, banners and footers.
package content

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/plain"
)

// readHead reads title and language from the tree.
func (p *Page) readHead(root *html.Node) {
	walk(root, func(n *html.Node) bool {
		switch n.DataAtom {
		case atom.Html:
			p.Lang = attr(n, "lang")
		case atom.Title:
			if p.Head == "" {
				p.Head = plain.Squeeze(textOf(n))
			}
		case atom.Meta:
			if p.Lang == "" && strings.EqualFold(attr(n, "http-equiv"), "content-language") {
				p.Lang = attr(n, "content")
			}
		case atom.Body:
			return false
		}
		return true
	})
}

// readMain finds the main content and writes it as Markdown.
func (p *Page) readMain(root *html.Node) {
	body := find(root, atom.Body)
	if body == nil {
		body = root
	}
	prune(body)
	p.All = plain.Count(textOf(body))
	main := mainContent(body, p.All)
	w := &writer{}
	w.block(main)
	p.Markdown = w.done()
	p.Headings, p.LinkWords = w.headings, w.linkWords
	if h := find(main, atom.H1); h != nil {
		p.Title = plain.Squeeze(textOf(h))
	} else if h := find(body, atom.H1); h != nil {
		p.Title = plain.Squeeze(textOf(h))
	} else if len(w.headings) > 0 && len(w.headings[0]) < 120 {
		p.Title = w.headings[0]
	}
}

// prune takes out what is never part of a document: what is not shown, menus,
// headers and footers of the page, forms' controls, consent banners.
func prune(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.Type == html.CommentNode || c.Type == html.ElementNode && chrome(c) {
			n.RemoveChild(c)
		} else {
			prune(c)
		}
		c = next
	}
}

func chrome(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Nav, atom.Iframe, atom.Svg, atom.Button, atom.Select, atom.Input, atom.Textarea, atom.Template, atom.Video, atom.Audio, atom.Canvas, atom.Dialog:
		return true
	case atom.Header:
		// A header within an article holds the document's own title.
		return find(n, atom.H1) == nil
	case atom.Footer:
		return plain.Count(textOf(n)) < 400 || linkShare(n) > 0.4
	case atom.Body, atom.Main, atom.Article:
		return false
	}
	switch attr(n, "role") {
	case "navigation", "banner", "contentinfo", "dialog", "alertdialog", "search", "menu", "menubar":
		return true
	}
	if attr(n, "aria-hidden") == "true" && n.FirstChild != nil && plain.Count(textOf(n)) < 50 {
		return true
	}
	name := strings.ToLower(attr(n, "id") + " " + attr(n, "class"))
	if name == " " {
		return false
	}
	for _, w := range chromeNames {
		if strings.Contains(name, w) {
			// A name alone does not take away most of a document.
			return plain.Count(textOf(n)) < 400 || linkShare(n) > 0.5
		}
	}
	return false
}

var chromeNames = []string{
	"cookie-banner", "cookiebanner", "cookie-consent", "cookieconsent", "onetrust", "consent-banner", "gdpr-banner", "cc-window",
	"site-footer", "page-footer", "global-footer", "footer-nav", "navbar", "site-nav", "main-nav", "site-header", "global-header",
	"breadcrumb", "sidebar", "side-nav", "sidenav", "skip-link", "skip-to", "newsletter", "share-buttons", "social-share", "modal", "popup", "mega-menu", "menu-",
}

// mainContent is the smallest element that still has nearly all the text.
func mainContent(body *html.Node, words int) *html.Node {
	best := body
	for _, tag := range []atom.Atom{atom.Main, atom.Article} {
		if n := largest(body, tag); n != nil && plain.Count(textOf(n))*10 >= words*6 {
			best = n
			break
		}
	}
	total := plain.Count(textOf(best))
	for {
		var heir *html.Node
		for c := best.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && plain.Count(textOf(c))*100 >= total*97 {
				heir = c
			}
		}
		if heir == nil || heir.DataAtom == atom.P || heir.DataAtom == atom.Ul || heir.DataAtom == atom.Table {
			return best
		}
		best = heir
	}
}

func largest(root *html.Node, tag atom.Atom) *html.Node {
	var best *html.Node
	most := 0
	walk(root, func(n *html.Node) bool {
		if n.DataAtom == tag {
			if w := plain.Count(textOf(n)); w > most {
				best, most = n, w
			}
			return false
		}
		return true
	})
	return best
}

func linkShare(n *html.Node) float64 {
	linked := 0
	walk(n, func(c *html.Node) bool {
		if c.DataAtom == atom.A {
			linked += plain.Count(textOf(c))
		}
		return true
	})
	all := plain.Count(textOf(n))
	if all == 0 {
		return 1
	}
	return float64(linked) / float64(all)
}

// walk visits n and what is below it; f says whether to go below.
func walk(n *html.Node, f func(*html.Node) bool) {
	if n.Type == html.ElementNode && !f(n) {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, f)
	}
}

func find(n *html.Node, tag atom.Atom) *html.Node {
	var got *html.Node
	walk(n, func(c *html.Node) bool {
		if got == nil && c.DataAtom == tag {
			got = c
		}
		return got == nil
	})
	return got
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// textOf is the text below a node, with a space between elements.
func textOf(n *html.Node) string {
	var b strings.Builder
	var rec func(*html.Node)
	rec = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.DataAtom == atom.Script || n.DataAtom == atom.Style:
		default:
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				rec(c)
				if c.Type == html.ElementNode && !inline[c.DataAtom] {
					b.WriteByte(' ')
				}
			}
		}
	}
	rec(n)
	return b.String()
}

// readTokens reads a page that is nested too deep for a tree: text only.
func (p *Page) readTokens(body []byte) {
	z := html.NewTokenizer(bytes.NewReader(body))
	var b strings.Builder
	skip := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			p.Markdown = strings.TrimSpace(b.String())
			p.All = plain.Count(p.Markdown)
			return
		case html.StartTagToken, html.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if tag == atom.Script || tag == atom.Style {
				skip = !skip
			}
			if !inline[tag] {
				b.WriteByte('\n')
			}
		case html.TextToken:
			if !skip {
				b.WriteString(plain.Squeeze(html.UnescapeString(string(z.Text()))))
				b.WriteByte(' ')
			}
		}
	}
}
