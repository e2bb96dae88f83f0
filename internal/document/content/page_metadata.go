package content

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// readMetadata takes what a page says of itself outside its text.
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

// modifiedMetaNames are the meta elements that say when a page was changed.
var modifiedMetaNames = map[string]bool{
	"article:modified_time": true, "og:updated_time": true, "og:article:modified_time": true, "last-modified": true, "lastmod": true,
	"dcterms.modified": true, "dc.date.modified": true, "dc.modified": true, "date.modified": true, "last_updated": true, "revised": true,
}

// readModifiedMeta takes the time that a meta element gives.
func (t *tree) readModifiedMeta(meta *node) {
	for _, key := range []attrKey{attrProperty, attrName, attrItemprop, attrHTTPEquiv} {
		name := strings.ToLower(meta.attr(key))
		if modifiedMetaNames[name] || name == "datemodified" {
			t.noteModified(meta.attr(attrContent))
		}
	}
}

// readJSONLD reads dateModified of schema.org's JSON-LD.
func (t *tree) readJSONLD(s string) {
	s = s[:min(len(s), maxLinkedData)]
	if _, rest, ok := strings.Cut(s, `"dateModified"`); ok {
		if _, rest, ok = strings.Cut(rest[:min(len(rest), 80)], `"`); ok {
			at, _, _ := strings.Cut(rest, `"`)
			t.noteModified(at)
		}
	}
}

// noteModified keeps the newest time; they are written so that text order is time's order.
func (t *tree) noteModified(at string) {
	if len(at) >= 10 && at > t.modified {
		t.modified = at
	}
}
