package classify

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode"
)

// Feature is one thing that the model knows of a page: a bucket and how much of it.
type Feature struct {
	Bucket uint32
	Value  float32
}

// Buckets is how many features the model tells apart; words are hashed into them.
const Buckets = 1 << 15

// The bounds of what is read for the model, in words.
const (
	bodyWords = 1500
	nameWords = 60
)

// URLFeatures are the features that an address alone has.
func URLFeatures(url string) []Feature {
	p := Page{URL: url}
	return ordered(p.nameFeatures(nil))
}

// Features are what the model is trained on and asked with for one page.
func (p *Page) Features() []Feature {
	body := tokens(p.Text, bodyWords)
	f := group(nil, "b", body, 1)
	f = group(f, "c", pairs(body), 1)
	f = p.nameFeatures(f)
	flag := func(name string, on bool) {
		if on {
			f = append(f, Feature{bucket("g", name), 1})
		}
	}
	legal := legalShare(p.Text)
	flag("article", article.MatchString(p.URL))
	flag("hub", p.hub())
	flag("no law", legal < minLegal)
	flag("some law", legal >= minLegal && legal < 4*minLegal)
	flag("much law", legal >= 4*minLegal)
	flag("short", p.Words < 200)
	flag("long", p.Words > 2000)
	flag("bias", true)
	return ordered(f)
}

// ordered puts features in one order, for sums of floating point numbers depend on it.
func ordered(f []Feature) []Feature {
	slices.SortFunc(f, func(a, b Feature) int {
		return cmp.Or(cmp.Compare(a.Bucket, b.Bucket), cmp.Compare(a.Value, b.Value))
	})
	return f
}

// nameFeatures are of what a page is called: title, address, link and headings.
func (p *Page) nameFeatures(f []Feature) []Feature {
	var names []string
	for _, s := range []string{p.Title, p.Head, pathText(p.URL), p.Anchor} {
		names = append(names, tokens(s, nameWords)...)
	}
	f = group(f, "n", append(names, pairs(names)...), 1)
	var heads []string
	for _, h := range p.Headings[:min(len(p.Headings), 12)] {
		heads = append(heads, tokens(h, 20)...)
	}
	f = group(f, "h", heads, 0.5)
	for t, v := range p.votes() {
		f = append(f, Feature{VoteBucket(t), float32(v / 4)})
	}
	return f
}

// VoteBucket is the feature of the rules' votes for a type, which training begins from.
func VoteBucket(typ string) uint32 { return bucket("r", typ) }

// group adds words as features of one kind: their length as a vector is weight, so
// that a long text speaks no louder than a short one.
func group(f []Feature, kind string, words []string, weight float64) []Feature {
	counts := map[uint32]float64{}
	for _, w := range words {
		counts[bucket(kind, w)]++
	}
	var sum float64
	for b, n := range counts {
		counts[b] = math.Sqrt(n)
		sum += n
	}
	scale := weight * 3 / math.Sqrt(max(sum, 1))
	for b, n := range counts {
		f = append(f, Feature{b, float32(n * scale)})
	}
	return f
}

func bucket(kind, word string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(kind))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write([]byte(word))
	return h.Sum32() % Buckets
}

func pairs(words []string) []string {
	var out []string
	for i := 1; i < len(words); i++ {
		out = append(out, words[i-1]+" "+words[i])
	}
	return out
}

// tokens are the first n words in lower case; a script without spaces gives pairs
// of its characters.
func tokens(s string, n int) []string {
	var out []string
	start := -1
	var before rune
	end := func(i int) {
		if start >= 0 {
			out = append(out, strings.ToLower(s[start:i]))
			start = -1
		}
	}
	for i, r := range s {
		if len(out) >= n {
			return out
		}
		wide := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai)
		switch {
		case wide:
			end(i)
			if before != 0 {
				out = append(out, string([]rune{before, r}))
			}
			before = r
			continue
		case unicode.IsLetter(r):
			if start < 0 {
				start = i
			}
		default:
			end(i)
		}
		before = 0
	}
	end(len(s))
	return out
}

// pathText is a URL's path as words.
func pathText(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	_, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "#")
	return path
}
