package classify

import (
	"math"
	"regexp"
	"strings"
	"sync"
)

// Feature is one element of a sparse feature vector: the index of a row of the model's
// weights, and the value of the feature.
type Feature struct {
	Row   uint32
	Value float32
}

// The rows of the model: one for each kind of feature and type, one for each page-level
// feature, and the buckets of hashed words.
const (
	typeFeatureRows = featureKinds * featureTypes
	// Dense is the number of rows with one feature each. The other rows are hash buckets.
	Dense = typeFeatureRows + pageRows
	// Hashed is the number of hash buckets for words.
	Hashed = 1 << 15
	// Rows is the number of rows of weights.
	Rows = Dense + Hashed
)

// The page-level features.
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

// FeatureRow returns the row of a kind of feature for a type. Both are indexes.
func FeatureRow(kind, typ int) int { return kind*featureTypes + typ }

// FeatureKinds is the number of kinds of features. FeatureTypes is the number of types that
// each kind has: those of Classes, followed by two that are not document types.
const (
	FeatureKinds = featureKinds
	FeatureTypes = featureTypes
)

// Bias is the row of the feature that is 1 for every page.
const Bias = typeFeatureRows + pageBias

// bodyTokens is the number of tokens of a text that are hashed.
const bodyTokens = 1500

// Features returns the feature vector of a page, for training.
func (p *Input) Features(bg *Background, hide HiddenParts) []Feature {
	l, sc := defaultLexicon(), scratchPool.Get().(*scratch)
	defer scratchPool.Put(sc)
	f := p.featureVector(l, p.extractFeatures(l, bg, hide, sc), sc)
	return append([]Feature(nil), f...)
}

var scratchPool = sync.Pool{New: func() any { return &scratch{buckets: make([]float32, Hashed)} }}

// featureVector returns the features in a fixed order, because the result of adding floating
// point numbers depends on their order. The slice is valid until sc is used again.
func (p *Input) featureVector(l *lexicon, ft *features, sc *scratch) []Feature {
	f := sc.vector[:0]
	for k := range featureKinds {
		for t := range featureTypes {
			if v := ft.scores[k][t]; v != 0 {
				f = append(f, Feature{uint32(FeatureRow(k, t)), v})
			}
		}
	}
	for i, v := range p.pageFeatures(ft) {
		if v != 0 {
			f = append(f, Feature{uint32(typeFeatureRows + i), v})
		}
	}
	body := sc.textTokens[:min(len(sc.textTokens), bodyTokens)]
	f = sc.appendHashed(f, 'b', body, 0, 0.5)
	f = sc.appendHashed(f, 'c', body, 1, 0.5)
	if ft.hidden&HideOpening == 0 {
		opening := sc.textTokens[:min(len(sc.textTokens), earlyTokens)]
		f = sc.appendHashed(f, 'e', opening, 0, 0.35)
		f = sc.appendHashed(f, 'f', opening, 1, 0.35)
	}
	sc.headTokens = sc.headTokens[:0]
	if ft.hidden&HideTitle == 0 {
		sc.headTokens = l.appendTokens(sc.headTokens, p.Title, maxNameTokens)
		sc.headTokens = l.appendTokens(sc.headTokens, p.TitleElement, len(sc.headTokens)+maxNameTokens)
	}
	if ft.hidden&HideURL == 0 {
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

// pageFeatures returns the page-level features, each from 0 to 1.
func (p *Input) pageFeatures(ft *features) (w [pageRows]float32) {
	indicator := func(b bool) float32 {
		if b {
			return 1
		}
		return 0
	}
	w[pageBias] = 1
	w[pageSoftError] = ft.softError
	w[pageLegalRegister] = min(1, ft.legalRegister*12)
	w[pageNoLegalRegister] = indicator(ft.legalRegister < 0.01)
	w[pageLittleLegalRegister] = indicator(ft.legalRegister < 0.025)
	w[pageMuchLegalRegister] = indicator(ft.legalRegister >= 0.06)
	w[pageTiny] = indicator(p.WordCount < 120)
	w[pageShort] = indicator(p.WordCount < 300)
	w[pageLong] = indicator(p.WordCount > 2000)
	w[pageVeryLong] = indicator(p.WordCount > 6000)
	w[pageLinkList] = indicator(p.isLinkList())
	w[pageArticle] = indicator(ft.hidden&HideURL == 0 && articlePath.MatchString(p.URL))
	w[pageNoURL] = indicator(p.URL == "" || ft.hidden&HideURL != 0)
	w[pageNoTitleElement] = indicator(p.TitleElement == "" || ft.hidden&HideTitle != 0)
	w[pageNoAnchor] = indicator(p.Anchor == "" || ft.hidden&HideURL != 0)
	w[pageName] = ft.typeName
	w[pageNoName] = indicator(ft.typeName == 0)
	w[pageStrongName] = indicator(ft.typeName >= 0.6)
	var selfReferences, openings, wording, salience, headings float32
	for t := range Classes {
		if t != otherClass {
			selfReferences += ft.scores[selfReference][t]
			openings = max(openings, ft.scores[openingFormula][t])
			wording = max(wording, ft.scores[wordingScore][t])
			salience = max(salience, ft.scores[wordingSalience][t])
			if ft.scores[headingMatch][t] > 0 {
				headings++
			}
		}
	}
	w[pageSelfReference] = selfReferences
	w[pageOpeningFormula] = openings
	w[pageWording] = wording
	w[pageNoHeadings] = indicator(len(p.Headings) < 2)
	w[pageNoText] = indicator(p.Text == "")
	w[pageNoSelfReference] = indicator(selfReferences == 0)
	w[pageSalience] = salience
	w[pageLinkShare] = min(1, float32(p.LinkWordCount)/float32(max(p.WordCount, 1)))
	w[pageManyNames] = min(1, headings/4)
	share, prose := p.proseShare()
	w[pageProseShare] = share
	w[pageLittleProse] = indicator(prose < 1500)
	w[pageNoProse] = indicator(prose < 500)
	return w
}

// appendHashed appends the hashed features of words, or of pairs of words if gap is 1. kind
// separates the features of different parts of the page. The norm of the appended vector
// depends on weight and not on the number of words, so that long texts do not dominate.
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

// urlPath returns the path and query of a URL.
func urlPath(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	_, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "#")
	return path
}

var articlePath = regexp.MustCompile(`(?i)/(blog|news|press|stories|jobs|careers|case-stud|podcast|webinar|events?|magazine|recipes?)/`)
