package classify

import (
	"math"
	"regexp"
	"strings"
	"sync"
)

// Feature is one thing that the model knows of a page: a number of a row of the
// model's weights and how much of it.
type Feature struct {
	Row   uint32
	Value float32
}

// The model's rows: the evidence, a row a kind and type; what is known of the page
// as a whole; and the words, hashed.
const (
	typeFeatureRows = featureKinds * featureTypes
	// Dense is how many rows stand for one thing each; the others are hashed.
	Dense = typeFeatureRows + pageRows
	// Hashed is how many rows words are hashed into.
	Hashed = 1 << 15
	// Rows is how many rows of weights a model has.
	Rows = Dense + Hashed
)

// What is known of a page as a whole.
const (
	pageBias = iota
	pageSoftError
	pageLegalRegister
	pageNoLegalRegister
	pageLittleLegalRegister
	pageMuchLegalRegister
	pageTiny
	pageShort
	pageLong
	pageVeryLong
	pageLinkList
	pageArticle
	pageNoURL
	pageNoTitleElement
	pageNoAnchor
	pageName
	pageNoName
	pageStrongName
	pageSelfReference
	pageOpeningFormula
	pageWording
	pageNoHeadings
	pageNoText
	pageNoSelfReference
	pageSalience
	pageLinkShare
	pageManyNames
	pageProseShare
	pageLittleProse
	pageNoProse
	pageRows
)

// FeatureRow is the row of a kind of evidence for a type, by their numbers.
func FeatureRow(kind, typ int) int { return kind*featureTypes + typ }

// Kinds and FeatureTypes say how many kinds of evidence there are, and for how many
// types: those of Classes and, last, two that are none.
const (
	FeatureKinds = featureKinds
	FeatureTypes = featureTypes
)

// Bias is the row that every page has.
const Bias = typeFeatureRows + pageBias

// bodyTokens is how many words of a text are hashed.
const bodyTokens = 1500

// Features are what the model is trained on and asked with for one page.
func (p *Input) Features(bg *Background, hide HiddenParts) []Feature {
	l, sc := defaultLexicon(), scratchPool.Get().(*scratch)
	defer scratchPool.Put(sc)
	f := p.featureVector(l, p.extractFeatures(l, bg, hide, sc), sc)
	return append([]Feature(nil), f...)
}

var scratchPool = sync.Pool{New: func() any { return &scratch{buckets: make([]float32, Hashed)} }}

// featureVector are in a fixed order, for sums of floating point numbers depend on it;
// they live until the scratch is used again.
func (p *Input) featureVector(l *lexicon, e *features, sc *scratch) []Feature {
	f := sc.vector[:0]
	for k := range featureKinds {
		for t := range featureTypes {
			if v := e.scores[k][t]; v != 0 {
				f = append(f, Feature{uint32(FeatureRow(k, t)), v})
			}
		}
	}
	for i, v := range p.pageFeatures(e) {
		if v != 0 {
			f = append(f, Feature{uint32(typeFeatureRows + i), v})
		}
	}
	body := sc.textTokens[:min(len(sc.textTokens), bodyTokens)]
	f = sc.appendHashed(f, 'b', body, 0, 0.5)
	f = sc.appendHashed(f, 'c', body, 1, 0.5)
	if e.hidden&HideOpening == 0 {
		opening := sc.textTokens[:min(len(sc.textTokens), earlyTokens)]
		f = sc.appendHashed(f, 'e', opening, 0, 0.35)
		f = sc.appendHashed(f, 'f', opening, 1, 0.35)
	}
	sc.headTokens = sc.headTokens[:0]
	if e.hidden&HideTitle == 0 {
		sc.headTokens = l.appendTokens(sc.headTokens, p.Title, maxNameTokens)
		sc.headTokens = l.appendTokens(sc.headTokens, p.TitleElement, len(sc.headTokens)+maxNameTokens)
	}
	if e.hidden&HideURL == 0 {
		sc.headTokens = l.appendTokens(sc.headTokens, splitCompounds(urlPath(p.URL)), len(sc.headTokens)+maxNameTokens)
		sc.headTokens = l.appendTokens(sc.headTokens, p.Anchor, len(sc.headTokens)+maxNameTokens)
	}
	f = sc.appendHashed(f, 'n', sc.headTokens, 0, 0.5)
	f = sc.appendHashed(f, 'm', sc.headTokens, 1, 0.5)
	sc.headTokens = sc.headTokens[:0]
	for _, h := range p.Headings[:min(len(p.Headings), 12)] {
		sc.headTokens = l.appendTokens(sc.headTokens, h, len(sc.headTokens)+maxNameTokens)
	}
	f = sc.appendHashed(f, 'h', sc.headTokens, 0, 0.35)
	sc.vector = f
	return f
}

