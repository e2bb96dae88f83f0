package change

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sergi/go-diff/diffmatchpatch"

	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// longTextUnit is the length of generated text, in bytes. A longer text repeats it.
const longTextUnit = 1 << 19

// longText generates a document of the given size in bytes. A document longer than
// longTextUnit repeats a shorter one, with a different last word in each paragraph.
func longText(seed uint64, size int) string {
	if size > longTextUnit {
		unit := longText(seed, longTextUnit)
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
				// Frequent words are frequent, as in real texts.
				b.WriteString(vocabulary[int(2500*r.Float64()*r.Float64()*r.Float64())] + " ")
			}
			b.WriteString("end.\n\n")
		}
	}
	return b.String()
}

// withWordsReplaced replaces n random words.
func withWordsReplaced(md string, n int) string {
	r := rand.New(rand.NewPCG(9, 9))
	words := strings.Split(md, " ")
	for range n {
		words[r.IntN(len(words))] = "replaced"
	}
	return strings.Join(words, " ")
}

// newInput returns the input of Compare for a Markdown text.
func newInput(md string) Input {
	blocks := markdown.Parse(md)
	text := markdown.JoinText(blocks)
	return Input{Markdown: md, Text: text, ContentHash: ContentHash(blocks), WordCount: tokenize.CountWords(text)}
}

func BenchmarkCompare(b *testing.B) {
	md := longText(1, 137<<10)
	for _, n := range []int{1, 20, 400} {
		old, cur := newInput(md), newInput(withWordsReplaced(md, n))
		b.Run(fmt.Sprintf("137KB,%dwords", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Compare(old, cur)
			}
		})
	}
	b.Run("137KB,rewritten", func(b *testing.B) {
		old, cur := newInput(md), newInput(longText(2, 137<<10))
		for b.Loop() {
			Compare(old, cur)
		}
	})
}

// BenchmarkDiffMatchPatch compares the same texts by characters with sergi/go-diff.
func BenchmarkDiffMatchPatch(b *testing.B) {
	md := longText(1, 137<<10)
	for _, n := range []int{1, 20, 400} {
		old, cur := newInput(md), newInput(withWordsReplaced(md, n))
		b.Run(fmt.Sprintf("137KB,%dwords", n), func(b *testing.B) {
			for b.Loop() {
				d := diffmatchpatch.New()
				d.DiffCleanupSemantic(d.DiffMain(old.Text, cur.Text, false))
			}
		})
	}
}

func BenchmarkContentHash(b *testing.B) {
	blocks := markdown.Parse(longText(1, 137<<10))
	for b.Loop() {
		ContentHash(blocks)
	}
}
