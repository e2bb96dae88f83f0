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

// blockSpan is a block as offsets into the parser's output.
type blockSpan struct {
	kind        Kind
	level       int
	numberStart int // where the text with its list number begins
	start       int // where the text without it begins
	end         int
	linkBytes   int
	indent      int
	number      listNumber
	inSequence  bool // the number is one of a list's
	isBold      bool
	lines       int
	verbatim    bool
}

// parser reads lines into one buffer, so that a document costs few allocations.
type parser struct {
	rest          string
	out           []byte
	spans         []blockSpan
	openBlock     int    // the block that a further line belongs to, or -1
	inTable       bool   // within a table without outer bars
	fence         string // what ends the code that is open
	pendingNumber string // a list's number that stood alone on its line, and belongs to the next
}

func (p *parser) parseLine(line string) {
	indent := 0
	for len(line) > 0 && (line[0] == ' ' || line[0] == '\t' || line[0] == '\r') {
		if indent++; line[0] == '\t' {
			indent += 3
		}
		line = line[1:]
	}
	line = strings.TrimRight(line, " \t\r")
	for strings.HasPrefix(line, ">") {
		line = strings.TrimLeft(line[1:], " \t")
	}
	switch run := countPrefix(line, '`'); {
	case p.fence == "" && run >= 3 && strings.IndexByte(line[run:], '`') < 0:
		p.fence, p.openBlock = line[:run], -1
		return
	case p.fence != "" && run >= len(p.fence) && line == line[:run]:
		p.fence, p.openBlock = "", -1
		return
	case p.fence != "":
		p.addBlock(blockSpan{verbatim: true}, line)
		p.openBlock = -1
		return
	case line == "":
		p.openBlock, p.inTable = -1, false
		return
	case isRule(line):
		p.applyUnderline(line)
		return
	case isLinkDefinition(line):
		p.openBlock = -1
		return
	}
	if n := atxLevel(line); n > 0 {
		p.flushPendingNumber()
		s := blockSpan{kind: Heading, level: n}
		p.addBlock(s, strings.TrimRight(strings.TrimRight(line[n:], "#"), " "))
		p.openBlock = -1
		return
	}
	if line[0] == '|' || p.inTable || p.startsTable(line) {
		p.flushPendingNumber()
		p.inTable = p.inTable || line[0] != '|'
		p.addTableRow(line)
		return
	}
	if p.pendingNumber != "" {
		number := p.pendingNumber
		p.pendingNumber = ""
		if !isBareListNumber(line) {
			line = number + " " + line
		} else {
			p.addBlock(blockSpan{}, number)
		}
	}
	if isBareListNumber(line) && p.openBlock < 0 {
		p.pendingNumber = line
		return
	}
	if rest, num, ok := cutListMarker(line); ok {
		if n := atxLevel(rest); n > 0 {
			p.addBlock(blockSpan{kind: Heading, level: n}, rest[n:])
			p.openBlock = -1
			return
		}
		p.addListItem(line, rest, num, indent)
		return
	}
	if p.openBlock >= 0 {
		p.appendLine(line)
		return
	}
	p.addBlock(blockSpan{isBold: isBoldLine(line), lines: 1}, line)
}

// flushPendingNumber makes a block of a number that stood alone, where no text follows.
func (p *parser) flushPendingNumber() {
	if number := p.pendingNumber; number != "" {
		p.pendingNumber = ""
		p.addBlock(blockSpan{}, number)
		p.openBlock = -1
	}
}

// addBlock begins a block.
func (p *parser) addBlock(s blockSpan, text string) {
	s.numberStart, s.start = len(p.out), len(p.out)
	if s.verbatim {
		p.writeVerbatim(text)
	} else {
		s.linkBytes = p.writeInline(text)
	}
	s.end = p.trimTrailingSpaces(s.start)
	p.out = append(p.out, '\n')
	if s.end == s.start {
		p.out = p.out[:s.start]
		return
	}
	p.spans = append(p.spans, s)
	p.openBlock = len(p.spans) - 1
}

// appendLine adds a line to the block that is open, which is always the last.
func (p *parser) appendLine(line string) {
	s := &p.spans[p.openBlock]
	p.out = append(p.out[:s.end], ' ')
	s.linkBytes += p.writeInline(line)
	s.end = p.trimTrailingSpaces(s.start)
	p.out = append(p.out, '\n')
	s.isBold = false
	s.lines++
}

func (p *parser) addListItem(line, rest string, num listNumber, indent int) {
	begin := len(p.out)
	if num.style != 0 { // the number is written first; whether it is the list's is known later
		p.out = append(p.out, line[:len(line)-len(rest)]...)
	}
	p.addBlock(blockSpan{kind: ListItem, indent: indent, number: num, lines: 1}, rest)
	if p.openBlock < 0 || len(p.out) == begin || p.spans[len(p.spans)-1].start < begin {
		p.out = p.out[:begin]
		return
	}
	p.spans[p.openBlock].numberStart = begin
}

// trimTrailingSpaces takes spaces off the end of the output, but nothing before start.
func (p *parser) trimTrailingSpaces(start int) int {
	for len(p.out) > start && p.out[len(p.out)-1] == ' ' {
		p.out = p.out[:len(p.out)-1]
	}
	return len(p.out)
}

func (p *parser) addTableRow(line string) {
	p.openBlock = -1
	s := blockSpan{kind: TableRow, numberStart: len(p.out), start: len(p.out)}
	for i, cell := range SplitRow(line) {
		if i > 0 {
			p.out = append(p.out, '\t')
		}
		s.linkBytes += p.writeInline(cell)
		p.trimTrailingSpaces(s.start)
	}
	s.end = len(p.out)
	for s.end > s.start && (p.out[s.end-1] == ' ' || p.out[s.end-1] == '\t') {
		s.end--
	}
	if s.end == s.start {
		p.out = p.out[:s.start]
		return
	}
	p.out = append(p.out[:s.end], '\n')
	p.spans = append(p.spans, s)
}

// SplitRow divides a table's row at its bars, but for those that are escaped.
func SplitRow(line string) []string {
	line = strings.TrimSpace(line)
	line = strings.TrimPrefix(line, "|")
	if strings.HasSuffix(line, "|") && !strings.HasSuffix(line, `\|`) {
		line = line[:len(line)-1]
	}
	var out []string
	from := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '|':
			out = append(out, strings.TrimSpace(line[from:i]))
			from = i + 1
		}
	}
	return append(out, strings.TrimSpace(line[from:]))
}

// applyUnderline makes a heading of the paragraph above a line of "=" or "-"; else the
// line is a rule, or divides a table's head from its rows.
func (p *parser) applyUnderline(line string) {
	if strings.ContainsAny(line, "|:") {
		return
	}
	if p.openBlock >= 0 && p.spans[p.openBlock].kind == Paragraph && (line[0] == '=' || line[0] == '-') && !strings.Contains(line, " ") {
		s := &p.spans[p.openBlock]
		s.kind, s.level = Heading, 1
		if line[0] == '-' {
			s.level = 2
		}
	}
	p.openBlock = -1
}

// startsTable says whether the next line divides a head from a table's rows.
func (p *parser) startsTable(line string) bool {
	if !strings.Contains(line, "|") {
		return false
	}
	next, _, _ := strings.Cut(p.rest, "\n")
	next = strings.TrimSpace(next)
	return strings.Contains(next, "|") && next != "" && isRule(next)
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
