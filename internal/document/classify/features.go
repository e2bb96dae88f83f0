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
	evidenceRows = kinds * nTypes
	// Dense is how many rows stand for one thing each; the others are hashed.
	Dense = evidenceRows + wholeRows
	// Hashed is how many rows words are hashed into.
	Hashed = 1 << 15
	// Rows is how many rows of weights a model has.
	Rows = Dense + Hashed
)

// What is known of a page as a whole.
const (
	wholeBias = iota
	wholeSoft
	wholeLaw
	wholeNoLaw
	wholeLittleLaw
	wholeMuchLaw
	wholeTiny
	wholeShort
	wholeLong
	wholeVeryLong
	wholeHub
	wholeArticle
	wholeNoURL
	wholeNoHead
	wholeNoAnchor
	wholeName
	wholeNoName
	wholeSureName
	wholeSelf
	wholeOpening
	wholeWording
	wholeNoHeadings
	wholeNoText
	wholeNoSelf
	wholeUnusual
	wholeLinks
	wholeManyNames
	wholeProse
	wholeLittleProse
	wholeNoProse
	wholeRows
)

// Evidence is the row of a kind of evidence for a type, by their numbers.
func Evidence(kind, typ int) int { return kind*nTypes + typ }

// Kinds and EvidenceTypes say how many kinds of evidence there are, and for how many
// types: those of Classes and, last, two that are none.
const (
	Kinds         = kinds
	EvidenceTypes = nTypes
)

// Bias is the row that every page has.
const Bias = evidenceRows + wholeBias

// bodyTokens is how many words of a text are hashed.
const bodyTokens = 1500

// Features are what the model is trained on and asked with for one page.
func (p *Page) Features(bg *Background, hide Hidden) []Feature {
	l, sc := theLexicon(), scratches.Get().(*scratch)
	defer scratches.Put(sc)
	f := p.features(l, p.gather(l, bg, hide, sc), sc)
	return append([]Feature(nil), f...)
}

var scratches = sync.Pool{New: func() any { return &scratch{buckets: make([]float32, Hashed)} }}

// features are in a fixed order, for sums of floating point numbers depend on it;
// they live until the scratch is used again.
func (p *Page) features(l *lexicon, e *evidence, sc *scratch) []Feature {
	f := sc.features[:0]
	for k := range kinds {
		for t := range nTypes {
			if v := e.by[k][t]; v != 0 {
				f = append(f, Feature{uint32(Evidence(k, t)), v})
			}
		}
	}
	for i, v := range p.whole(e) {
		if v != 0 {
			f = append(f, Feature{uint32(evidenceRows + i), v})
		}
	}
	body := sc.text[:min(len(sc.text), bodyTokens)]
	f = sc.group(f, 'b', body, 0, 0.5)
	f = sc.group(f, 'c', body, 1, 0.5)
	if e.hide&HideSpeech == 0 {
		opening := sc.text[:min(len(sc.text), earlyTokens)]
		f = sc.group(f, 'e', opening, 0, 0.35)
		f = sc.group(f, 'f', opening, 1, 0.35)
	}
	sc.heads = sc.heads[:0]
	if e.hide&HideTitle == 0 {
		sc.heads = l.tokens(sc.heads, p.Title, maxNameTokens)
		sc.heads = l.tokens(sc.heads, p.Head, len(sc.heads)+maxNameTokens)
	}
	if e.hide&HideAddress == 0 {
		sc.heads = l.tokens(sc.heads, splitWords(pathText(p.URL)), len(sc.heads)+maxNameTokens)
		sc.heads = l.tokens(sc.heads, p.Anchor, len(sc.heads)+maxNameTokens)
	}
	f = sc.group(f, 'n', sc.heads, 0, 0.5)
	f = sc.group(f, 'm', sc.heads, 1, 0.5)
	sc.heads = sc.heads[:0]
	for _, h := range p.Headings[:min(len(p.Headings), 12)] {
		sc.heads = l.tokens(sc.heads, h, len(sc.heads)+maxNameTokens)
	}
	f = sc.group(f, 'h', sc.heads, 0, 0.35)
	sc.features = f
	return f
}

