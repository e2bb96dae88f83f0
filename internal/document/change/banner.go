package change

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// controlFollows says whether one of the blocks right after it is a control, as a
// banner's are.
func controlFollows(t *parsedText, blocks []int, n int) bool {
	for _, i := range blocks[n+1 : min(len(blocks), n+4)] {
		if i > blocks[n]+3 {
			return false
		}
		if t.wordCounts[i] <= maxControlWords && consentControl.MatchString(string(tokenize.Fold(nil, t.blocks[i].Text))) {
			return true
		}
	}
	return false
}

// isConsentBanner says whether a line asks for consent to cookies.
func isConsentBanner(fold string) bool {
	return strings.Contains(fold, "cookie") && bannerRequest.MatchString(fold) && bannerSubject.MatchString(fold)
}

// isBannerWithoutControls says whether a banner is one without its controls: it says which of them
// to press, or that to go on is to agree, and nothing that binds anybody.
func isBannerWithoutControls(fold string) bool {
	return bannerOpening.MatchString(fold) && bannerAction.MatchString(fold) && !bindingTerms.MatchString(fold)
}
