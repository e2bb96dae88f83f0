// Package score says how likely a link leads to a legal document, from its OfURL
// and its text alone, in many languages: by phrases that were written down, and by
// weights that were learned from where companies' documents are. It is pure.
package score

import (
	"bytes"
	"math"
	"net/url"
	"strings"
)

// Score is what is known of a link before it is fetched.
type Score struct {
	// Value goes from 0 (surely no document) to 1.
	Value float64
	// Topic is the coarse topic, empty if there is none.
	Topic string
	// SlugNamesDocument says that the path's last segment names a document, so that a query after
	// it asks for another edition of that document and not for another one.
	SlugNamesDocument bool
}

// Of scores a link: its OfURL, its text, the region of the page it stands in (header,
// nav, main, footer or empty), and how many links it is from a seed.
func Of(u *url.URL, text, region string, depth int) Score {
	r := phraseTable.extract(u, text, region)
	s := sigmoid(logit(r.phraseScore()) + r.learnedWeight(phraseTable))
	for range min(max(depth-1, 0), 4) {
		s *= depthFactor
	}
	return Score{s, r.topic(), r.path.slugTopic != 0}
}

// OfLink is the value of Of for an address in its written form, 0 where it is none.
func OfLink(raw, text, region string, depth int) float64 {
	u, err := url.Parse(raw)
	if err != nil {
		return 0
	}
	return Of(u, text, region, depth).Value
}

// OfURL scores an address of which nothing else is known, such as a sitemap's.
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

const (
	// baseScore is the score of a link that says nothing.
	baseScore = 0.02
	// footerDoubtFactor is what a footer leaves of the doubt about a link in it.
	footerDoubtFactor = 0.9
	// depthFactor lowers a link for every page between it and the first.
	depthFactor = 0.93
	// maxLearned bounds what the learned weights may add or take, in log-odds, so
	// that many weak words never outweigh a phrase that names a document.
	maxLearned = 1.5
)

// position is where a phrase stands.
type position int

const (
	inPath position = iota
	inText
	inHost
	numPositions
)

// linkFeatures is a link taken apart.
type linkFeatures struct {
	path, text phraseMatches
	hostTopic  int8 // topic that the host's name names
	hostWeight float32
	region     string
	segments   int
	query      bool
}

// phraseMatches is what a path's or a text's words say.
type phraseMatches struct {
	topic         int8 // the strongest phrase's, as an index in topics plus one
	slugTopic     int8 // the strongest in the path's last segment
	exact         bool // a phrase is all there is: of the text, or of the path's last segment
	namesDocument bool // a phrase is nearly all there is
	hasNumber     bool // an article's number is there
	wordCount     int  // of the text, or of the path's last segment
	pageKinds     pageKind
	weight        float32 // of the learned weights
}

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

// legalHosts are the first labels by which companies name the host of their documents.
var legalHosts = set("legal privacy policies policy terms")

// hostLabels gives the labels of a host left of its domain. What the domain is, is
// guessed: two labels, or three where the last two are short (co.uk, com.br).
func hostLabels(u *url.URL) func(func(string) bool) {
	return func(yield func(string) bool) {
		host := u.Hostname()
		labels := strings.Count(host, ".") + 1
		keep := 2
		if i := strings.LastIndexByte(host, '.'); i > 0 && len(host)-i == 3 {
			if j := strings.LastIndexByte(host[:i], '.'); i-j <= 4 {
				keep = 3
			}
		}
		for ; labels > keep; labels-- {
			var label string
			label, host, _ = strings.Cut(host, ".")
			if label != "www" && !yield(label) {
				return
			}
		}
	}
}

// match looks up every phrase of w.
func (t *table) match(w *wordList, k position) phraseMatches {
	s := phraseMatches{wordCount: w.slugEnd - w.slugStart}
	for i := range w.count {
		named := false
		for n := 1; i+n <= w.count; n++ {
			e, ok := t.phrases[string(w.phrase(i, n))]
			if !ok {
				break
			}
			s.weight += e.learned[k]
			s.pageKinds |= e.pageKinds
			if e.topic != 0 {
				named = true
				s.record(e.topic, w, i, n)
			}
			if !e.isPrefix {
				break
			}
		}
		if !named {
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

// maxExtraWords is how many more words than a phrase a document's name has.
const maxExtraWords = 2

// record notes the phrase of n words at i.
func (s *phraseMatches) record(topic int8, w *wordList, i, n int) {
	if stronger(topic, s.topic) {
		s.topic = topic
	}
	if i >= w.slugStart && i+n <= w.slugEnd {
		if stronger(topic, s.slugTopic) {
			s.slugTopic = topic
		}
		// "candidate privacy notice" and "conditions générales vendeurs" are names of
		// documents, "privacy screen filter" is none.
		head, tail := n > 1 && i == w.slugStart, i+n == w.slugEnd
		s.namesDocument = s.namesDocument || (head || tail) && w.slugEnd-w.slugStart <= n+maxExtraWords
		s.exact = s.exact || head && tail || n == 1 && w.slugEnd-w.slugStart == 1
	}
}

func stronger(a, b int8) bool { return weight(a) > weight(b) || weight(a) == weight(b) && a < b }

func weight(topic int8) float64 {
	if topic == 0 {
		return 0
	}
	return topics[topic-1].weight
}

// phraseScore is the score by the written phrases alone.
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
	case r.path.namesDocument: // /customers/terms-of-use
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

// textLengthFactor lowers long texts: a headline that mentions privacy is no link to a policy.
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

// topic is the text's, else that of the path's last segment, else the path's.
func (r *linkFeatures) topic() string {
	for _, t := range []int8{r.text.topic, r.path.slugTopic, r.path.topic, r.hostTopic} {
		if t != 0 {
			return topics[t-1].name
		}
	}
	return ""
}

// learnedWeight is what the learned weights add, in log-odds.
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