// pageFeatures is what is known of a page as a whole, from 0 to 1 each.
func (p *Input) pageFeatures(e *features) (w [pageRows]float32) {
	on := func(b bool) float32 {
		if b {
			return 1
		}
		return 0
	}
	w[pageBias] = 1
	w[pageSoftError] = e.softError
	w[pageLegalRegister] = min(1, e.legalRegister*12)
	w[pageNoLegalRegister] = on(e.legalRegister < 0.01)
	w[pageLittleLegalRegister] = on(e.legalRegister < 0.025)
	w[pageMuchLegalRegister] = on(e.legalRegister >= 0.06)
	w[pageTiny] = on(p.WordCount < 120)
	w[pageShort] = on(p.WordCount < 300)
	w[pageLong] = on(p.WordCount > 2000)
	w[pageVeryLong] = on(p.WordCount > 6000)
	w[pageLinkList] = on(p.isLinkList())
	w[pageArticle] = on(e.hidden&HideURL == 0 && articlePath.MatchString(p.URL))
	w[pageNoURL] = on(p.URL == "" || e.hidden&HideURL != 0)
	w[pageNoTitleElement] = on(p.TitleElement == "" || e.hidden&HideTitle != 0)
	w[pageNoAnchor] = on(p.Anchor == "" || e.hidden&HideURL != 0)
	w[pageName] = e.typeName
	w[pageNoName] = on(e.typeName == 0)
	w[pageStrongName] = on(e.typeName >= 0.6)
	var selves, opens, most, far, many float32
	for t := range Classes {
		if t != otherClass {
			selves += e.scores[selfReference][t]
			opens = max(opens, e.scores[openingFormula][t])
			most = max(most, e.scores[wordingScore][t])
			far = max(far, e.scores[wordingSalience][t])
			if e.scores[headingMatch][t] > 0 {
				many++
			}
		}
	}
	w[pageSelfReference] = selves
	w[pageOpeningFormula] = opens
	w[pageWording] = most
	w[pageNoHeadings] = on(len(p.Headings) < 2)
	w[pageNoText] = on(p.Text == "")
	w[pageNoSelfReference] = on(selves == 0)
	w[pageSalience] = far
	w[pageLinkShare] = min(1, float32(p.LinkWordCount)/float32(max(p.WordCount, 1)))
	w[pageManyNames] = min(1, many/4)
	share, prose := p.proseShare()
	w[pageProseShare] = share
	w[pageLittleProse] = on(prose < 1500)
	w[pageNoProse] = on(prose < 500)
	return w
}

// appendHashed adds words, or pairs of words with gap 1, as features of one kind: their
// length as a vector is weight, so that a long text speaks no louder than a short one.
func (sc *scratch) appendHashed(f []Feature, kind byte, ts []token, gap int, weight float64) []Feature {
	sc.touchedBuckets = sc.touchedBuckets[:0]
	total := 0
	for i := 0; i+gap < len(ts); i++ {
		if ts[i].hasDigit || ts[i+gap].hasDigit {
			continue
		}
		h := (ts[i].hash ^ uint64(kind)) * fnvPrime
		if gap > 0 {
			h = (h ^ ts[i+gap].hash) * fnvPrime
		}
		b := uint32(h>>32^h) % Hashed
		if sc.buckets[b] == 0 {
			sc.touchedBuckets = append(sc.touchedBuckets, b)
		}
		sc.buckets[b]++
		total++
	}
	scale := weight * 3 / math.Sqrt(float64(max(total, 1)))
	for _, b := range sc.touchedBuckets {
		f = append(f, Feature{Dense + b, float32(math.Sqrt(float64(sc.buckets[b])) * scale)})
		sc.buckets[b] = 0
	}
	return f
}

// urlPath is the path of a URL.
func urlPath(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	_, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "#")
	return path
}

var articlePath = regexp.MustCompile(`(?i)/(blog|news|press|stories|jobs|careers|case-stud|podcast|webinar|events?|magazine|recipes?)/`)
