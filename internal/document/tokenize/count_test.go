package tokenize

import "testing"

func TestCountWordsCountsScriptsWithoutSpaces(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "one two": 2, "個人情報": 2, "a 個人 b": 3, "สวัสดี": 2, "นโยบายความเป็นส่วนตัว": 6, "ນະໂຍບາຍ": 3, "ကိုယ်ရေး": 1, "គោលការណ៍": 2, "๒๕๖๗ ๑": 2} {
		if got := CountWords(s); got != want {
			t.Errorf("%q: %d words, want %d", s, got, want)
		}
	}
}

func TestCollapseSpaceReplacesRunsAndTrimsBothEnds(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", " ": "", "a": "a", "a b": "a b", " a": "a", "a ": "a", "a\tb": "a b", "a  b": "a b", "a\u00a0b": "a b"} {
		if got := CollapseSpace(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
