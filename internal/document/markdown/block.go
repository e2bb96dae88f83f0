package markdown

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/clausea/crawler/internal/document/emailaddr"
)

// Kind is what a block is.
type Kind uint8

// The kinds of block.
const (
	Paragraph Kind = iota
	Heading
	ListItem // of a list
	TableRow // of a table
)

// pseudoHeadingLevel is the level of a paragraph that serves as a heading: it is bold as a
// whole, in capitals, or numbered and short.
const pseudoHeadingLevel = 7

// Block is a paragraph, heading, list item or table row, without Markdown's marks.
type Block struct {
	Kind      Kind
	Level     int    // of a heading, 1 to 7
	Text      string // one line; a row's cells are divided by tabs
	LinkBytes int    // bytes of Text that are the text of a link
	// Numbered says that Text begins with the number of an item that no list counts.
	Numbered bool
}

// Parse takes Markdown apart. Bullets and the numbers of a list that counts its items
// are no part of the text; a number that stands alone is. Lines of one paragraph are
// joined, tables need not have outer bars, headings may be underlined.
func Parse(md string) []Block {
	p := parser{rest: emailaddr.Deobfuscate(norm.NFC.String(md)), openBlock: -1}
	p.out = make([]byte, 0, len(p.rest))
	for p.rest != "" {
		line := p.rest
		if i := strings.IndexByte(p.rest, '\n'); i >= 0 {
			line, p.rest = p.rest[:i], p.rest[i+1:]
		} else {
			p.rest = ""
		}
		p.parseLine(line)
	}
	p.flushPendingNumber()
	return p.buildBlocks()
}

// buildBlocks makes the spans into blocks.
func (p *parser) buildBlocks() []Block {
	p.markSequences()
	text := string(p.out)
	out := make([]Block, 0, len(p.spans))
	for _, s := range p.spans {
		from := s.start
		numbered := s.kind == ListItem && s.number.style != 0 && !s.inSequence
		if numbered {
			from = s.numberStart
		}
		b := Block{Kind: s.kind, Level: s.level, Text: stripCopyrightYears(text[from:s.end]), LinkBytes: s.linkBytes, Numbered: numbered}
		if b.Text == "" {
			continue
		}
		if s.kind != Heading && s.lines == 1 && (s.isBold && len(b.Text) <= 120 && !hasFourDigits(b.Text) || looksLikeHeading(s, b.Text)) {
			b.Kind, b.Level = Heading, pseudoHeadingLevel
		}
		out = append(out, b)
	}
	return out
}
