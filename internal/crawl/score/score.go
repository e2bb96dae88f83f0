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
	r := known.read(u, text, region)
	s := sigmoid(logit(r.written()) + r.learned(known))
	for range min(max(depth-1, 0), 4) {
		s *= depthFactor
	}
	return Score{s, r.topic(), r.path.slug != 0}
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
	r := known.read(u, "", "")
	if r.path.topic == 0 {
		return 0
	}
	return sigmoid(logit(r.written()) + r.learned(known))
}

const (
	// base is the score of a link that says nothing.
	base = 0.02
	// footerFactor is what a footer leaves of the doubt about a link in it.
	footerFactor = 0.9
	// depthFactor lowers a link for every page between it and the first.
	depthFactor = 0.93
	// maxLearned bounds what the learned weights may add or take, in log-odds, so
	// that many weak words never outweigh a phrase that names a document.
	maxLearned = 1.5
)

// kind is where a phrase stands.
type kind int

const (
	inPath kind = iota
	inText
	inHost
	kinds
)

// reading is a link taken apart.
type reading struct {
	path, text side
	host       int8 // topic that the host's name names
	hosts      float32
	region     string
	segments   int
	query      bool
}

// side is what a path's or a text's words say.
type side struct {
	topic  int8 // the strongest phrase's, as an index in topics plus one
	slug   int8 // the strongest in the path's last segment
	whole  bool // a phrase is all there is: of the text, or of the path's last segment
	named  bool // a phrase is nearly all there is
	number bool // an article's number is there
	words  int  // of the text, or of the path's last segment
	where  place
	sum    float32 // of the learned weights
}

func (t *table) read(u *url.URL, text, region string) reading {
	var p, w words
	p.url(u)
	w.text(text)
	w.end = w.n
	r := reading{path: t.side(&p, inPath), text: t.side(&w, inText), region: region, segments: p.segments, query: p.query}
	for label := range hostLabels(u) {
		e := t.phrases[label]
		r.hosts += e.learned[inHost]
		if r.host == 0 && legalHosts[label] {
			r.host = e.topic
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

// side looks up every phrase of w.
func (t *table) side(w *words, k kind) side {
	s := side{words: w.end - w.slug}
	for i := range w.n {
		named := false
		for n := 1; i+n <= w.n; n++ {
			e, ok := t.phrases[string(w.phrase(i, n))]
			if !ok {
				break
			}
			s.sum += e.learned[k]
			s.where |= e.where
			if e.topic != 0 {
				named = true
				s.take(e.topic, w, i, n)
			}
			if !e.more {
				break
			}
		}
		if !named {
			if topic := t.affixed(w.phrase(i, 1)); topic != 0 {
				s.take(topic, w, i, 1)
			}
		}
		s.number = s.number || w.number(i)
	}
	if w.wide {
		for i := range t.wide {
			if p := &t.wide[i]; bytes.Contains(w.buf[:w.len], p.text) {
				s.take(p.topic, w, w.slug, max(w.end-w.slug, 1))
			}
		}
	}
	return s
}

// maxQualifiers is how many more words than a phrase a document's name has.
const maxQualifiers = 2

// take notes the phrase of n words at i.
func (s *side) take(topic int8, w *words, i, n int) {
	if stronger(topic, s.topic) {
		s.topic = topic
	}
	if i >= w.slug && i+n <= w.end {
		if stronger(topic, s.slug) {
			s.slug = topic
		}
		// "candidate privacy notice" and "conditions générales vendeurs" are names of
		// documents, "privacy screen filter" is none.
		head, tail := n > 1 && i == w.slug, i+n == w.end
		s.named = s.named || (head || tail) && w.end-w.slug <= n+maxQualifiers
		s.whole = s.whole || head && tail || n == 1 && w.end-w.slug == 1
	}
}

func stronger(a, b int8) bool { return weight(a) > weight(b) || weight(a) == weight(b) && a < b }

func weight(topic int8) float64 {
	if topic == 0 {
		return 0
	}
	return topics[topic-1].weight
}

// written is the score by the written phrases alone.
func (r *reading) written() float64 {
	path := max(weight(r.path.topic), weight(r.host))
	s := 1 - (1-path)*(1-weight(r.text.topic)*fewWords(r.text.words))
	if s == 0 {
		s = base
		if r.region == "footer" {
			s += base
		}
	}
	switch {
	case r.path.where&isElsewhere == 0:
	case r.path.named: // /customers/terms-of-use
		s *= 0.7
	default:
		s *= 0.25
	}
	if r.path.where&isStale != 0 {
		s *= 0.6
	}
	if (r.path.where|r.text.where)&isDoor != 0 {
		s *= 0.15
	}
	if r.region == "footer" {
		s = 1 - (1-s)*footerFactor
	}
	return s
}

// fewWords lowers long texts: a headline that mentions privacy is no link to a policy.
func fewWords(n int) float64 {
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
func (r *reading) topic() string {
	for _, t := range []int8{r.text.topic, r.path.slug, r.path.topic, r.host} {
		if t != 0 {
			return topics[t-1].name
		}
	}
	return ""
}

// learned is what the learned weights add, in log-odds.
func (r *reading) learned(t *table) float64 {
	sum := r.path.sum + r.text.sum + r.hosts
	for s := range shapes {
		if t.shapes[s] != 0 && r.has(s) {
			sum += t.shapes[s]
		}
	}
	return min(max(float64(sum), -maxLearned), maxLearned)
}

func logit(p float64) float64   { return math.Log(p / (1 - p)) }
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
