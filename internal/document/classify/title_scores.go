package classify

import "strings"

// scoreTitles reads the first heading, the first lines and the title element.
func (p *Input) scoreTitles(l *lexicon, e *features, sc *scratch) {
	var m typeScores
	m, sc.titleTokens = l.scoreTitle(p.Title, sc.titleTokens)
	e.softError = m[softError]
	e.scores[titleMatch] = m
	weight := float32(1)
	for _, line := range leadingLines(p.Markdown) {
		m, sc.titleTokens = l.scoreTitle(line, sc.titleTokens)
		e.scores[titleMatch].mergeMax(&m, weight)
		weight *= 0.85
	}
	m, sc.titleTokens = l.scoreTitle(p.TitleElement, sc.titleTokens)
	e.scores[titleElementMatch] = m
	if p.WordCount < 400 {
		e.softError = max(e.softError, m[softError])
	}
}

// maxLeadingLines and maxTitleBytes bound what may be a title at the start of a text.
const (
	maxLeadingLines = 5
	maxTitleBytes   = 160
)

// leadingLines are the lines that a text begins with and that may be its title.
func leadingLines(markdown string) []string {
	var out []string
	for tries := 0; tries < 2*maxLeadingLines && markdown != "" && len(out) < maxLeadingLines; tries++ {
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
