package change

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// controlFollows reports whether one of the three blocks after blocks[n] is a control of
// a consent banner.
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

// isConsentBanner reports whether a folded line asks for consent to cookies.
func isConsentBanner(fold string) bool {
	return strings.Contains(fold, "cookie") && bannerRequest.MatchString(fold) && bannerSubject.MatchString(fold)
}

// isBannerWithoutControls reports whether a folded line is a consent banner by its
// wording alone: it opens like a banner, names an action that means consent, and has no
// term of a binding clause.
func isBannerWithoutControls(fold string) bool {
	return bannerOpening.MatchString(fold) && bannerAction.MatchString(fold) && !bindingTerms.MatchString(fold)
}
