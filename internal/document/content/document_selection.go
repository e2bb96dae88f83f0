package content

import (
	"net/url"
	"path"
	"strings"
	"unicode"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// minDocumentWords is how many words a part of a page has that is a document of its own.
const minDocumentWords = 150

// selectDocument finds the documents that share a page, each in a part of its own with a
// name, and drops all but the one that the address or the title names. Where none
// is named, all are the document. It returns their headings.
func (p *pruner) selectDocument(root *node) []string {
	var docs, headings []*node
	for c := root.first; c != nil; c = c.next {
		if c.dropped != notDropped || c.isInline() || c.prose() < minDocumentWords || p.proseShare(c) < 0.1 {
			continue
		}
		h := firstHeading(c)
		if h == nil || h.words > 8 || !namesLegalDocument(allText(h)) {
			continue
		}
		docs, headings = append(docs, c), append(headings, h)
	}
	if len(docs) < 2 {
		return nil
	}
	if i := p.indexOfNamed(docs, headings); i >= 0 {
		for j, d := range docs {
			if j != i {
				d.drop(aside)
			}
		}
		return nil
	}
	var out []string
	for _, h := range headings {
		out = append(out, tokenize.CollapseSpace(allText(h)))
	}
	return out
}

// indexOfNamed is which of several documents a page is about, -1 if that is not said: its
// fragment or the last part of its path is a document's id, or its title names one
// and no other. A part without an id of its own is a section.
func (p *pruner) indexOfNamed(docs, headings []*node) int {
	var names []string
	if u, err := url.Parse(p.pageURL); err == nil {
		last := path.Base(u.Path)
		names = []string{alphanumeric(u.Fragment), alphanumeric(strings.TrimSuffix(last, path.Ext(last)))}
	}
	for _, d := range docs {
		if !namesLegalDocument(d.attr(attrID)) {
			return -1
		}
	}
	for _, name := range names {
		for i, d := range docs {
			if name != "" && name == alphanumeric(d.attr(attrID)) {
				return i
			}
		}
	}
	got := -1
	for i, h := range headings {
		if strings.Contains(alphanumeric(p.tree.title), alphanumeric(allText(h))) {
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
		case c.dropped != notDropped || c.words == 0:
		case c.isText || c.tag == atom.P && c.words > 12:
			return nil
		case c.headings > 0:
			return firstHeading(c)
		case c.words > 12:
			return nil
		}
	}
	return nil
}

// alphanumeric is a name as its letters and digits in lower case.
func alphanumeric(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// namesLegalDocument says whether a heading or an id names a legal document.
func namesLegalDocument(s string) bool {
	found := false
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }) {
		found = found || legalDocumentWords[w]
	}
	return found
}

var legalDocumentWords = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`policy policies terms tos privacy cookie cookies agreement conditions notice statement imprint impressum datenschutz
		datenschutzerklärung agb nutzungsbedingungen cookierichtlinie cgu cgv mentions confidentialité politique conditions términos condiciones privacidad política aviso termini
		condizioni informativa privacidade termos política voorwaarden privacyverklaring regulamin polityka dmca copyright eula license licence disclaimer guidelines legal dpa gdpr ccpa`) {
		m[w] = true
	}
	return m
}()
