package editscript

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// lcsLength returns the length of the longest common subsequence by dynamic programming.
func lcsLength(a, b []uint64) int {
	t := make([][]int, len(a)+1)
	for i := range t {
		t[i] = make([]int, len(b)+1)
	}
	for i := range a {
		for j := range b {
			if a[i] == b[j] {
				t[i+1][j+1] = t[i][j] + 1
			} else {
				t[i+1][j+1] = max(t[i][j+1], t[i+1][j])
			}
		}
	}
	return t[len(a)][len(b)]
}

// checkMatches fails the test unless the matches are equal runs in order that cannot be
// joined. It returns their total length.
func checkMatches(t interface{ Fatalf(string, ...any) }, a, b []uint64, ms []Match) int {
	i, j, sum := 0, 0, 0
	for n, m := range ms {
		if m.Len <= 0 || m.A < i || m.B < j || m.A+m.Len > len(a) || m.B+m.Len > len(b) {
			t.Fatalf("match %d is %+v, after %d and %d of %d and %d", n, m, i, j, len(a), len(b))
		}
		if n > 0 && m.A == i && m.B == j {
			t.Fatalf("match %d continues the previous one", n)
		}
		for k := range m.Len {
			if a[m.A+k] != b[m.B+k] {
				t.Fatalf("match %d differs at %d", n, k)
			}
		}
		i, j, sum = m.A+m.Len, m.B+m.Len, sum+m.Len
	}
	return sum
}

func TestShortSequencesGetTheShortestScript(t *testing.T) {
	t.Parallel()
	element := rapid.SliceOfN(rapid.Uint64Range(0, 6), 0, 60)
	rapid.Check(t, func(t *rapid.T) {
		a, b := element.Draw(t, "a"), element.Draw(t, "b")
		ms, exact := Diff(a, b, rapid.IntRange(0, 4).Draw(t, "gram"))
		if got, want := checkMatches(t, a, b, ms), lcsLength(a, b); got != want || !exact {
			t.Fatalf("%d in common, want %d, exact %v", got, want, exact)
		}
	})
}

func TestLongSequencesWithFewEditsGetTheShortestScript(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		a := make([]uint64, 3000)
		for i := range a {
			a[i] = r.Uint64N(900)
		}
		b := append([]uint64(nil), a...)
		edits := r.IntN(20)
		for range edits {
			b[r.IntN(len(b))] = 1000 + r.Uint64N(900)
		}
		ms, _ := Diff(a, b, 3)
		if got := checkMatches(t, a, b, ms); got < len(a)-edits {
			t.Fatalf("%d in common after %d substitutions in %d", got, edits, len(a))
		}
	})
}

func TestBothDirectionsMatchTheSameLength(t *testing.T) {
	t.Parallel()
	element := rapid.SliceOfN(rapid.Uint64Range(0, 3), 0, 40)
	rapid.Check(t, func(t *rapid.T) {
		a, b := element.Draw(t, "a"), element.Draw(t, "b")
		one, _ := Diff(a, b, 1)
		two, _ := Diff(b, a, 1)
		if checkMatches(t, a, b, one) != checkMatches(t, b, a, two) {
			t.Fatalf("the two directions match different lengths: %v and %v", one, two)
		}
	})
}

func TestHostileSequencesAreAbandonedWithinBounds(t *testing.T) {
	t.Parallel()
	a, b := make([]uint64, 150_000), make([]uint64, 150_000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range a {
		a[i], b[i] = r.Uint64N(2), 2+r.Uint64N(2)
	}
	if ms, exact := Diff(a, b, 3); exact || len(ms) > 0 {
		t.Errorf("%d matches, exact %v", len(ms), exact)
	}
	// Half as long, the sequences are searched, beyond the cost at which the shortest
	// script is abandoned.
	a, b = a[:90_000], b[:90_000]
	for i := range b {
		if i%3 == 0 {
			b[i] = a[i]
		}
	}
	ms, exact := Diff(a, b, 3)
	if got := checkMatches(t, a, b, ms); got < 20_000 || !exact {
		t.Errorf("%d in common, exact %v", got, exact)
	}
}

func FuzzDiff(f *testing.F) {
	f.Add([]byte("the cat sat"), []byte("the hat sat"), 1)
	f.Add([]byte(""), []byte("x"), 3)
	f.Fuzz(func(t *testing.T, x, y []byte, gram int) {
		a, b := make([]uint64, len(x)), make([]uint64, len(y))
		for i, c := range x {
			a[i] = uint64(c)
		}
		for i, c := range y {
			b[i] = uint64(c)
		}
		if gram > 8 || len(x)+len(y) > 5000 {
			return
		}
		ms, _ := Diff(a, b, gram)
		got := checkMatches(t, a, b, ms)
		if len(x)+len(y) < 400 && got != lcsLength(a, b) {
			t.Errorf("%d in common, want %d", got, lcsLength(a, b))
		}
	})
}

func BenchmarkDiff(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	x := make([]uint64, 20_000)
	for i := range x {
		x[i] = r.Uint64N(3000)
	}
	y := append([]uint64(nil), x...)
	for range 200 {
		y[r.IntN(len(y))] = r.Uint64N(3000)
	}
	b.ReportAllocs()
	for b.Loop() {
		Diff(x, y, 3)
	}
}
