package classify

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func hashes(s string) []uint64 {
	var out []uint64
	for _, t := range newLexicon().appendTokens(nil, s, 1000) {
		out = append(out, t.hash)
	}
	return out
}

func TestSpellingsOfAWordGiveTheSameTokens(t *testing.T) {
	t.Parallel()
	for _, spellings := range [][]string{
		{"Conditions générales d’utilisation", "CONDITIONS GENERALES D'UTILISATION", "conditions-generales-utilisation", "conditions ge\u0301ne\u0301rales de l'utilisation"},
		{"Datenschutzerklärung", "datenschutzerklarung"},
		{"Straße", "STRASSE"},
		{"U.S. privacy", "us privacy", "US Privacy"},
		{"Terms and Conditions", "terms & conditions", "Terms_Conditions"},
		{"the children's data", "children data", "CHILDREN’S DATA"},
		{"zażółć łódź", "zazolc lodz"},
		{"soft\u00adhyphen", "softhyphen"},
	} {
		for _, s := range spellings[1:] {
			if !slices.Equal(hashes(spellings[0]), hashes(s)) {
				t.Errorf("%q and %q have different tokens", spellings[0], s)
			}
		}
	}
	for _, c := range []struct {
		s string
		n int
	}{{"隐私政策", 4}, {"第12条 利用規約", 7}, {"개인정보", 4}, {"a b c", 0}, {"", 0}, {"\xff\xfe word \x80", 1}, {"ends.", 1}, {"e.g. this", 2}} {
		if got := len(hashes(c.s)); got != c.n {
			t.Errorf("%q has %d tokens, want %d", c.s, got, c.n)
		}
	}
}

func TestAppendTokensStopsAtTheLimit(t *testing.T) {
	t.Parallel()
	if got := len(defaultLexicon().appendTokens(nil, "one two three four five", 3)); got != 3 {
		t.Errorf("got %d tokens, want 3", got)
	}
}

func TestHashTableReturnsOnlyStoredEntries(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	table, want := newHashTable(1), map[uint64]uint32{}
	for range 5000 {
		h, v := r.Uint64()>>r.IntN(60), r.Uint32N(1000)+1
		table.put(h, v)
		want[h] = v
	}
	for h, v := range want {
		if got := table.get(h); got != v {
			t.Fatalf("%x: got %d, want %d", h, got, v)
		}
	}
	for range 5000 {
		if h := r.Uint64(); want[h] == 0 && table.get(h) != 0 {
			t.Fatalf("%x: got %d for a hash that was not stored", h, table.get(h))
		}
	}
}
