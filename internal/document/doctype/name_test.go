package doctype

import "testing"

func TestNamesAreWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{PrivacyPolicy: "Privacy policy", EULA: "End user license agreement", AITerms: "AI terms", "": ""} {
		if got := Name(in); got != want {
			t.Errorf("the name of %q is %q, want %q", in, got, want)
		}
	}
}
