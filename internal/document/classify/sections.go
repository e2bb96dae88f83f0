package classify

import (
	"regexp"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// Criteria for a section of a page that is a document of another type.
const (
	minSectionName        = 0.75 // score of the heading as a name
	minSectionProbability = 0.6  // probability of the type for the text of the section
	minSectionWords       = 200
	maxSections           = 6        // sections of a page that are classified
	maxSectionBytes       = 16 << 10 // part of a section that is classified
)

// additionalTypes returns the types of the sections that are documents in their own right,
// and the further types that the title names. The result is sorted.
func (p *Input) additionalTypes(l *lexicon, m *Model, main string, ft *features, sc *scratch) []string {
	var out []string
	for t, v := range ft.scores[titleMatch][:len(Classes)] {
		if v >= minSectionName && ft.scores[wordingScore][t] >= 0.4 && ft.scores[relativeWording][t] >= 0.5 {
			out = append(out, Classes[t])
		}
	}
	classified := 0
	for s := range sections(p.Markdown) {
		if classified == maxSections {
			break
		}
		if !isDocumentTitle(s.heading) {
			continue
		}
		var names typeScores
		names, sc.titleTokens = l.scoreTitle(s.heading, sc.titleTokens)
		typ := slices.Index(names[:], slices.Max(names[:len(Classes)]))
		if names[typ] < minSectionName || Classes[typ] == main || slices.Contains(out, Classes[typ]) {
			continue
		}
		classified++
		if len(s.text) > maxSectionBytes {
			s.text = strings.ToValidUTF8(s.text[:maxSectionBytes], "")
		}
		text := markdown.PlainText(s.text)
		section := Input{Title: s.heading, Markdown: s.text, Text: text, WordCount: tokenize.CountWords(text)}
		if section.WordCount < minSectionWords {
			continue
		}
		if pr := m.Probabilities(section.featureVector(l, section.extractFeatures(l, &m.Background, 0, sc), sc)); pr[typ] >= minSectionProbability {
			out = append(out, Classes[typ])
		}
	}
	out = slices.DeleteFunc(out, func(t string) bool { return t == main || t == doctype.Other })
	slices.Sort(out)
	return slices.Compact(out)
}

// isDocumentTitle reports whether a heading is the title of a document and not of a clause. A
// title contains a word such as "policy", "notice" or "terms", and has no number.
func isDocumentTitle(heading string) bool {
	h := strings.TrimSpace(heading)
	if h == "" || len(h) > maxTitleBytes || clauseNumber.MatchString(h) {
		return false
	}
	h = strings.ToLower(h)
	for _, w := range documentWords {
		if strings.Contains(h, w) {
			return true
		}
	}
	return false
}

var clauseNumber = regexp.MustCompile(`^(?i:\W*(\d|[ivx]+\.|[a-z][.)]|§|article|artikel|artículo|articolo|artigo|art\.|section|第))`)

// documentWords are lower-case words for documents. They can be parts of longer words.
var documentWords = strings.Fields(`
	policy policies notice statement agreement addendum terms conditions guidelines rules dmca eula
	politique charte mentions règles avis déclaration accord contrat cgu cgv
	richtlinie erklärung bedingungen hinweise vereinbarung belehrung impressum agb ordnung
	política aviso condiciones términos acuerdo informativa condizioni termini politica accordo termos condições
	beleid verklaring voorwaarden overeenkomst polityka regulamin warunki zasady villkor vilkår betingelser ehdot seloste
	политика соглашение условия правила politikası şartları koşulları
	政策 声明 聲明 条款 條款 协议 協議 ポリシー 規約 方針 通知 정책 약관 방침`)

type section struct{ heading, text string }

// sections iterates over the sections after the first heading whose level is at most one
// below that of the first. A section includes its subsections.
func sections(markdown string) func(yield func(section) bool) {
	return func(yield func(section) bool) {
		type openSection struct {
			heading      string
			level, begin int
		}
		var stack []openSection
		top := 0
		closeSections := func(level, end int) bool {
			for len(stack) > 0 && stack[len(stack)-1].level >= level {
				s := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				if !yield(section{s.heading, markdown[s.begin:end]}) {
					return false
				}
			}
			return true
		}
		previous, previousStart := "", 0
		for at := 0; at < len(markdown); {
			line, next := lineAt(markdown, at)
			heading, level, begin := "", 0, at
			switch {
			case strings.HasPrefix(line, "#"):
				heading = strings.TrimLeft(line, "#")
				level = len(line) - len(heading)
			case previous != "" && isUnderline(line, '='):
				heading, level, begin = previous, 1, previousStart
			case previous != "" && isUnderline(line, '-'):
				heading, level, begin = previous, 2, previousStart
			case len(line) < maxTitleBytes && strings.HasPrefix(line, "**") && strings.HasSuffix(strings.TrimSpace(line), "**"):
				heading, level = line, max(top, 1)+1 // a line in bold is treated as a heading
			}
			if level > 0 && level <= 4 {
				if !closeSections(level, begin) {
					return
				}
				if top == 0 {
					top = level
				} else if level <= top+1 {
					stack = append(stack, openSection{plainLine(heading), level, next})
				}
				previous = ""
			} else {
				previous, previousStart = line, at
				if strings.TrimSpace(line) == "" || len(line) > maxTitleBytes {
					previous = ""
				}
			}
			at = next
		}
		closeSections(0, len(markdown))
	}
}

// lineAt returns the line at an offset and the offset of the next line.
func lineAt(text string, at int) (line string, next int) {
	line, _, _ = strings.Cut(text[at:], "\n")
	return line, min(len(text), at+len(line)+1)
}

// isUnderline reports whether a line underlines a heading, which makes it a setext heading.
func isUnderline(line string, c byte) bool {
	line = strings.TrimRight(line, " \r")
	return len(line) >= 3 && strings.Trim(line, string(c)) == ""
}
