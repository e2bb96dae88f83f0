package fulltext

import "testing"

func TestTheFastPathFoldsAsTheSlowOne(t *testing.T) {
	t.Parallel()
	for r := rune(0x3000); r < 0xE000; r++ {
		if slow := computeFold(r); isUnchangedPaired(r) && (slow.class != paired || slow.text != string(r)) {
			t.Errorf("%U is folded to %+v", r, slow)
		}
	}
}
