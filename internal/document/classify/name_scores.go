package classify

import (
	"net/url"
	"strings"
)

// maxNameTokens bounds what is read of a title, an address or a link, in words.
const maxNameTokens = 24

// typeScores are the types that a short text calls itself, with how surely: from 0 to 1
// by how much of the text the name takes.
type typeScores [featureTypes]float32

// mergeMax takes the larger of what is there and what is added.
func (n *typeScores) mergeMax(o *typeScores, weight float32) {
	for i, v := range o {
		n[i] = max(n[i], v*weight)
	}
}

// highest is the largest.
func (n *typeScores) highest() (top float32) {
	for _, v := range n[:len(Classes)] {
		top = max(top, v)
	}
	return top
}

// titleSeparators stand in titles between the page's name and the site's.
var titleSeparators = strings.NewReplacer(" | ", "\n", " – ", "\n", " — ", "\n", " - ", "\n", " · ", "\n", " :: ", "\n", " » ", "\n", " • ", "\n", ": ", "\n", "｜", "\n", "|", "\n")

// scoreTitle are the names in a title: of its parts between bars, the best of each type.
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

// scoreNames finds the longest names from the left in a short text.
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

// What a loose name counts against a name, and a weak one at most.
const (
	ambiguousNameFactor = 0.45
	genericNameScore    = 0.9
)

// addName notes a name of n of a text's words.
func (n *typeScores) addName(at *node, words, of int) {
	cover := float32(words) / float32(of)
	sure := 0.45 + 0.55*cover
	if words == 1 {
		sure = 0.25 + 0.75*cover
	}
	for _, t := range at.types[kindName] {
		n[t] = max(n[t], sure)
	}
	for _, t := range at.types[kindAmbiguousName] {
		n[t] = max(n[t], sure*ambiguousNameFactor)
	}
	for _, t := range at.types[kindGenericName] {
		n[t] = max(n[t], genericNameScore*cover*cover)
	}
}

// longestPhrase is the longest phrase of one of the kinds at the start of the tokens.
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

// urlScores is what a URL says of a page's type.
type urlScores struct {
	lastSegment, rest, host typeScores
}

// maxSegments is how many parts of a path are read, from its end.
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
			continue // a language or no name at all
		}
		if first {
			a.lastSegment = l.scoreNames(buf)
			last = append(last, buf...)
			first = false
			continue
		}
		if last != nil {
			// "/api/terms" and "/terms/api" are API terms.
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

// scoreAcrossSegments takes a name that begins in the tokens before and ends in those after, and
// lets it count more than the names of one of them.
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

// addStrictNames takes the names of a part that names little by itself: weak ones only where they are
// all of it.
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

// splitCompounds puts a hyphen where a small letter is followed by a capital, and where
// a number follows a word.
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
