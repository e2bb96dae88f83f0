package classify

import (
	"regexp"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// What makes a section of a page a document of its own.
const (
	minSectionName        = 0.75     // how surely its heading is the name of a type
	minSectionProbability = 0.6      // how surely its text is of that type
	minSectionWords       = 200      // at least
	maxSections           = 6        // that are looked at in one page
	maxSectionBytes       = 16 << 10 // bytes that are read of one
)

// additionalTypes are the types of the sections of a page that are documents of their own, and
// those that the page's title names beside its own; sorted.
func (p *Input) additionalTypes(l *lexicon, m *Model, main string, e *features, sc *scratch) []string {
	var out []string
	for t, v := range e.scores[titleMatch][:len(Classes)] {
		if v >= minSectionName && e.scores[wordingScore][t] >= 0.4 && e.scores[relativeWording][t] >= 0.5 {
			out = append(out, Classes[t])
		}
	}
	looked := 0
	for s := range sections(p.Markdown) {
		if looked == maxSections {
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
		looked++
		if len(s.text) > maxSectionBytes {
			s.text = strings.ToValidUTF8(s.text[:maxSectionBytes], "")
		}
		text := markdown.PlainText(s.text)
		part := Input{Title: s.heading, Markdown: s.text, Text: text, WordCount: tokenize.CountWords(text)}
		if part.WordCount < minSectionWords {
			continue
		}
		if pr := m.Probabilities(part.featureVector(l, part.extractFeatures(l, &m.Background, 0, sc), sc)); pr[typ] >= minSectionProbability {
			out = append(out, Classes[typ])
		}
	}
	out = slices.DeleteFunc(out, func(t string) bool { return t == main || t == doctype.Other })
	slices.Sort(out)
	return slices.Compact(out)
}

// isDocumentTitle says whether a heading is the title of a document rather than of a clause:
// it says that it is a policy, a notice or terms, and has no number.
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

// documentWords are what documents are, in lower case, as parts of words too.
var documentWords = strings.Fields(`
	policy policies notice statement agreement addendum terms conditions guidelines rules dmca eula
	politique charte mentions règles avis déclaration accord contrat cgu cgv
	richtlinie erklärung bedingungen hinweise vereinbarung belehrung impressum agb ordnung
	política aviso condiciones términos acuerdo informativa condizioni termini politica accordo termos condições
	beleid verklaring voorwaarden overeenkomst polityka regulamin warunki zasady villkor vilkår betingelser ehdot seloste
	политика соглашение условия правила politikası şartları koşulları
	政策 声明 聲明 条款 條款 协议 協議 ポリシー 規約 方針 通知 정책 약관 방침`)

type section struct{ heading, text string }

// sections are those below a first, at its level or the next below it, with what is below them.
func sections(markdown string) func(yield func(section) bool) {
	return func(yield func(section) bool) {
		type open struct {
			heading      string
			level, begin int
		}
		var stack []open
		top := 0
		shut := func(level, end int) bool {
			for len(stack) > 0 && stack[len(stack)-1].level >= level {
				s := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				if !yield(section{s.heading, markdown[s.begin:end]}) {
					return false
				}
			}
			return true
		}
		before, beforeAt := "", 0
		for at := 0; at < len(markdown); {
			line := markdown[at:]
			if i := strings.IndexByte(line, '\n'); i >= 0 {
				line = line[:i]
			}
			next := min(len(markdown), at+len(line)+1)
			heading, level, begin := "", 0, at
			switch {
			case strings.HasPrefix(line, "#"):
				heading = strings.TrimLeft(line, "#")
				level = len(line) - len(heading)
			case before != "" && isUnderline(line, '='):
				heading, level, begin = before, 1, beforeAt
			case before != "" && isUnderline(line, '-'):
				heading, level, begin = before, 2, beforeAt
			case len(line) < maxTitleBytes && strings.HasPrefix(line, "**") && strings.HasSuffix(strings.TrimSpace(line), "**"):
				heading, level = line, max(top, 1)+1 // bold by itself is a heading of a kind
			}
			if level > 0 && level <= 4 {
				if !shut(level, begin) {
					return
				}
				if top == 0 {
					top = level
				} else if level <= top+1 {
					stack = append(stack, open{plainLine(heading), level, next})
				}
				before = ""
			} else {
				before, beforeAt = line, at
				if strings.TrimSpace(line) == "" || len(line) > maxTitleBytes {
					before = ""
				}
			}
			at = next
		}
		shut(0, len(markdown))
	}
}

// isUnderline says whether a line is only one character, as below a heading.
func isUnderline(line string, c byte) bool {
	line = strings.TrimRight(line, " \r")
	return len(line) >= 3 && strings.Trim(line, string(c)) == ""
}
