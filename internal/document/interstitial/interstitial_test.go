package interstitial

import (
	"testing"

	"github.com/clausea/crawler/internal/document/tokenize"
)

func TestInterstitialsAreRecognizedByTheirPhrases(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"404. The page was not found.":                        true,
		"Please sign in to continue":                          true,
		"You need to enable JavaScript to run this app.":      true,
		"Checking your browser before you go on":              true,
		"Avant de continuer":                                  true,
		"We keep your personal data for three years in Porto": false,
	} {
		if got := Matches(tokenize.Fold(nil, text)); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}