// whole is what is known of a page as a whole, from 0 to 1 each.
func (p *Page) whole(e *evidence) (w [wholeRows]float32) {
	on := func(b bool) float32 {
		if b {
			return 1
		}
		return 0
	}
	w[wholeBias] = 1
	w[wholeSoft] = e.soft
	w[wholeLaw] = min(1, e.law*12)
	w[wholeNoLaw] = on(e.law < 0.01)
	w[wholeLittleLaw] = on(e.law < 0.025)
	w[wholeMuchLaw] = on(e.law >= 0.06)
	w[wholeTiny] = on(p.Words < 120)
	w[wholeShort] = on(p.Words < 300)
	w[wholeLong] = on(p.Words > 2000)
	w[wholeVeryLong] = on(p.Words > 6000)
	w[wholeHub] = on(p.hub())
	w[wholeArticle] = on(e.hide&HideAddress == 0 && article.MatchString(p.URL))
	w[wholeNoURL] = on(p.URL == "" || e.hide&HideAddress != 0)
	w[wholeNoHead] = on(p.Head == "" || e.hide&HideTitle != 0)
	w[wholeNoAnchor] = on(p.Anchor == "" || e.hide&HideAddress != 0)
	w[wholeName] = e.named
	w[wholeNoName] = on(e.named == 0)
	w[wholeSureName] = on(e.named >= 0.6)
	var selves, opens, most, far, many float32
	for t := range Classes {
		if t != otherClass {
			selves += e.by[itself][t]
			opens = max(opens, e.by[opening][t])
			most = max(most, e.by[wording][t])
			far = max(far, e.by[unusual][t])
			if e.by[inHeads][t] > 0 {
				many++
			}
		}
	}
	w[wholeSelf] = selves
	w[wholeOpening] = opens
	w[wholeWording] = most
	w[wholeNoHeadings] = on(len(p.Headings) < 2)
	w[wholeNoText] = on(p.Text == "")
	w[wholeNoSelf] = on(selves == 0)
	w[wholeUnusual] = far
	w[wholeLinks] = min(1, float32(p.LinkWords)/float32(max(p.Words, 1)))
	w[wholeManyNames] = min(1, many/4)
	share, prose := p.prose()
	w[wholeProse] = share
	w[wholeLittleProse] = on(prose < 1500)
	w[wholeNoProse] = on(prose < 500)
	return w
}

// group adds words, or pairs of words with gap 1, as features of one kind: their
// length as a vector is weight, so that a long text speaks no louder than a short one.
func (sc *scratch) group(f []Feature, kind byte, ts []token, gap int, weight float64) []Feature {
	sc.touched = sc.touched[:0]
	total := 0
	for i := 0; i+gap < len(ts); i++ {
		if ts[i].digit || ts[i+gap].digit {
			continue
		}
		h := (ts[i].hash ^ uint64(kind)) * fnvPrime
		if gap > 0 {
			h = (h ^ ts[i+gap].hash) * fnvPrime
		}
		b := uint32(h>>32^h) % Hashed
		if sc.buckets[b] == 0 {
			sc.touched = append(sc.touched, b)
		}
		sc.buckets[b]++
		total++
	}
	scale := weight * 3 / math.Sqrt(float64(max(total, 1)))
	for _, b := range sc.touched {
		f = append(f, Feature{Dense + b, float32(math.Sqrt(float64(sc.buckets[b])) * scale)})
		sc.buckets[b] = 0
	}
	return f
}

// pathText is the path of a URL.
func pathText(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	_, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "#")
	return path
}

var article = regexp.MustCompile(`(?i)/(blog|news|press|stories|jobs|careers|case-stud|podcast|webinar|events?|magazine|recipes?)/`)
