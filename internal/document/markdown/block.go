package markdown

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/clausea/crawler/internal/document/emailaddr"
)

// Kind is the kind of a block.
type Kind uint8

// Kinds of blocks.
const (
	Paragraph Kind = iota // also a line of a code block
	Heading
	ListItem
	TableRow
)

// pseudoHeadingLevel is the level of a paragraph that serves as a heading: it is bold, in
// capitals, or numbered and short.
const pseudoHeadingLevel = 7

// Block is a paragraph, heading, list item or table row, without Markdown syntax.
type Block struct {
	Kind      Kind
	Level     int    // of a heading, 1 to 6, or 7 if it is not marked as a heading; 0 for other blocks
	Text      string // one line, never empty; tabs separate the cells of a row
	LinkBytes int    // bytes of Text inside links
	// Numbered is set for a list item whose number is part of Text, because no item before
	// or after it continues the count.
	Numbered bool
	// Marker is the number or the bullet of a list item that Text does not include. The bullets of
	// Markdown itself do not count.
	Marker string
	// Full is the text with its copyright years, if Text is without them.
	Full string
}

// maxPreallocated bounds the blocks for which Parse allocates memory in advance. It was chosen
// by hand.
const maxPreallocated = 1024

// Parse splits Markdown into blocks. The text of a list item includes its number only if no
// adjacent item continues the count; it never includes a bullet. Parse joins the lines of a
// paragraph. It accepts any input and returns an empty list if there is no text.
func Parse(md string) []Block {
	if !isASCII(md) {
		md = norm.NFC.String(md)
	}
	p := parser{rest: emailaddr.Deobfuscate(md), openBlock: -1}
	buf := takeBuffer(len(p.rest))
	p.out = (*buf)[:0]
	defer func() { putBuffer(buf, p.out) }()
	p.spans = make([]blockSpan, 0, min(strings.Count(p.rest, "\n")/2+8, maxPreallocated))
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

// buildBlocks converts the spans to blocks.
func (p *parser) buildBlocks() []Block {
	p.markSequences()
	text := string(p.out)
	hasCopyright := hasCopyrightSign(text) || hasBracketedC(text) // one search is faster than one for each block
	out := make([]Block, 0, len(p.spans))
	for _, s := range p.spans {
		from := s.start
		numbered := s.kind == ListItem && s.number.style != 0 && !s.inSequence
		if numbered {
			from = s.numberStart
		}
		t, full := text[from:s.end], ""
		if hasCopyright {
			if stripped := stripCopyrightYears(t); stripped != t {
				t, full = stripped, t
			}
		}
		b := Block{Kind: s.kind, Level: s.level, Text: strings.Trim(t, " "), LinkBytes: s.linkBytes, Numbered: numbered, Full: full}
		if s.bullet != "" {
			b.Marker = s.bullet
		} else if s.kind == ListItem && s.inSequence {
			b.Marker = strings.TrimSpace(text[s.numberStart:s.start])
		}
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
