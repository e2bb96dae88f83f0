package content

import (
	"net/url"
	"path"
	"strings"
	"unicode"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// minDocumentWords is the minimum number of words of prose of a document that shares its
// page with others. It was chosen by hand.
const minDocumentWords = 150

// selectDocument handles a page that shows several documents, each in a child of root that
// begins with a heading. It drops all but the document that the URL or the title of the page
// names. If they name none, it drops nothing and returns the headings of the documents.
func (p *pruner) selectDocument(root *node) []string {
	var docs, headings []*node
	for c := root.first; c != nil; c = c.next {
		if c.dropped != notDropped || c.isInline() || c.prose() < minDocumentWords || p.proseShare(c) < 0.1 {
			continue
		}
		h := firstHeading(c)
		// The name of a document has at most eight words.
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
				d.drop(otherDocument)
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

// indexOfNamed returns the index of the document that the URL or the title of the page
// names, or -1. The fragment of the URL or the last segment of its path equals the
// document's ID, or the title contains the heading of exactly one document. If any part has
// no ID with a legal term, the parts are sections of one document and the result is -1.
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

// firstHeading returns the heading at the beginning of n, or nil.
func firstHeading(n *node) *node {
	if headingLevel(n) > 0 {
		return n
	}
	for c := n.first; c != nil; c = c.next {
		switch {
		case c.dropped != notDropped || c.words == 0:
		case c.isText || c.tag == atom.P && c.words > 12: // longer than a line before the heading
			return nil
		case c.headings > 0:
			return firstHeading(c)
		case c.words > 12:
			return nil
		}
	}
	return nil
}

// alphanumeric returns the letters and digits of s in lower case, for comparing names.
func alphanumeric(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// namesLegalDocument reports whether a heading or an ID contains one of legalDocumentWords.
func namesLegalDocument(s string) bool {
	found := false
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }) {
		found = found || legalDocumentWords[w]
	}
	return found
}

// legalDocumentWords are words in the names of legal documents, in several languages.
var legalDocumentWords = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`policy policies terms tos privacy cookie cookies agreement conditions notice statement imprint impressum datenschutz
		datenschutzerklärung agb nutzungsbedingungen cookierichtlinie cgu cgv mentions confidentialité politique conditions términos condiciones privacidad política aviso termini
		condizioni informativa privacidade termos política voorwaarden privacyverklaring regulamin polityka dmca copyright eula license licence disclaimer guidelines legal dpa gdpr ccpa`) {
		m[w] = true
	}
	return m
}()
