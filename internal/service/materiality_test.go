package service

import (
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func TestTheMaterialityOfAChangeFollowsFromWhatItIs(t *testing.T) {
	t.Parallel()
	changed := func(typ string, words int, silent bool, labels ...string) store.Change {
		return store.Change{Kind: store.ChangeChanged, DocumentType: typ, Silent: silent, Summary: store.ChangeSummary{Added: words, Labels: labels}}
	}
	for name, c := range map[string]struct {
		change store.Change
		want   MaterialityLevel
	}{
		"sharing in a privacy policy":    {changed("privacy_policy", 2, false, "sharing"), MaterialityHigh},
		"silent price in the terms":      {changed("terms_of_service", 1, true, "dates", "price"), MaterialityHigh},
		"a subprocessor":                 {changed("subprocessors", 4, false, "wording"), MaterialityHigh},
		"sharing in brand guidelines":    {changed("brand_guidelines", 9, false, "sharing"), MaterialityMedium},
		"silent wording":                 {changed("privacy_policy", 9, true, "wording"), MaterialityMedium},
		"much wording":                   {changed("privacy_policy", 900, false, "wording"), MaterialityMedium},
		"wording":                        {changed("privacy_policy", 9, false, "wording"), MaterialityLow},
		"a date":                         {changed("privacy_policy", 2, false, "dates"), MaterialityLow},
		"the terms are gone":             {store.Change{Kind: store.ChangeRemoved, DocumentType: "terms_of_service"}, MaterialityHigh},
		"the brand guidelines are gone":  {store.Change{Kind: store.ChangeRemoved, DocumentType: "brand_guidelines"}, MaterialityMedium},
		"the page shows something else":  {store.Change{Kind: store.ChangeBroken}, MaterialityMedium},
		"a text that takes effect later": {store.Change{Kind: store.ChangeEffectiveSoon}, MaterialityHigh},
		"the first version":              {store.Change{Kind: store.ChangeCreated, DocumentType: "terms_of_service"}, MaterialityLow},
	} {
		if got := MaterialityOf(c.change); got.Level != c.want {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
	for _, kind := range store.ChangeKinds {
		if m := MaterialityOf(store.Change{Kind: kind}); m.Reason == "" || m.Reason == "No rule knows this kind of change." {
			t.Errorf("the reason of %s is %q", kind, m.Reason)
		}
	}
}

func TestAReasonNamesTheTopics(t *testing.T) {
	t.Parallel()
	m := MaterialityOf(store.Change{Kind: store.ChangeChanged, DocumentType: "eula", Summary: store.ChangeSummary{Labels: []string{"disputes", "liability", "price"}}})
	if want := "It concerns disputes, liability and prices in a binding document."; m.Reason != want {
		t.Errorf("the reason is %q, want %q", m.Reason, want)
	}
}
