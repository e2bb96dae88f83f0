package classify

import "strings"

// scoreTitles scores the first heading, the leading lines and the title element.
func (p *Input) scoreTitles(l *lexicon, ft *features, sc *scratch) {
	var m typeScores
	m, sc.titleTokens = l.scoreTitle(p.Title, sc.titleTokens)
	ft.softError = m[softError]
	ft.scores[titleMatch] = m
	weight := float32(1)
	named := m.highest() >= minNameScore
	for _, line := range leadingLines(p.Markdown) {
		m, sc.titleTokens = l.scoreTitle(line, sc.titleTokens)
		if named && line != plainLine(p.Title) {
			// The document is named; what follows are headings of its sections.
			ft.scores[titleMatch].mergeMax(&m, sectionTitleFactor*weight)
		} else {
			ft.scores[titleMatch].mergeMax(&m, weight)
		}
		named = named || m.highest() >= minNameScore
		weight *= 0.85
	}
	m, sc.titleTokens = l.scoreTitle(p.TitleElement, sc.titleTokens)
	ft.scores[titleElementMatch] = m
	if p.WordCount < 400 {
		ft.softError = max(ft.softError, m[softError])
	}
}

// sectionTitleFactor is the factor for the names in a leading line below the name of the
// document: "Intellectual property" below "Legal notice".
const sectionTitleFactor = 0.5

// Limits on the leading lines that can be a title.
const (
	maxLeadingLines = 5
	maxTitleBytes   = 160
)

// leadingLines returns the lines at the start of a text that can be its title.
func leadingLines(markdown string) []string {
	var out []string
	for tries := 0; tries < 2*maxLeadingLines && markdown != "" && len(out) < maxLeadingLines; tries++ {
		line, rest, _ := strings.Cut(markdown, "\n")
		markdown = strings.TrimLeft(rest, "\r\n \t")
		line = plainLine(line)
		if len(line) > maxTitleBytes && len(out) > 0 {
			break // the body has begun; what follows are headings of its sections
		}
		if line == "" || len(line) > maxTitleBytes {
			continue
		}
		if strings.HasSuffix(line, ".") || strings.Contains(line, ". ") {
			tries++
			continue // a sentence is not a title
		}
		out = append(out, line)
	}
	return out
}

// plainLine returns a line of Markdown without markup. It returns an empty string for a line
// that is only a link or an image.
func plainLine(line string) string {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "[") && strings.HasSuffix(line, ")") || strings.HasPrefix(line, "![") {
		return ""
	}
	for {
		start := strings.Index(line, "](")
		if start < 0 {
			break
		}
		length := strings.IndexByte(line[start:], ')')
		if length < 0 {
			break
		}
		line = line[:start] + line[start+length+1:]
	}
	return strings.Trim(line, "#*_=- \t[]")
}
