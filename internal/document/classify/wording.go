package classify

import "math"

// readText reads what the text says of itself and which words it uses.
func (l *lexicon) readText(e *evidence, bg *Background, sc *scratch) {
	ts := sc.text
	var self [nTypes]float32
	selves := float32(0)
	if len(sc.counts) < len(l.nodes) {
		sc.counts = make([]uint16, len(l.nodes))
	}
	sc.seen = sc.seen[:0]
	for i := range ts {
		if ts[i].exact == 0 && ts[i].begin == 0 {
			continue
		}
		if i+1 < len(ts) && (l.determiners[ts[i].exact] || l.determiners[ts[i].begin]) {
			if at, n := l.longest(ts[i+1:], kindName, kindLoose, kindSelf); n > 0 {
				ends := &l.nodes[at]
				w := float32(1)
				if len(ends.types[kindName]) == 0 {
					w = 0.5
				}
				for t := range ends.types.of(kindName, kindLoose, kindSelf) {
					self[t] += w
				}
				selves++
			}
		}
		if i < earlyTokens { // a name of one word is worth something only whole
			if at, n := l.longest(ts[i:], kindName); n > 1 || n == 1 && len(l.nodes[at].types[kindName]) > 0 && ts[i].exact != 0 {
				for _, t := range l.nodes[at].types[kindName] {
					e.by[early][t] = max(e.by[early][t], 1/(1+float32(i)/30))
				}
			}
		}
		if i < openTokens {
			l.walk(ts[i:], func(at uint32, n int) {
				for _, t := range l.nodes[at].types[kindOpen] {
					e.by[opening][t] = min(1, e.by[opening][t]+0.4*float32(min(n, 4))/2)
				}
			})
		}
		l.walk(ts[i:], func(at uint32, _ int) {
			if len(l.nodes[at].types[kindWord]) > 0 {
				if sc.counts[at] == 0 {
					sc.seen = append(sc.seen, at)
				}
				sc.counts[at]++
			}
		})
	}
	if selves > 0 {
		sure := min(1, selves/3)
		for t, v := range self {
			e.by[itself][t] = v / selves * sure
		}
	}
	l.weigh(e, bg, sc)
}

// weigh turns the counts of words into the share of each type.
func (l *lexicon) weigh(e *evidence, bg *Background, sc *scratch) {
	perThousand := 1000 / float64(max(len(sc.text), 150))
	var sum [nTypes]float32
	legal := 0
	for _, at := range sc.seen {
		rate := float64(sc.counts[at]) * perThousand
		v := float32(1-math.Exp(-rate/2)) * l.nodes[at].share
		for _, t := range l.nodes[at].types[kindWord] {
			if t == register {
				legal += int(sc.counts[at])
				continue
			}
			sum[t] += v
		}
		sc.counts[at] = 0
	}
	top := float32(0.5)
	for t, v := range sum {
		if t != otherClass {
			top = max(top, v)
		}
	}
	far, furthest := [nTypes]float32{}, float32(1)
	for t, v := range sum {
		e.raw[t] = v
		e.by[wording][t] = min(1, v/6)
		e.by[mostWords][t] = v / top
		if far[t] = min(6, bg.above(t, v)); far[t] > furthest && t < len(Classes) && t != otherClass {
			furthest = far[t]
		}
	}
	for t, z := range far {
		if z > 0 {
			e.by[unusual][t] = z / 6
			e.by[mostUnusual][t] = min(1, z/furthest)
		}
	}
	e.law = float32(legal) / float32(max(len(sc.text), 1))
}

// readHeadings reads the headings below the title.
func (l *lexicon) readHeadings(e *evidence, headings []string, sc *scratch) {
	n := min(len(headings), maxHeadings)
	if n == 0 {
		return
	}
	var words [nTypes]float32
	for i, h := range headings[:n] {
		sc.short = l.tokens(sc.short[:0], h, maxNameTokens)
		if i > 0 {
			m := l.match(sc.short)
			for t, v := range m {
				if v > 0.5 {
					e.by[inHeads][t] = min(1, e.by[inHeads][t]+v/4)
				}
			}
		}
		for j := range sc.short {
			l.walk(sc.short[j:], func(at uint32, _ int) {
				for _, t := range l.nodes[at].types[kindWord] {
					words[t] += l.nodes[at].share
				}
			})
		}
	}
	for t, v := range words {
		e.by[headWords][t] = min(1, v/float32(n+3))
	}
}

// lawful is one by the share of legal words that most legal documents exceed.
const lawful = 30

// Background is how much of each type's words legal documents have, whatever their
// type: a contract has words of sales, and hardly any of baggage.
type Background struct {
	Mean, Spread [nTypes]float32
}

// leastSpread keeps words that hardly ever occur from counting without bound.
const leastSpread = 0.25

// above is by how many spreads an amount of a type's words is above the background.
func (b *Background) above(t int, v float32) float32 {
	return (v - b.Mean[t]) / max(b.Spread[t], leastSpread)
}

// Wording is how much of each type's words a page has, of which Background is made.
func (p *Page) Wording() [EvidenceTypes]float32 {
	sc := scratches.Get().(*scratch)
	defer scratches.Put(sc)
	return p.gather(theLexicon(), &Background{}, 0, sc).raw
}
