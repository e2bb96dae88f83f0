package site

import "math/rand/v2"

// words is a generated vocabulary that belongs to no language, so that no crawler
// recognizes a word. Its size and word frequencies are those of a language, so that pages
// compress like real ones.
var words = func() []string {
	r := rand.New(rand.NewPCG(1, 2))
	onset := []string{"b", "br", "c", "ch", "d", "f", "g", "gl", "h", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr", "v", "w"}
	vowel := []string{"a", "e", "i", "o", "u", "ai", "ea", "ou"}
	coda := []string{"", "", "n", "r", "s", "l", "nd", "rt", "m"}
	out := make([]string, 4000)
	for i := range out {
		for range 1 + min(i, 400)*3/400 - r.IntN(2)*min(i, 1) + r.IntN(2) {
			out[i] += onset[r.IntN(len(onset))] + vowel[r.IntN(len(vowel))] + coda[r.IntN(len(coda))]
		}
		if out[i] == "" {
			out[i] = vowel[r.IntN(len(vowel))]
		}
	}
	return out
}()

// prose generates random sentences. The same source gives the same sentences.
type prose struct {
	r *rand.Rand
	z *rand.Zipf
}

func newProse(r *rand.Rand) *prose {
	return &prose{r: r, z: rand.NewZipf(r, 1.15, 4, uint64(len(words)-1))}
}

func (p *prose) word() string { return words[p.z.Uint64()] }

// append appends n words, with a full stop after about every fifteenth.
func (p *prose) append(b []byte, n int) []byte {
	capital := true
	for i := range n {
		if i > 0 {
			b = append(b, ' ')
		}
		w := p.word()
		if capital {
			b = append(append(b, w[0]-0x20), w[1:]...)
		} else {
			b = append(b, w...)
		}
		if capital = p.r.IntN(15) == 0; capital || i == n-1 {
			b = append(b, '.')
		}
	}
	return b
}

// Text returns n words of prose that depend on seed.
func Text(seed uint64, n int) []byte {
	return newProse(rand.New(rand.NewPCG(seed, 13))).append(nil, n)
}
