package plain

import (
	"strings"

	"golang.org/x/text/unicode/norm"
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

// boldLevel is the level of a paragraph that serves as a heading: it is bold as a
// whole, in capitals, or numbered and short.
const boldLevel = 7

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
	p := parser{md: Deobfuscate(norm.NFC.String(md)), open: -1}
	p.out = make([]byte, 0, len(p.md))
	for p.md != "" {
		line := p.md
		if i := strings.IndexByte(p.md, '\n'); i >= 0 {
			line, p.md = p.md[:i], p.md[i+1:]
		} else {
			p.md = ""
		}
		p.line(line)
	}
	p.flushBare()
	return p.blocks()
}

// span is a block as offsets into the parser's output.
type span struct {
	kind     Kind
	level    int
	marker   int // where the text with its list number begins
	start    int // where the text without it begins
	end      int
	links    int
	indent   int
	number   number
	counts   bool // the number is one of a list's
	bold     bool
	lines    int
	verbatim bool
}

// parser reads lines into one buffer, so that a document costs few allocations.
type parser struct {
	md    string
	out   []byte
	spans []span
	open  int    // the block that a further line belongs to, or -1
	table bool   // within a table without outer bars
	fence string // what ends the code that is open
	bare  string // a list's number that stood alone on its line, and belongs to the next
}

func (p *parser) line(line string) {
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
	switch run := leading(line, '`'); {
	case p.fence == "" && run >= 3 && strings.IndexByte(line[run:], '`') < 0:
		p.fence, p.open = line[:run], -1
		return
	case p.fence != "" && run >= len(p.fence) && line == line[:run]:
		p.fence, p.open = "", -1
		return
	case p.fence != "":
		p.add(span{verbatim: true}, line)
		p.open = -1
		return
	case line == "":
		p.open, p.table = -1, false
		return
	case rule(line):
		p.underline(line)
		return
	case definition(line):
		p.open = -1
		return
	}
	if n := hashes(line); n > 0 {
		p.flushBare()
		s := span{kind: Heading, level: n}
		p.add(s, strings.TrimRight(strings.TrimRight(line[n:], "#"), " "))
		p.open = -1
		return
	}
	if line[0] == '|' || p.table || p.headOfTable(line) {
		p.flushBare()
		p.table = p.table || line[0] != '|'
		p.row(line)
		return
	}
	if p.bare != "" {
		number := p.bare
		p.bare = ""
		if !bareMarker(line) {
			line = number + " " + line
		} else {
			p.add(span{}, number)
		}
	}
	if bareMarker(line) && p.open < 0 {
		p.bare = line
		return
	}
	if rest, num, ok := marker(line); ok {
		if n := hashes(rest); n > 0 {
			p.add(span{kind: Heading, level: n}, rest[n:])
			p.open = -1
			return
		}
		p.item(line, rest, num, indent)
		return
	}
	if p.open >= 0 {
		p.join(line)
		return
	}
	p.add(span{bold: bold(line), lines: 1}, line)
}

// flushBare makes a block of a number that stood alone, where no text follows.
func (p *parser) flushBare() {
	if number := p.bare; number != "" {
		p.bare = ""
		p.add(span{}, number)
		p.open = -1
	}
}

// add begins a block.
func (p *parser) add(s span, text string) {
	s.marker, s.start = len(p.out), len(p.out)
	if s.verbatim {
		p.verbatim(text)
	} else {
		s.links = p.inline(text)
	}
	s.end = p.trim(s.start)
	p.out = append(p.out, '\n')
	if s.end == s.start {
		p.out = p.out[:s.start]
		return
	}
	p.spans = append(p.spans, s)
	p.open = len(p.spans) - 1
}

// join adds a line to the block that is open, which is always the last.
func (p *parser) join(line string) {
	s := &p.spans[p.open]
	p.out = append(p.out[:s.end], ' ')
	s.links += p.inline(line)
	s.end = p.trim(s.start)
	p.out = append(p.out, '\n')
	s.bold = false
	s.lines++
}

func (p *parser) item(line, rest string, num number, indent int) {
	begin := len(p.out)
	if num.style != 0 { // the number is written first; whether it is the list's is known later
		p.out = append(p.out, line[:len(line)-len(rest)]...)
	}
	p.add(span{kind: ListItem, indent: indent, number: num, lines: 1}, rest)
	if p.open < 0 || len(p.out) == begin || p.spans[len(p.spans)-1].start < begin {
		p.out = p.out[:begin]
		return
	}
	p.spans[p.open].marker = begin
}

// trim takes spaces off the end of the output, but nothing before start.
func (p *parser) trim(start int) int {
	for len(p.out) > start && p.out[len(p.out)-1] == ' ' {
		p.out = p.out[:len(p.out)-1]
	}
	return len(p.out)
}

func (p *parser) row(line string) {
	p.open = -1
	s := span{kind: TableRow, marker: len(p.out), start: len(p.out)}
	for i, cell := range SplitRow(line) {
		if i > 0 {
			p.out = append(p.out, '\t')
		}
		s.links += p.inline(cell)
		p.trim(s.start)
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

// underline makes a heading of the paragraph above a line of "=" or "-"; else the
// line is a rule, or divides a table's head from its rows.
func (p *parser) underline(line string) {
	if strings.ContainsAny(line, "|:") {
		return
	}
	if p.open >= 0 && p.spans[p.open].kind == Paragraph && (line[0] == '=' || line[0] == '-') && !strings.Contains(line, " ") {
		s := &p.spans[p.open]
		s.kind, s.level = Heading, 1
		if line[0] == '-' {
			s.level = 2
		}
	}
	p.open = -1
}

// headOfTable says whether the next line divides a head from a table's rows.
func (p *parser) headOfTable(line string) bool {
	if !strings.Contains(line, "|") {
		return false
	}
	next, _, _ := strings.Cut(p.md, "\n")
	next = strings.TrimSpace(next)
	return strings.Contains(next, "|") && next != "" && rule(next)
}

// blocks makes the spans into blocks.
func (p *parser) blocks() []Block {
	p.lists()
	text := string(p.out)
	out := make([]Block, 0, len(p.spans))
	for _, s := range p.spans {
		from := s.start
		numbered := s.kind == ListItem && s.number.style != 0 && !s.counts
		if numbered {
			from = s.marker
		}
		b := Block{Kind: s.kind, Level: s.level, Text: stripCopyrightYears(text[from:s.end]), LinkBytes: s.links, Numbered: numbered}
		if b.Text == "" {
			continue
		}
		if s.kind != Heading && s.lines == 1 && (s.bold && len(b.Text) <= 120 && !hasYear(b.Text) || servesAsHeading(s, b.Text)) {
			b.Kind, b.Level = Heading, boldLevel
		}
		out = append(out, b)
	}
	return out
}
