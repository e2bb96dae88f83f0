package classify

import "math"

// scoreText reads what the text says of itself and which words it uses.
func (l *lexicon) scoreText(e *features, bg *Background, sc *scratch) {
	ts := sc.textTokens
	var self [featureTypes]float32
	selves := float32(0)
	if len(sc.nodeCounts) < len(l.nodes) {
		sc.nodeCounts = make([]uint16, len(l.nodes))
	}
	sc.seenNodes = sc.seenNodes[:0]
	for i := range ts {
		if ts[i].exact == 0 && ts[i].prefix == 0 {
			continue
		}
		if i+1 < len(ts) && (l.determiners[ts[i].exact] || l.determiners[ts[i].prefix]) {
			if at, n := l.longestPhrase(ts[i+1:], kindName, kindAmbiguousName, kindSelfReference); n > 0 {
				ends := &l.nodes[at]
				w := float32(1)
				if len(ends.types[kindName]) == 0 {
					w = 0.5
				}
				for t := range ends.types.each(kindName, kindAmbiguousName, kindSelfReference) {
					self[t] += w
				}
				selves++
			}
		}
		if i < earlyTokens { // a name of one word is worth something only whole
			if at, n := l.longestPhrase(ts[i:], kindName); n > 1 || n == 1 && len(l.nodes[at].types[kindName]) > 0 && ts[i].exact != 0 {
				for _, t := range l.nodes[at].types[kindName] {
					e.scores[earlyTextMatch][t] = max(e.scores[earlyTextMatch][t], 1/(1+float32(i)/30))
				}
			}
		}
		if i < openingTokens {
			l.walk(ts[i:], func(at uint32, n int) {
				for _, t := range l.nodes[at].types[kindOpeningFormula] {
					e.scores[openingFormula][t] = min(1, e.scores[openingFormula][t]+0.4*float32(min(n, 4))/2)
				}
			})
		}
		l.walk(ts[i:], func(at uint32, _ int) {
			if len(l.nodes[at].types[kindTypicalWord]) > 0 {
				if sc.nodeCounts[at] == 0 {
					sc.seenNodes = append(sc.seenNodes, at)
				}
				sc.nodeCounts[at]++
			}
		})
	}
	if selves > 0 {
		sure := min(1, selves/3)
		for t, v := range self {
			e.scores[selfReference][t] = v / selves * sure
		}
	}
	l.scoreWording(e, bg, sc)
}

// scoreWording turns the counts of words into the share of each type.
func (l *lexicon) scoreWording(e *features, bg *Background, sc *scratch) {
	perThousand := 1000 / float64(max(len(sc.textTokens), 150))
	var sum [featureTypes]float32
	legal := 0
	for _, at := range sc.seenNodes {
		rate := float64(sc.nodeCounts[at]) * perThousand
		v := float32(1-math.Exp(-rate/2)) * l.nodes[at].wordWeight
		for _, t := range l.nodes[at].types[kindTypicalWord] {
			if t == legalRegister {
				legal += int(sc.nodeCounts[at])
				continue
			}
			sum[t] += v
		}
		sc.nodeCounts[at] = 0
	}
	top := float32(0.5)
	for t, v := range sum {
		if t != otherClass {
			top = max(top, v)
		}
	}
	far, furthest := [featureTypes]float32{}, float32(1)
	for t, v := range sum {
		e.wording[t] = v
		e.scores[wordingScore][t] = min(1, v/6)
		e.scores[relativeWording][t] = v / top
		if far[t] = min(6, bg.salience(t, v)); far[t] > furthest && t < len(Classes) && t != otherClass {
			furthest = far[t]
		}
	}
	for t, z := range far {
		if z > 0 {
			e.scores[wordingSalience][t] = z / 6
			e.scores[relativeSalience][t] = min(1, z/furthest)
		}
	}
	e.legalRegister = float32(legal) / float32(max(len(sc.textTokens), 1))
}

// scoreHeadings reads the headings below the title.
func (l *lexicon) scoreHeadings(e *features, headings []string, sc *scratch) {
	n := min(len(headings), maxHeadings)
	if n == 0 {
		return
	}
	var words [featureTypes]float32
	for i, h := range headings[:n] {
		sc.titleTokens = l.appendTokens(sc.titleTokens[:0], h, maxNameTokens)
		if i > 0 {
			m := l.scoreNames(sc.titleTokens)
			for t, v := range m {
				if v > 0.5 {
					e.scores[headingMatch][t] = min(1, e.scores[headingMatch][t]+v/4)
				}
			}
		}
		for j := range sc.titleTokens {
			l.walk(sc.titleTokens[j:], func(at uint32, _ int) {
				for _, t := range l.nodes[at].types[kindTypicalWord] {
					words[t] += l.nodes[at].wordWeight
				}
			})
		}
	}
	for t, v := range words {
		e.scores[headingWording][t] = min(1, v/float32(n+3))
	}
}

// legalRegisterScale is one by the share of legal words that most legal documents exceed.
const legalRegisterScale = 30

// Background is how much of each type's words legal documents have, whatever their
// type: a contract has words of sales, and hardly any of baggage.
type Background struct {
	Mean, StdDev [featureTypes]float32
}

// minStdDev keeps words that hardly ever occur from counting without bound.
const minStdDev = 0.25

// salience is by how many spreads an amount of a type's words is above the background.
func (b *Background) salience(t int, v float32) float32 {
	return (v - b.Mean[t]) / max(b.StdDev[t], minStdDev)
}

// WordingScores is how much of each type's words a page has, of which Background is made.
func (p *Input) WordingScores() [FeatureTypes]float32 {
	sc := scratchPool.Get().(*scratch)
	defer scratchPool.Put(sc)
	return p.extractFeatures(defaultLexicon(), &Background{}, 0, sc).wording
}
