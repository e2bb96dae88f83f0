package change

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// parsedText is a reading taken apart: its blocks without the page's furniture, and the
// sections that they belong to.
type parsedText struct {
	blocks     []markdown.Block
	hashes     []uint64 // of each block's words; equal blocks have equal sums
	wordCounts []int    // words of each block
	sectionOf  []int    // of each block, an index of sections
	leadIn     []int    // of each item or row: the block that leads to its list or table, or -1
	sections   []section
}

// section is a heading and the blocks up to the next one.
type section struct {
	heading           string
	normalizedHeading string // the heading's folded words without its number
	parents           []string
	words             int
}

// parse takes Markdown apart.
func parse(md string) *parsedText {
	t := &parsedText{}
	all := markdown.Parse(md)
	volatile := volatileBlocks(all)
	n := len(all)
	t.blocks, t.hashes, t.wordCounts = make([]markdown.Block, 0, n), make([]uint64, 0, n), make([]int, 0, n)
	t.sectionOf, t.leadIn = make([]int, 0, n), make([]int, 0, n)
	t.sections = []section{{}}
	var words []tokenize.Word
	var openHeadings []markdown.Block // the headings that are open
	leadIn := -1
	for i, b := range all {
		if volatile[i] {
			continue
		}
		words = tokenize.Words(words[:0], b.Text)
		if len(words) == 0 {
			continue
		}
		if b.Kind == markdown.Heading {
			for len(openHeadings) > 0 && openHeadings[len(openHeadings)-1].Level >= b.Level {
				openHeadings = openHeadings[:len(openHeadings)-1]
			}
			s := section{heading: b.Text, normalizedHeading: normalizeHeading(b.Text)}
			for _, p := range openHeadings {
				s.parents = append(s.parents, p.Text)
			}
			if len(openHeadings) < maxHeadingDepth {
				openHeadings = append(openHeadings, b)
			}
			t.sections = append(t.sections, s)
		}
		if b.Kind != markdown.ListItem && b.Kind != markdown.TableRow {
			leadIn = len(t.blocks)
			t.leadIn = append(t.leadIn, -1)
		} else {
			t.leadIn = append(t.leadIn, leadIn)
		}
		t.blocks = append(t.blocks, b)
		t.hashes = append(t.hashes, hashWords(words))
		t.wordCounts = append(t.wordCounts, len(words))
		t.sectionOf = append(t.sectionOf, len(t.sections)-1)
		t.sections[len(t.sections)-1].words += len(words)
	}
	return t
}

// maxHeadingDepth bounds the headings above a section; there are seven levels.
const maxHeadingDepth = 7

// hashWords is one number for the words of a block.
func hashWords(words []tokenize.Word) uint64 {
	h := uint64(len(words))
	for _, w := range words {
		h = (h ^ w.Key) * 0x9e3779b97f4a7c15 // the golden ratio spreads the bits
		h ^= h >> 29
	}
	return h
}

// normalizeHeading is a heading's folded words without its number.
func normalizeHeading(heading string) string {
	fold := string(tokenize.Fold(nil, heading))
	for i := 0; i < len(fold); i++ {
		if c := fold[i]; c != ' ' && c != '.' && (c < '0' || c > '9') {
			return fold[i:]
		}
	}
	return fold
}

// ContentHash is the hex SHA-256 of the words of a text's blocks in the form in which they are
// compared: readings that differ in nothing but case, punctuation, marks, the form of
// numbers, footers' years and counters have the same one.
func ContentHash(blocks []markdown.Block) string {
	h := sha256.New()
	volatile := volatileBlocks(blocks)
	var buf []byte
	for i, b := range blocks {
		if !volatile[i] {
			buf = tokenize.FoldWithColumns(buf[:0], b.Text)
			_, _ = h.Write(buf)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
