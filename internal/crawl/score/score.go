// Package score estimates how likely a link leads to a legal document. It uses only the
// link itself: its URL, its text and its place on the page. It knows a list of phrases in
// many languages, and weights that were learned from the URLs of companies' documents. It
// does no I/O.
package score

import (
	"bytes"
	"math"
	"net/url"
	"strings"
)

// Score is an estimate about a link that was not fetched yet.
type Score struct {
	// Value is between 0, certainly no document, and 1, certainly a document.
	Value float64
	// Topic is the name of a topic, such as privacy, or empty.
	Topic string
	// SlugNamesDocument means that the last path segment, the slug, names a document. A
	// query then selects an edition of that document, not a different document.
	SlugNamesDocument bool
}

// Of scores a link by its URL, its text, its region on the page (header, nav, main, footer or
// empty) and its depth, which is the number of links from a seed.
func Of(u *url.URL, text, region string, depth int) Score {
	r := phraseTable.extract(u, text, region)
	s := sigmoid(logit(r.phraseScore()) + r.learnedWeight(phraseTable))
	for range min(max(depth-1, 0), 4) {
		s *= depthFactor
	}
	return Score{s, r.topic(), r.path.slugTopic != 0}
}

// OfLink returns the value of Of for a URL as a string, 0 if it is malformed.
func OfLink(raw, text, region string, depth int) float64 {
	u, err := url.Parse(raw)
	if err != nil {
		return 0
	}
	return Of(u, text, region, depth).Value
}

// OfURL scores a URL without a link, such as one from a sitemap. It returns 0 if the URL is
// malformed or its path contains no phrase.
func OfURL(raw string) float64 {
	u, err := url.Parse(raw)
	if err != nil {
		return 0
	}
	r := phraseTable.extract(u, "", "")
	if r.path.topic == 0 {
		return 0
	}
	return sigmoid(logit(r.phraseScore()) + r.learnedWeight(phraseTable))
}

// The values and the factors of phraseScore were chosen by hand.
const (
	// baseScore is the score of a link that matches no phrase. It doubles in a footer.
	baseScore = 0.02
	// footerDoubtFactor scales the difference between 1 and the score of a link in a footer.
	footerDoubtFactor = 0.9
	// depthFactor lowers the score once for each page between the seed and the link, at most
	// four times.
	depthFactor = 0.93
	// maxLearned limits the sum of the learned weights in both directions, in log-odds, so
	// that many weak words cannot outweigh a phrase that names a document.
	maxLearned = 1.5
)

// position is the part of a link that contains a phrase.
type position int

const (
	inPath position = iota
	inText
	inHost
	numPositions
)

// linkFeatures holds the inputs of a link's score.
type linkFeatures struct {
	path, text phraseMatches
	hostTopic  int8    // topic of the host name, as an index in topics plus one
	hostWeight float32 // learned weight of the host name
	region     string
	segments   int // of the path
	query      bool
}

// phraseMatches summarizes the phrases that were found in a path or a text. The slug of a path
// is its last segment; a text is its own slug.
type phraseMatches struct {
	topic         int8 // topic of the strongest phrase, as an index in topics plus one
	slugTopic     int8 // topic of the strongest phrase in the slug
	exact         bool // a phrase is the whole slug
	namesDocument bool // a phrase is nearly the whole slug
	hasNumber     bool // there is an article number
	wordCount     int  // words of the slug
	pageKinds     pageKind
	weight        float32 // sum of the learned weights
}

// extract returns the features of a link.
func (t *table) extract(u *url.URL, text, region string) linkFeatures {
	var p, w wordList
	p.addURL(u)
	w.addText(text)
	w.slugEnd = w.count
	r := linkFeatures{path: t.match(&p, inPath), text: t.match(&w, inText), region: region, segments: p.segments, query: p.hasQuery}
	for label := range hostLabels(u) {
		e := t.phrases[label]
		r.hostWeight += e.learned[inHost]
		if r.hostTopic == 0 && legalHosts[label] {
			r.hostTopic = e.topic
		}
	}
	return r
}

// legalHosts are host labels that companies use for their documents.
var legalHosts = newSet("legal privacy policies policy terms")

// hostLabels iterates over the labels of a host that precede its domain, except www. The domain
// is the last two labels, or three if the last two are short (co.uk, com.br).
func hostLabels(u *url.URL) func(func(string) bool) {
	return func(yield func(string) bool) {
		host := u.Hostname()
		labels := strings.Count(host, ".") + 1
		domainLabels := 2
		if i := strings.LastIndexByte(host, '.'); i > 0 && len(host)-i == 3 {
			if j := strings.LastIndexByte(host[:i], '.'); i-j <= 4 {
				domainLabels = 3
			}
		}
		for ; labels > domainLabels; labels-- {
			var label string
			label, host, _ = strings.Cut(host, ".")
			if label != "www" && !yield(label) {
				return
			}
		}
	}
}

