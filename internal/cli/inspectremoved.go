package cli

import (
	"strings"

	"github.com/clausea/crawler/internal/document/content"
)

// Bounds of the removed parts in the output of inspect. They were chosen by hand.
const (
	maxRemovedParts  = 200
	maxRemovedSample = 160 // bytes
)

// removedPart is a part of a page that inspect did not count as text of the document.
type removedPart struct {
	Reason content.Reason `json:"reason"`
	Words  int            `json:"words"`
	Sample string         `json:"sample"` // the beginning of its text
}

// removedParts returns the first maxRemovedParts parts with samples of their texts.
func removedParts(parts []content.Removed) []removedPart {
	out := []removedPart{}
	for _, r := range parts[:min(len(parts), maxRemovedParts)] {
		sample := strings.ReplaceAll(r.Text, "\n", " ")
		if len(sample) > maxRemovedSample {
			sample = strings.ToValidUTF8(sample[:maxRemovedSample], "") + "…"
		}
		out = append(out, removedPart{r.Reason, r.Words, sample})
	}
	return out
}
