package classify

import "strings"

// readTitles reads the first heading, the first lines and the title element.
func (p *Page) readTitles(l *lexicon, e *evidence, sc *scratch) {
	var m names
	m, sc.short = l.namesOf(p.Title, sc.short)
	e.soft = m[softError]
	e.by[inTitle] = m
	weight := float32(1)
	for _, line := range firstLines(p.Markdown) {
		m, sc.short = l.namesOf(line, sc.short)
		e.by[inTitle].add(&m, weight)
		weight *= 0.85
	}
	m, sc.short = l.namesOf(p.Head, sc.short)
	e.by[inHead] = m
	if p.Words < 400 {
		e.soft = max(e.soft, m[softError])
	}
}

// maxFirstLines and maxTitleBytes bound what may be a title at the start of a text.
const (
	maxFirstLines = 5
	maxTitleBytes = 160
)

// firstLines are the lines that a text begins with and that may be its title.
func firstLines(markdown string) []string {
	var out []string
	for tries := 0; tries < 2*maxFirstLines && markdown != "" && len(out) < maxFirstLines; tries++ {
		line, rest, _ := strings.Cut(markdown, "\n")
		markdown = strings.TrimLeft(rest, "\r\n \t")
		line = plainLine(line)
		if len(line) > maxTitleBytes && len(out) > 0 {
			break // the text has begun: what follows are titles of its parts
		}
		if line == "" || len(line) > maxTitleBytes {
			continue
		}
		if strings.HasSuffix(line, ".") || strings.Contains(line, ". ") {
			tries++
			continue // a sentence is no title
		}
		out = append(out, line)
	}
	return out
}

// plainLine is a line of Markdown without its marks; a line that is only a link is
// none.
func plainLine(line string) string {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "[") && strings.HasSuffix(line, ")") || strings.HasPrefix(line, "![") {
		return ""
	}
	for {
		open := strings.Index(line, "](")
		if open < 0 {
			break
		}
		shut := strings.IndexByte(line[open:], ')')
		if shut < 0 {
			break
		}
		line = line[:open] + line[open+shut+1:]
	}
	return strings.Trim(line, "#*_=- \t[]")
}
