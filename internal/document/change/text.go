package change

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/clausea/crawler/internal/document/plain"
)

// text is a reading taken apart: its blocks without the page's furniture, and the
// sections that they belong to.
type text struct {
	blocks   []plain.Block
	sums     []uint64 // of each block's words; equal blocks have equal sums
	counts   []int    // words of each block
	section  []int    // of each block, an index of sections
	owner    []int    // of each item or row: the block that leads to its list or table, or -1
	sections []section
}

// section is a heading and the blocks up to the next one.
type section struct {
	heading string
	name    string // the heading's folded words without its number
	parents []string
	words   int
}

// take takes Markdown apart.
func take(md string) *text {
	t := &text{}
	all := plain.Parse(md)
	skip := furniture(all)
	n := len(all)
	t.blocks, t.sums, t.counts = make([]plain.Block, 0, n), make([]uint64, 0, n), make([]int, 0, n)
	t.section, t.owner = make([]int, 0, n), make([]int, 0, n)
	t.sections = []section{{}}
	var words []plain.Word
	var path []plain.Block // the headings that are open
	lead := -1
	for i, b := range all {
		if skip[i] {
			continue
		}
		words = plain.Words(words[:0], b.Text)
		if len(words) == 0 {
			continue
		}
		if b.Kind == plain.Heading {
			for len(path) > 0 && path[len(path)-1].Level >= b.Level {
				path = path[:len(path)-1]
			}
			s := section{heading: b.Text, name: nameOf(b.Text)}
			for _, p := range path {
				s.parents = append(s.parents, p.Text)
			}
			if len(path) < maxPath {
				path = append(path, b)
			}
			t.sections = append(t.sections, s)
		}
		if b.Kind != plain.ListItem && b.Kind != plain.TableRow {
			lead = len(t.blocks)
			t.owner = append(t.owner, -1)
		} else {
			t.owner = append(t.owner, lead)
		}
		t.blocks = append(t.blocks, b)
		t.sums = append(t.sums, sum(words))
		t.counts = append(t.counts, len(words))
		t.section = append(t.section, len(t.sections)-1)
		t.sections[len(t.sections)-1].words += len(words)
	}
	return t
}

// maxPath bounds the headings above a section; there are seven levels.
const maxPath = 7

// sum is one number for the words of a block.
func sum(words []plain.Word) uint64 {
	h := uint64(len(words))
	for _, w := range words {
		h = (h ^ w.Key) * 0x9e3779b97f4a7c15 // the golden ratio spreads the bits
		h ^= h >> 29
	}
	return h
}

// nameOf is a heading's folded words without its number.
func nameOf(heading string) string {
	fold := string(plain.Fold(nil, heading))
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
func ContentHash(blocks []plain.Block) string {
	h := sha256.New()
	skip := furniture(blocks)
	var buf []byte
	for i, b := range blocks {
		if !skip[i] {
			buf = plain.FoldWithColumns(buf[:0], b.Text)
			_, _ = h.Write(buf)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