// match finds the phrases in w.
func (t *table) match(w *wordList, k position) phraseMatches {
	s := phraseMatches{wordCount: w.slugEnd - w.slugStart}
	for i := range w.count {
		hasTopic := false
		for n := 1; i+n <= w.count; n++ {
			e, ok := t.phrases[string(w.phrase(i, n))]
			if !ok {
				break
			}
			s.weight += e.learned[k]
			s.pageKinds |= e.pageKinds
			if e.topic != 0 {
				hasTopic = true
				s.record(e.topic, w, i, n)
			}
			if !e.isPrefix {
				break
			}
		}
		if !hasTopic {
			if topic := t.compoundTopic(w.phrase(i, 1)); topic != 0 {
				s.record(topic, w, i, 1)
			}
		}
		s.hasNumber = s.hasNumber || w.isArticleNumber(i)
	}
	if w.nonLatin {
		for i := range t.substrings {
			if p := &t.substrings[i]; bytes.Contains(w.buf[:w.size], p.text) {
				s.record(p.topic, w, w.slugStart, max(w.slugEnd-w.slugStart, 1))
			}
		}
	}
	return s
}

// maxExtraWords is how many words the name of a document may have in addition to a phrase.
const maxExtraWords = 2

// record adds a match of n words at index i.
func (s *phraseMatches) record(topic int8, w *wordList, i, n int) {
	if stronger(topic, s.topic) {
		s.topic = topic
	}
	if i >= w.slugStart && i+n <= w.slugEnd {
		if stronger(topic, s.slugTopic) {
			s.slugTopic = topic
		}
		// A phrase at the end of the slug names a document, and one of several words also at
		// its beginning: "candidate privacy notice" and "conditions générales vendeurs" name
		// documents, "privacy screen filter" does not.
		head, tail := n > 1 && i == w.slugStart, i+n == w.slugEnd
		s.namesDocument = s.namesDocument || (head || tail) && w.slugEnd-w.slugStart <= n+maxExtraWords
		s.exact = s.exact || head && tail || n == 1 && w.slugEnd-w.slugStart == 1
	}
}

// stronger reports whether topic a takes precedence over topic b.
func stronger(a, b int8) bool { return weight(a) > weight(b) || weight(a) == weight(b) && a < b }

// weight returns the weight of a topic, 0 for no topic.
func weight(topic int8) float64 {
	if topic == 0 {
		return 0
	}
	return topics[topic-1].weight
}

// phraseScore returns the score by the listed phrases alone.
func (r *linkFeatures) phraseScore() float64 {
	path := max(weight(r.path.topic), weight(r.hostTopic))
	s := 1 - (1-path)*(1-weight(r.text.topic)*textLengthFactor(r.text.wordCount))
	if s == 0 {
		s = baseScore
		if r.region == "footer" {
			s += baseScore
		}
	}
	switch {
	case r.path.pageKinds&nonLegalSection == 0:
	case r.path.namesDocument: // such as /customers/terms-of-use
		s *= 0.7
	default:
		s *= 0.25
	}
	if r.path.pageKinds&superseded != 0 {
		s *= 0.6
	}
	if (r.path.pageKinds|r.text.pageKinds)&actionPage != 0 {
		s *= 0.15
	}
	if r.region == "footer" {
		s = 1 - (1-s)*footerDoubtFactor
	}
	return s
}

// textLengthFactor lowers the score of a text with n words if it is long: a headline that
// mentions privacy is not a link to a policy.
func textLengthFactor(n int) float64 {
	switch {
	case n <= 7:
		return 1
	case n <= 11:
		return 0.7
	default:
		return 0.35
	}
}

// topic returns the topic of the text, or else that of the slug, of the path or of the host.
func (r *linkFeatures) topic() string {
	for _, t := range []int8{r.text.topic, r.path.slugTopic, r.path.topic, r.hostTopic} {
		if t != 0 {
			return topics[t-1].name
		}
	}
	return ""
}

// learnedWeight returns the sum of the learned weights, in log-odds, within maxLearned.
func (r *linkFeatures) learnedWeight(t *table) float64 {
	sum := r.path.weight + r.text.weight + r.hostWeight
	for s := range numShapes {
		if t.shapeWeights[s] != 0 && r.hasShape(s) {
			sum += t.shapeWeights[s]
		}
	}
	return min(max(float64(sum), -maxLearned), maxLearned)
}

func logit(p float64) float64   { return math.Log(p / (1 - p)) }
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
