package content

import (
	"net/url"
	"path"
	"strings"
	"unicode"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/plain"
)

// minDocument is how many words a part of a page has that is a document of its own.
const minDocument = 150

// several finds the documents that share a page, each in a part of its own with a
// name, and drops all but the one that the address or the title names. Where none
// is named, all are the document. It returns their headings.
func (p *pruner) several(place *node) []string {
	var docs, heads []*node
	for c := place.first; c != nil; c = c.next {
		if c.dropped != kept || c.inLine() || c.prose() < minDocument || p.share(c) < 0.1 {
			continue
		}
		h := firstHeading(c)
		if h == nil || h.words > 8 || !documentName(allText(h)) {
			continue
		}
		docs, heads = append(docs, c), append(heads, h)
	}
	if len(docs) < 2 {
		return nil
	}
	if i := p.named(docs, heads); i >= 0 {
		for j, d := range docs {
			if j != i {
				d.drop(beside)
			}
		}
		return nil
	}
	var out []string
	for _, h := range heads {
		out = append(out, plain.CollapseSpace(allText(h)))
	}
	return out
}

// named is which of several documents a page is about, -1 if that is not said: its
// fragment or the last part of its path is a document's id, or its title names one
// and no other. A part without an id of its own is a section.
func (p *pruner) named(docs, heads []*node) int {
	var names []string
	if u, err := url.Parse(p.page); err == nil {
		last := path.Base(u.Path)
		names = []string{bare(u.Fragment), bare(strings.TrimSuffix(last, path.Ext(last)))}
	}
	for _, d := range docs {
		if !documentName(d.attr(attrID)) {
			return -1
		}
	}
	for _, name := range names {
		for i, d := range docs {
			if name != "" && name == bare(d.attr(attrID)) {
				return i
			}
		}
	}
	got := -1
	for i, h := range heads {
		if strings.Contains(bare(p.tree.title), bare(allText(h))) {
			if got >= 0 {
				return -1
			}
			got = i
		}
	}
	return got
}

// firstHeading is the heading that a part begins with.
func firstHeading(n *node) *node {
	if headingLevel(n) > 0 {
		return n
	}
	for c := n.first; c != nil; c = c.next {
		switch {
		case c.dropped != kept || c.words == 0:
		case c.isText || c.tag == atom.P && c.words > 12:
			return nil
		case c.heads > 0:
			return firstHeading(c)
		case c.words > 12:
			return nil
		}
	}
	return nil
}

// bare is a name as its letters and digits in lower case.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// documentName says whether a heading or an id names a legal document.
func documentName(s string) bool {
	found := false
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }) {
		found = found || documentWords[w]
	}
	return found
}

var documentWords = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`policy policies terms tos privacy cookie cookies agreement conditions notice statement imprint impressum datenschutz
		datenschutzerklärung agb nutzungsbedingungen cookierichtlinie cgu cgv mentions confidentialité politique conditions términos condiciones privacidad política aviso termini
		condizioni informativa privacidade termos política voorwaarden privacyverklaring regulamin polityka dmca copyright eula license licence disclaimer guidelines legal dpa gdpr ccpa`) {
		m[w] = true
	}
	return m
}()
