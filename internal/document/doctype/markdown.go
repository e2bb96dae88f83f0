package doctype

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// WriteMarkdown writes docs/reference/types.md to w.
func WriteMarkdown(w io.Writer) error {
	if _, err := fmt.Fprint(w, `# Document types

<!-- written by make generate -->

The type of a document depends on its subject, not on its title. The type of a legal document
that fits no other type is `+"`other_legal`"+`. The type of a page that is not a legal document is
`+"`other`"+`. Exports use the names of Open Terms Archive, or the closest ones.

| type | name in Open Terms Archive |
|---|---|
`); err != nil {
		return err
	}
	for _, t := range slices.Sorted(maps.Keys(OTAName)) {
		if _, err := fmt.Fprintf(w, "| `%s` | %s |\n", t, OTAName[t]); err != nil {
			return err
		}
	}
	return nil
}
