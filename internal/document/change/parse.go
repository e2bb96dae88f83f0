package change

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/clausea/crawler/internal/document/emailaddr"
	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// parsedText is a text divided into blocks, without volatile boilerplate, and sections.
type parsedText struct {
	blocks     []markdown.Block
	hashes     []uint64 // of each block's words; equal blocks have equal hashes
	wordCounts []int    // of each block
	sectionOf  []int    // index of each block's section
	leadIn     []int    // for each list item or table row, the last block before its list or table, or -1
	sections   []section
	skipped    []RemovedPart // the blocks that are not compared: volatile ones, and those without words
}

// section is a heading and the blocks up to the next heading.
type section struct {
	heading           string
	normalizedHeading string   // folded, without its number
	parents           []string // headings of the enclosing sections, outermost first
	words             int      // of all blocks
}

// parse divides Markdown into blocks and sections.
func parse(md string) *parsedText {
	t := &parsedText{}
	all := markdown.Parse(md)
	volatile := volatileBlocks(all)
	n := len(all)
	t.blocks, t.hashes, t.wordCounts = make([]markdown.Block, 0, n), make([]uint64, 0, n), make([]int, 0, n)
	t.sectionOf, t.leadIn = make([]int, 0, n), make([]int, 0, n)
	t.sections = []section{{}}
	t.skipped = append(struckOut(md), obfuscatedAddresses(md)...)
	var words []tokenize.Word
	var openHeadings []markdown.Block // headings of the enclosing sections
	leadIn := -1
	for i, b := range all {
		if volatile[i] {
			t.skipped = append(t.skipped, RemovedPart{RuleVolatile, fullText(b)})
			continue
		}
		words = tokenize.Words(words[:0], b.Text)
		if len(words) == 0 {
			t.skipped = append(t.skipped, RemovedPart{RuleFormatting, b.Text})
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

// struckOutText matches struck-out text, which is not part of the blocks.
var struckOutText = regexp.MustCompile(`~~([^~\n]+)~~`)

// struckOut returns the struck-out texts of a document.
func struckOut(md string) []RemovedPart {
	if !strings.Contains(md, "~~") {
		return nil
	}
	var out []RemovedPart
	for _, m := range struckOutText.FindAllStringSubmatch(md, -1) {
		out = append(out, RemovedPart{RuleStruckOut, m[1]})
	}
	return out
}

// obfuscatedAddresses returns the e-mail addresses in their obfuscated form, which is not part
// of the blocks.
func obfuscatedAddresses(md string) []RemovedPart {
	if emailaddr.Deobfuscate(md) == md {
		return nil
	}
	var out []RemovedPart
	for line := range strings.SplitSeq(md, "\n") {
		plain := emailaddr.Deobfuscate(line)
		if plain == line {
			continue
		}
		from, to := 0, 0
		for from < min(len(line), len(plain)) && line[from] == plain[from] {
			from++
		}
		for to < min(len(line), len(plain))-from && line[len(line)-1-to] == plain[len(plain)-1-to] {
			to++
		}
		out = append(out, RemovedPart{RuleEmailNotation, strings.ToValidUTF8(line[from:len(line)-to], "")})
	}
	return out
}

// maxHeadingDepth bounds the number of enclosing headings: markdown.Block has seven levels.
const maxHeadingDepth = 7

// hashWords hashes a sequence of words.
func hashWords(words []tokenize.Word) uint64 {
	h := uint64(len(words))
	for _, w := range words {
		h = (h ^ w.Key) * 0x9e3779b97f4a7c15 // 2^64 / golden ratio, which spreads the bits
		h ^= h >> 29
	}
	return h
}

// normalizeHeading returns a heading folded and without its number.
func normalizeHeading(heading string) string {
	fold := string(tokenize.Fold(nil, heading))
	for i := 0; i < len(fold); i++ {
		if c := fold[i]; c != ' ' && c != '.' && (c < '0' || c > '9') {
			return fold[i:]
		}
	}
	return fold
}

// ContentHash returns the SHA-256 hash, in hexadecimal, of the words of a text in the form
// in which Compare compares them. Texts that differ only in case, punctuation, markup, number
// format, copyright years or counters have the same hash.
func ContentHash(blocks []markdown.Block) string {
	h := sha256.New()
	folds := foldShortBlocks(blocks)
	volatile := volatileFolds(blocks, folds)
	var buf []byte
	for i, b := range blocks {
		switch fold := folds.of(i); {
		case volatile[i]:
		case fold != "" && strings.IndexByte(b.Text, '\t') < 0: // no columns, so both folds are equal
			buf = append(buf[:0], fold...)
			_, _ = h.Write(buf)
		default:
			buf = tokenize.FoldWithColumns(buf[:0], b.Text)
			_, _ = h.Write(buf)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
