package run

import (
	"context"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// corrections are what people determined about the documents of a company, by document ID.
// CommitDocument applies the types and dates; a run applies the rest.
type corrections map[string]store.Correction

// readCorrections reads the corrections of a company.
func readCorrections(ctx context.Context, s store.Corrections, company string) (corrections, error) {
	out := corrections{}
	for opts := (store.ListOptions{Limit: store.MaxLimit}); ; {
		list, next, err := s.ListCorrections(ctx, company, opts)
		if err != nil {
			return nil, fmt.Errorf("list the corrections of %s: %w", company, err)
		}
		for _, c := range list {
			out[c.DocumentID] = c
		}
		if next == "" {
			return out, nil
		}
		opts.Continue = next
	}
}

// apply sets whether a document is a legal document of its own. A correction may have been
// deleted since the document was stored.
func (c corrections) apply(d store.Document) store.Document {
	d.NotLegal = c[d.ID].NotLegal || c[d.ID].SameAs != ""
	return d
}

// maxAliases bounds how many documents in a row may be other URLs of one another.
const maxAliases = 5

// target returns the ID of the document of which another one is only another URL, or "".
func (c corrections) target(id string) string {
	target := c[id].SameAs
	for range maxAliases {
		if c[target].NotLegal {
			return ""
		}
		if c[target].SameAs == "" {
			return target
		}
		target = c[target].SameAs
	}
	return ""
}

// hasType reports whether a person determined the type of a document, so that the type that
// the classifier gives its page says nothing about its identity.
func (c corrections) hasType(id string) bool { return c[id].Type != "" }
