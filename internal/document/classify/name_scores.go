package classify

import (
	"net/url"
	"strings"
)

// maxNameTokens limits the part of a title, URL segment or link text that is evaluated.
const maxNameTokens = 24

// typeScores holds a score from 0 to 1 for each type. The score of a name depends on the
// share of the text that the name makes up.
type typeScores [featureTypes]float32

// mergeMax replaces each score with the weighted score of o if that is higher.
func (n *typeScores) mergeMax(o *typeScores, weight float32) {
	for i, v := range o {
		n[i] = max(n[i], v*weight)
	}
}

// highest returns the highest score of a document type.
func (n *typeScores) highest() (top float32) {
	for _, v := range n[:len(Classes)] {
		top = max(top, v)
	}
	return top
}

// titleSeparators separate the name of the page from the name of the site in titles.
var titleSeparators = strings.NewReplacer(" | ", "\n", " – ", "\n", " — ", "\n", " - ", "\n", " · ", "\n", " :: ", "\n", " » ", "\n", " • ", "\n", ": ", "\n", "｜", "\n", "|", "\n")

// scoreTitle scores the names in a title and in each of its parts. It returns the best score
// of each type, and buf for reuse.
func (l *lexicon) scoreTitle(title string, buf []token) (out typeScores, rest []token) {
	if len(title) > 400 {
		title = title[:400]
	}
	buf = l.appendTokens(buf[:0], title, maxNameTokens)
	out = l.scoreNames(buf)
	if parts := titleSeparators.Replace(title); parts != title {
		for part := range strings.SplitSeq(parts, "\n") {
			buf = l.appendTokens(buf[:0], part, maxNameTokens)
			m := l.scoreNames(buf)
			out.mergeMax(&m, 1)
		}
	}
	return out, buf
}

// scoreNames scores the longest names in a short text, from left to right.
func (l *lexicon) scoreNames(ts []token) (out typeScores) {
	for i := 0; i < len(ts); {
		at, n := l.longestPhrase(ts[i:], kindName, kindAmbiguousName, kindGenericName)
		if n == 0 {
			i++
			continue
		}
		out.addName(&l.nodes[at], n, len(ts))
		i += n
	}
	return out
}

// The factor for ambiguous names, and the highest score of a generic name.
const (
	ambiguousNameFactor = 0.45
	genericNameScore    = 0.9
)

// addName adds a name that makes up words of the text's total words.
func (n *typeScores) addName(phrase *node, words, total int) {
	coverage := float32(words) / float32(total)
	score := 0.45 + 0.55*coverage
	if words == 1 {
		score = 0.25 + 0.75*coverage
	}
	for _, t := range phrase.types[kindName] {
		n[t] = max(n[t], score)
	}
	for _, t := range phrase.types[kindAmbiguousName] {
		n[t] = max(n[t], score*ambiguousNameFactor)
	}
	for _, t := range phrase.types[kindGenericName] {
		n[t] = max(n[t], genericNameScore*coverage*coverage)
	}
}

// longestPhrase returns the longest phrase of the given kinds at the start of the tokens.
func (l *lexicon) longestPhrase(ts []token, kinds ...phraseKind) (at uint32, n int) {
	l.walk(ts, func(to uint32, m int) {
		for _, k := range kinds {
			if m > n && len(l.nodes[to].types[k]) > 0 {
				at, n = to, m
			}
		}
	})
	return at, n
}

// urlScores holds the scores of the names in a URL.
type urlScores struct {
	lastSegment, rest, host typeScores
}

// maxSegments is the number of path segments that are evaluated, from the last.
const maxSegments = 6

func (l *lexicon) scoreURL(raw string, buf []token) (a urlScores, rest []token) {
	u, err := url.Parse(raw)
	if err != nil {
		return a, buf
	}
	segments := strings.Split(u.Path, "/")
	first := true
	var last []token
	for i := len(segments) - 1; i >= 0 && i >= len(segments)-maxSegments; i-- {
		s := segments[i]
		if name, ext, ok := strings.Cut(s, "."); ok && len(ext) <= 5 {
			s = name
		}
		buf = l.appendTokens(buf[:0], splitCompounds(s), maxNameTokens)
		if len(buf) == 0 || first && (s == "index" || len(s) == 2 || len(s) == 5 && (s[2] == '-' || s[2] == '_')) {
			continue // a language code or empty
		}
		if first {
			a.lastSegment = l.scoreNames(buf)
			last = append(last, buf...)
			first = false
			continue
		}
		if last != nil {
			// "/api/terms" and "/terms/api" both name API terms.
			if !l.scoreAcrossSegments(&a.lastSegment, buf, last) {
				l.scoreAcrossSegments(&a.lastSegment, last, buf)
			}
			last = nil
		}
		a.rest.addStrictNames(l, buf)
	}
	for _, s := range []string{u.RawQuery, u.Fragment} {
		if s != "" {
			buf = l.appendTokens(buf[:0], splitCompounds(s), maxNameTokens)
			a.rest.addStrictNames(l, buf)
		}
	}
	host, _, _ := strings.Cut(u.Host, ":")
	if labels := strings.Split(strings.TrimPrefix(host, "www."), "."); len(labels) > 2 {
		buf = l.appendTokens(buf[:0], labels[0], maxNameTokens)
		a.host = l.scoreNames(buf)
	}
	return a, buf
}

// scoreAcrossSegments scores a name that begins in the tokens before and ends in the tokens
// after. Such a name outweighs the names within one segment.
func (l *lexicon) scoreAcrossSegments(out *typeScores, before, after []token) bool {
	both := append(append(make([]token, 0, len(before)+len(after)), before...), after...)
	for i := range before {
		at, n := l.longestPhrase(both[i:], kindName)
		if i+n <= len(before) {
			continue
		}
		for t := range out {
			out[t] *= 0.6
		}
		out.addName(&l.nodes[at], n, i+n)
		return true
	}
	return false
}

// addStrictNames adds the names of a part of a URL that is a weak indication. It adds
// ambiguous and generic names only if they make up the whole part.
func (n *typeScores) addStrictNames(l *lexicon, ts []token) {
	for i := 0; i < len(ts); {
		at, m := l.longestPhrase(ts[i:], kindName, kindAmbiguousName, kindGenericName)
		if m == 0 {
			i++
			continue
		}
		if len(l.nodes[at].types[kindName]) > 0 || m == len(ts) {
			n.addName(&l.nodes[at], m, len(ts))
		}
		i += m
	}
}

// splitCompounds inserts a hyphen between a lower-case and an upper-case letter, and between
// a word and a number.
func splitCompounds(s string) string {
	var b strings.Builder
	letters := 0
	small := false
	for i := range len(s) {
		c := s[i]
		if small && c >= 'A' && c <= 'Z' || letters > 3 && c >= '0' && c <= '9' {
			b.WriteByte('-')
		}
		small = c >= 'a' && c <= 'z'
		if c|0x20 >= 'a' && c|0x20 <= 'z' {
			letters++
		} else {
			letters = 0
		}
		b.WriteByte(c)
	}
	return b.String()
}
