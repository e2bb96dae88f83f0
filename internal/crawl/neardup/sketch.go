// Package neardup detects near-duplicate pages. It compares sketches of their text and
// ignores dates, counters and session IDs. A site with an unlimited number of URLs has
// a small number of distinct pages. The package does no I/O.
package neardup

import (
	"slices"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

const (
	// sketchSize is the number of hashes in a sketch, the k of a bottom-k sketch. The
	// smallest hashes estimate the Jaccard similarity of two sets (Broder, On the
	// resemblance and containment of documents, 1997), with a standard error of 0.05 at
	// k = 32.
	sketchSize = 32
	// shingleLength is the number of letters of a shingle. Shingles do not overlap. A
	// paragraph therefore weighs more than a menu entry.
	shingleLength = 16
	// minSimilarity is the similarity from which pages are near duplicates. Two months of
	// a calendar share at least 0.9 of their letters, two articles in one layout 0.3 to
	// 0.8.
	minSimilarity = 0.85
	// maxPageText is how much of a page's text enters its sketch, in bytes.
	maxPageText = 8 << 10
	// maxDocumentText is the same limit for the text of a document. It is larger because
	// editions of a document may begin with the same text, and because the text has no
	// menus and notices.
	maxDocumentText = 256 << 10
)

// Sketch summarizes the text of a page in about 300 bytes.
type Sketch struct {
	hashes []uint64 // the smallest hashes, ascending
	exact  uint64
	// Shingles is the number of shingles. Pages without shingles are compared by their
	// exact hash only.
	Shingles int
}

// IsNearDuplicate reports whether two pages are near duplicates.
func (s Sketch) IsNearDuplicate(o Sketch) bool {
	if s.exact == o.exact {
		return true
	}
	if s.Shingles == 0 || o.Shingles == 0 {
		return false
	}
	both, all := 0, 0
	for i, j := 0, 0; all < sketchSize && (i < len(s.hashes) || j < len(o.hashes)); all++ {
		if float64(all-both) > (1-minSimilarity)*sketchSize { // stops early: most pairs differ in their first hashes
			return false
		}
		switch {
		case i == len(s.hashes):
			j++
		case j == len(o.hashes):
			i++
		case s.hashes[i] < o.hashes[j]:
			i++
		case s.hashes[i] > o.hashes[j]:
			j++
		default:
			both++
			i++
			j++
		}
	}
	return float64(both) >= minSimilarity*float64(all)
}

// Builder builds a Sketch from the parts of a page, in their order.
type Builder struct {
	hashes    []uint64
	exact     xxhash.Digest
	shingles  int
	textBytes int // bytes of text so far
}

// NewBuilder returns an empty Builder.
func NewBuilder() *Builder {
	b := &Builder{hashes: make([]uint64, 0, sketchSize)}
	b.exact.Reset()
	return b
}

// SketchText returns the Sketch of a document's extracted text, without its URL. It is
// not comparable with the sketch of a page, because its shingles are words. Editions of
// one text are therefore near duplicates even if each names a different town in every
// sentence. Documents of one company that have different types share 0.17 of their words
// at the median and 0.29 at the 95th percentile (150 pairs of the evaluation sites).
func SketchText(text string) Sketch {
	b := NewBuilder()
	_, _ = b.exact.WriteString(text)
	n, h := 0, fnvOffset
	for i := range min(len(text), maxDocumentText) {
		c := text[i]
		letter := c >= utf8.RuneSelf || 'a' <= c|0x20 && c|0x20 <= 'z'
		if letter {
			h = (h ^ uint64(c)) * fnvPrime
			n++
		}
		if n == shingleLength || !letter && n > 0 {
			b.addShingle(h)
			n, h = 0, fnvOffset
		}
	}
	if n > 0 {
		b.addShingle(h)
	}
	return b.Sketch()
}

// AddExact adds a part that enters only the exact hash, such as the unresolved URL of a
// link. It distinguishes pages that have no text.
func (b *Builder) AddExact(part string) { _, _ = b.exact.WriteString(part) }

// AddText adds a piece of the page's text. Only letters enter the shingles.
func (b *Builder) AddText(text []byte) {
	_, _ = b.exact.Write(text)
	text = text[:min(len(text), maxPageText-b.textBytes)]
	b.textBytes += len(text)
	n, h := 0, fnvOffset
	for _, c := range text {
		if c < 'A' { // digits, white space and most punctuation
			continue
		}
		h = (h ^ uint64(c)) * fnvPrime
		if n++; n == shingleLength {
			b.addShingle(h)
			n, h = 0, fnvOffset
		}
	}
	if n > 2 {
		b.addShingle(h)
	}
}

// FNV-1a's constants for 64 bits.
const (
	fnvOffset uint64 = 0xcbf29ce484222325
	fnvPrime  uint64 = 0x100000001b3
)

// addShingle adds the hash of a shingle to the sketch if it is among the smallest. The
// high bits of FNV are poor for short input, so MurmurHash3's finalizer mixes them first.
func (b *Builder) addShingle(h uint64) {
	b.shingles++
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	if len(b.hashes) == sketchSize && h >= b.hashes[sketchSize-1] {
		return
	}
	i, found := slices.BinarySearch(b.hashes, h)
	if found {
		return
	}
	if len(b.hashes) == sketchSize {
		b.hashes = b.hashes[:sketchSize-1]
	}
	b.hashes = slices.Insert(b.hashes, i, h)
}

// Sketch returns the sketch of all parts so far. The Builder must not be used
// afterwards.
func (b *Builder) Sketch() Sketch {
	return Sketch{hashes: b.hashes, exact: b.exact.Sum64(), Shingles: b.shingles}
}
