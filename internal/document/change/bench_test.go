package change

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sergi/go-diff/diffmatchpatch"

	"github.com/clausea/crawler/internal/document/plain"
)

// textUnit is how much of a text is made up, in bytes.
const textUnit = 1 << 19

// longText is a made-up document of some size in bytes. A long one is made of a shorter
// one many times, with another last word in each paragraph.
func longText(seed uint64, size int) string {
	if size > textUnit {
		unit := longText(seed, textUnit)
		var b strings.Builder
		for n := 0; b.Len() < size; n++ {
			b.WriteString(strings.ReplaceAll(unit, " end.", fmt.Sprintf(" end%d.", n)))
		}
		return b.String()
	}
	r := rand.New(rand.NewPCG(seed, 7))
	vocabulary := make([]string, 2500)
	for i := range vocabulary {
		w := make([]byte, 2+r.IntN(9))
		for j := range w {
			w[j] = byte('a' + r.IntN(26))
		}
		vocabulary[i] = string(w)
	}
	var b strings.Builder
	for n := 1; b.Len() < size; n++ {
		fmt.Fprintf(&b, "## %d. %s %s\n\n", n, vocabulary[r.IntN(2500)], vocabulary[r.IntN(2500)])
		for range 1 + r.IntN(6) {
			if r.IntN(4) == 0 {
				b.WriteString("- ")
			}
			for range 10 + r.IntN(90) {
				// Common words are common, as in texts.
				b.WriteString(vocabulary[int(2500*r.Float64()*r.Float64()*r.Float64())] + " ")
			}
			b.WriteString("end.\n\n")
		}
	}
	return b.String()
}

// edited has n words replaced.
func edited(md string, n int) string {
	r := rand.New(rand.NewPCG(9, 9))
	words := strings.Split(md, " ")
	for range n {
		words[r.IntN(len(words))] = "replaced"
	}
	return strings.Join(words, " ")
}

func reading(md string) Input {
	blocks := plain.Parse(md)
	text := plain.JoinText(blocks)
	return Input{Markdown: md, Text: text, ContentHash: ContentHash(blocks), WordCount: plain.CountWords(text)}
}

func BenchmarkCompare(b *testing.B) {
	md := longText(1, 137<<10)
	for _, n := range []int{1, 20, 400} {
		old, cur := reading(md), reading(edited(md, n))
		b.Run(fmt.Sprintf("137KB,%dwords", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Compare(old, cur)
			}
		})
	}
	b.Run("137KB,rewritten", func(b *testing.B) {
		old, cur := reading(md), reading(longText(2, 137<<10))
		for b.Loop() {
			Compare(old, cur)
		}
	})
}

// BenchmarkRival compares the same texts by characters with sergi/go-diff.
func BenchmarkRival(b *testing.B) {
	md := longText(1, 137<<10)
	for _, n := range []int{1, 20, 400} {
		old, cur := reading(md), reading(edited(md, n))
		b.Run(fmt.Sprintf("137KB,%dwords", n), func(b *testing.B) {
			for b.Loop() {
				d := diffmatchpatch.New()
				d.DiffCleanupSemantic(d.DiffMain(old.Text, cur.Text, false))
			}
		})
	}
}

func BenchmarkContentHash(b *testing.B) {
	blocks := plain.Parse(longText(1, 137<<10))
	for b.Loop() {
		ContentHash(blocks)
	}
}
