package markdown

import "strings"

// addTableRow adds a table row as a block. A row without text is dropped.
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

// SplitRow splits a table row at its unescaped bars. It ignores outer bars and trims the
// cells. It always returns at least one cell.
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

// startsTable reports whether a line is the header of a table: it has a bar, and the next
// line is a delimiter row.
func (p *parser) startsTable(line string) bool {
	if !strings.Contains(line, "|") {
		return false
	}
	next, _, _ := strings.Cut(p.rest, "\n")
	next = strings.TrimSpace(next)
	return strings.Contains(next, "|") && next != "" && isRule(next)
}
