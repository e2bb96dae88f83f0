package boilerplate

import (
	"testing"

	"github.com/clausea/crawler/internal/document/tokenize"
)

func TestControlsOfConsentAreToldApart(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]struct{ control, decision bool }{
		"Accept all": {true, true}, "Reject": {true, true}, "Got it": {true, true}, "Alle akzeptieren": {true, true}, "Tout refuser": {true, true},
		"Cookie settings": {true, false}, "Manage preferences": {true, false}, "Einstellungen": {true, false}, "Gérer les cookies": {true, false},
		"Send": {false, false}, "We accept all cards": {false, false},
	} {
		fold := string(tokenize.Fold(nil, label))
		if control, decision := IsConsentControl(fold), IsConsentDecision(fold); control != want.control || decision != want.decision {
			t.Errorf("%q: control %t, decision %t, want %+v", label, control, decision, want)
		}
	}
}
