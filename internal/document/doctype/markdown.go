package doctype

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// WriteMarkdown writes the page of the documentation that lists the types.
func WriteMarkdown(w io.Writer) error {
	if _, err := fmt.Fprint(w, `# Types of document

<!-- written by make generate -->

A type follows what a document is about, not what it is called. A legal document of no other
type is `+"`other_legal`"+`; a page that is no legal document is `+"`other`"+`. Exports use the names
of Open Terms Archive, or the nearest where it has none.

| type | in Open Terms Archive |
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
