package markdown

import "strings"

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
