package change

import (
	"github.com/clausea/crawler/internal/document/interstitial"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// isInterstitial reports whether a short page begins like an interstitial.
func isInterstitial(t *parsedText) bool {
	var fold []byte
	n := 0
	for i := range t.blocks {
		if n += t.wordCounts[i]; n > interstitial.Words && i > 0 {
			break
		}
		fold = tokenize.Fold(fold, t.blocks[i].Text)
	}
	return interstitial.Matches(fold)
}
