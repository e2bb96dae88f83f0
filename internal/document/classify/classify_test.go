package classify

import (
	"math"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/plain"
)

func TestTheModelIsThereAndSumsToOne(t *testing.T) {
	t.Parallel()
	if trained == nil {
		t.Fatal("the embedded weights are not of this program's form: run make train")
	}
	if len(weights) > 2<<20 {
		t.Errorf("the weights take %d bytes", len(weights))
	}
	for _, text := range []string{"We keep personal data for three years.", "", strings.Repeat("条", 5000)} {
		p := Page{Text: text, Words: plain.Count(text)}
		sum := 0.0
		for _, v := range trained.Probabilities(p.Features()) {
			sum += v
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("probabilities sum to %v", sum)
		}
	}
}

func TestNamesOfSeveralWordsAreFound(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"data processing agreement": doctype.DPA, "service level agreement": doctype.SLA, "acceptable use policy": doctype.AcceptableUse,
		"conditions générales de vente": doctype.ConditionsSale, "conditions générales de transport": doctype.Carriage,
		"politique de confidentialité": doctype.PrivacyPolicy, "end user license agreement": doctype.EULA, "our team": "",
	} {
		if got := nameOf(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
