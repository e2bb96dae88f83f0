package change

import (
	"github.com/clausea/crawler/internal/document/boilerplate"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// controlFollows reports whether one of the three blocks after blocks[n] is a control of
// a consent banner.
func controlFollows(t *parsedText, blocks []int, n int) bool {
	for _, i := range blocks[n+1 : min(len(blocks), n+4)] {
		if i > blocks[n]+3 {
			return false
		}
		if t.wordCounts[i] <= maxControlWords && boilerplate.IsConsentControl(string(tokenize.Fold(nil, t.blocks[i].Text))) {
			return true
		}
	}
	return false
}
