package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// readMetadata reads the metadata of the page from an html, body, meta or base element.
func (b *treeBuilder) readMetadata(t token) {
	attrs := b.readAttributes(t)
	n := node{attrs: attrs}
	switch t.tag {
	case atom.Html:
		if b.lang == "" {
			b.lang = n.attr(attrLang)
		}
	case atom.Body:
		if len(b.body.attrs) == 0 {
			b.body.attrs = attrs
		}
	case atom.Meta:
		if b.lang == "" && strings.EqualFold(n.attr(attrHTTPEquiv), "content-language") {
			b.lang = n.attr(attrContent)
		}
		b.readModifiedMeta(&n)
	case atom.Base:
		if b.baseHref == "" {
			b.baseHref = n.attr(attrHref)
		}
	}
}

// modifiedMetaNames holds the names of meta elements that state the page's modification time.
var modifiedMetaNames = map[string]bool{
	"article:modified_time": true, "og:updated_time": true, "og:article:modified_time": true, "last-modified": true, "lastmod": true,
	"dcterms.modified": true, "dc.date.modified": true, "dc.modified": true, "date.modified": true, "last_updated": true, "revised": true,
}

// readModifiedMeta reads the modification time from a meta element.
func (t *tree) readModifiedMeta(meta *node) {
	for _, key := range []attrKey{attrProperty, attrName, attrItemprop, attrHTTPEquiv} {
		name := strings.ToLower(meta.attr(key))
		if modifiedMetaNames[name] || name == "datemodified" {
			t.noteModified(meta.attr(attrContent))
		}
	}
}

// readJSONLD reads dateModified from a schema.org JSON-LD script.
func (t *tree) readJSONLD(s string) {
	s = s[:min(len(s), maxJSONLDBytes)]
	if _, rest, ok := strings.Cut(s, `"dateModified"`); ok {
		if _, rest, ok = strings.Cut(rest[:min(len(rest), 80)], `"`); ok {
			at, _, _ := strings.Cut(rest, `"`)
			t.noteModified(at)
		}
	}
}

// noteModified records a modification time if it is the latest so far. It assumes ISO 8601,
// in which the order of the text is the order of time.
func (t *tree) noteModified(at string) {
	if len(at) >= 10 && at > t.modified {
		t.modified = at
	}
}
