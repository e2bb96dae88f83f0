package markdown

import (
	"strings"
	"unicode/utf8"
)

// blockSpan is a block whose text is given by offsets into the parser's output.
type blockSpan struct {
	kind        Kind
	level       int // see Block.Level
	numberStart int // start of the text with its list number
	start       int // start of the text without its list number
	end         int
	linkBytes   int // see Block.LinkBytes
	indent      int // of a list item, in columns
	number      listNumber
	inSequence  bool   // the number is part of a sequence
	bullet      string // of a list item, unless it is one of Markdown's
	isBold      bool   // the whole block is bold
	lines       int    // number of source lines; 0 for a block that cannot be a pseudo heading
	verbatim    bool   // the text is not parsed for inline syntax
}

// parser collects all text in one buffer, to save allocations.
type parser struct {
	rest          string
	out           []byte
	spans         []blockSpan
	openBlock     int    // index of the span that the next line may continue, or -1
	inTable       bool   // inside a table without outer bars
	fence         string // delimiter that closes the open code block; empty outside of code
	pendingNumber string // a list number alone on its line, to be joined with the next line
}

// parseLine parses a line. It continues the open block or adds a block.
func (p *parser) parseLine(line string) {
	line, indent := trimIndent(line)
	for strings.HasPrefix(line, ">") {
		line = strings.TrimLeft(line[1:], " \t")
	}
	if p.parseFence(line) {
		return
	}
	switch {
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
	line = p.joinPendingNumber(line)
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

// trimIndent trims white space from both ends of a line and returns its indentation, with
// a tab as four columns.
func trimIndent(line string) (trimmed string, indent int) {
	for len(line) > 0 && (line[0] == ' ' || line[0] == '\t' || line[0] == '\r') {
		if indent++; line[0] == '\t' {
			indent += 3
		}
		line = line[1:]
	}
	return strings.TrimRight(line, " \t\r"), indent
}

// parseFence handles a line that opens, closes or belongs to a fenced code block. It
// reports whether it did.
func (p *parser) parseFence(line string) bool {
	switch run := countPrefix(line, '`'); {
	case p.fence == "" && run >= 3 && strings.IndexByte(line[run:], '`') < 0:
		p.fence, p.openBlock = line[:run], -1
		return true
	case p.fence != "" && run >= len(p.fence) && line == line[:run]:
		p.fence, p.openBlock = "", -1
		return true
	case p.fence != "":
		p.addBlock(blockSpan{verbatim: true}, line)
		p.openBlock = -1
		return true
	}
	return false
}

// joinPendingNumber puts the pending number before a line. If the line is a number
// itself, the pending one becomes a block of its own.
func (p *parser) joinPendingNumber(line string) string {
	number := p.pendingNumber
	p.pendingNumber = ""
	switch {
	case number == "":
	case isBareListNumber(line):
		p.addBlock(blockSpan{}, number)
	default:
		line = number + " " + line
	}
	return line
}

// flushPendingNumber writes the pending number as a block of its own.
func (p *parser) flushPendingNumber() {
	if number := p.pendingNumber; number != "" {
		p.pendingNumber = ""
		p.addBlock(blockSpan{}, number)
		p.openBlock = -1
	}
}

// addBlock begins a block. A block without text is dropped.
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

// appendLine adds a line to the open block, which is always the last.
func (p *parser) appendLine(line string) {
	s := &p.spans[p.openBlock]
	p.out = append(p.out[:s.end], ' ')
	s.linkBytes += p.writeInline(line)
	s.end = p.trimTrailingSpaces(s.start)
	p.out = append(p.out, '\n')
	s.isBold = false
	s.lines++
}

// addListItem begins a list item. rest is the line without its marker.
func (p *parser) addListItem(line, rest string, num listNumber, indent int) {
	begin := len(p.out)
	if num.style != 0 { // written before the text; markSequences decides later whether it is part of it
		p.out = append(p.out, line[:len(line)-len(rest)]...)
	}
	s := blockSpan{kind: ListItem, indent: indent, number: num, lines: 1}
	if num.style == 0 && line[0] >= utf8.RuneSelf {
		s.bullet = strings.TrimSpace(line[:len(line)-len(rest)])
	}
	p.addBlock(s, rest)
	if p.openBlock < 0 || len(p.out) == begin || p.spans[len(p.spans)-1].start < begin {
		p.out = p.out[:begin]
		return
	}
	p.spans[p.openBlock].numberStart = begin
}

// trimTrailingSpaces trims spaces from the end of the output, but not before start.
func (p *parser) trimTrailingSpaces(start int) int {
	for len(p.out) > start && p.out[len(p.out)-1] == ' ' {
		p.out = p.out[:len(p.out)-1]
	}
	return len(p.out)
}

// applyUnderline handles a line of punctuation (see isRule). A line of "=" or "-" makes the
// paragraph above it a heading. Any other line is a thematic break or the delimiter row of a
// table.
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
