package classify

import "math"

// scoreText scores the self-references, the opening and the wording of the text.
func (l *lexicon) scoreText(ft *features, bg *Background, sc *scratch) {
	ts := sc.textTokens
	var references [featureTypes]float32
	referenceCount := float32(0)
	if len(sc.nodeCounts) < len(l.nodes) {
		sc.nodeCounts = make([]uint16, len(l.nodes))
	}
	sc.seenNodes = sc.seenNodes[:0]
	for i := range ts {
		if ts[i].exact == 0 && ts[i].prefix == 0 {
			continue
		}
		if i+1 < len(ts) && (l.determiners[ts[i].exact] || l.determiners[ts[i].prefix]) {
			if l.addSelfReference(&references, ts[i+1:]) {
				referenceCount++
			}
		}
		if i < earlyTokens {
			l.addEarlyName(ft, ts, i)
		}
		if i < openingTokens {
			l.addOpeningFormulas(ft, ts[i:])
		}
		l.countTypicalWords(sc, ts[i:])
	}
	if referenceCount > 0 {
		weight := min(1, referenceCount/3)
		for t, v := range references {
			ft.scores[selfReference][t] = v / referenceCount * weight
		}
	}
	l.scoreWording(ft, bg, sc)
}

// addSelfReference adds the name after a determiner, and reports whether there is one.
func (l *lexicon) addSelfReference(references *[featureTypes]float32, ts []token) bool {
	at, n := l.longestPhrase(ts, kindName, kindAmbiguousName, kindSelfReference)
	if n == 0 {
		return false
	}
	phrase := &l.nodes[at]
	weight := float32(1)
	if len(phrase.types[kindName]) == 0 {
		weight = 0.5
	}
	for t := range phrase.types.each(kindName, kindAmbiguousName, kindSelfReference) {
		references[t] += weight
	}
	return true
}

// addEarlyName scores the name that starts at token i. A name of one word must match as a
// whole word.
func (l *lexicon) addEarlyName(ft *features, ts []token, i int) {
	at, n := l.longestPhrase(ts[i:], kindName)
	if n > 1 || n == 1 && len(l.nodes[at].types[kindName]) > 0 && ts[i].exact != 0 {
		for _, t := range l.nodes[at].types[kindName] {
			ft.scores[earlyTextMatch][t] = max(ft.scores[earlyTextMatch][t], 1/(1+float32(i)/30))
		}
	}
}

// addOpeningFormulas scores the opening formulas at the start of the tokens.
func (l *lexicon) addOpeningFormulas(ft *features, ts []token) {
	l.walk(ts, func(at uint32, n int) {
		for _, t := range l.nodes[at].types[kindOpeningFormula] {
			ft.scores[openingFormula][t] = min(1, ft.scores[openingFormula][t]+0.4*float32(min(n, 4))/2)
		}
	})
}

// countTypicalWords counts the typical words and phrases at the start of the tokens.
func (l *lexicon) countTypicalWords(sc *scratch, ts []token) {
	l.walk(ts, func(at uint32, _ int) {
		if len(l.nodes[at].types[kindTypicalWord]) > 0 {
			if sc.nodeCounts[at] == 0 {
				sc.seenNodes = append(sc.seenNodes, at)
			}
			sc.nodeCounts[at]++
		}
	})
}

// scoreWording computes the wording features from the counts of typical words.
func (l *lexicon) scoreWording(ft *features, bg *Background, sc *scratch) {
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
	salience, highest := [featureTypes]float32{}, float32(1)
	for t, v := range sum {
		ft.wording[t] = v
		ft.scores[wordingScore][t] = min(1, v/6)
		ft.scores[relativeWording][t] = v / top
		if salience[t] = min(6, bg.salience(t, v)); salience[t] > highest && t < len(Classes) && t != otherClass {
			highest = salience[t]
		}
	}
	for t, z := range salience {
		if z > 0 {
			ft.scores[wordingSalience][t] = z / 6
			ft.scores[relativeSalience][t] = min(1, z/highest)
		}
	}
	ft.legalRegister = float32(legal) / float32(max(len(sc.textTokens), 1))
}

// scoreHeadings scores the headings below the title.
func (l *lexicon) scoreHeadings(ft *features, headings []string, sc *scratch) {
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
					ft.scores[headingMatch][t] = min(1, ft.scores[headingMatch][t]+v/4)
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
		ft.scores[headingWording][t] = min(1, v/float32(n+3))
	}
}

// legalRegisterScale is the factor at which the legal-register score of most legal documents
// reaches 1.
const legalRegisterScale = 30

// Background is the distribution of the wording scores over all legal documents. Contracts
// commonly contain words about sales, but rarely words about baggage.
type Background struct {
	Mean, StdDev [featureTypes]float32
}

// minStdDev bounds the salience of words that are rare in all documents.
const minStdDev = 0.25

// salience returns the z-score of v against the background of type t.
func (b *Background) salience(t int, v float32) float32 {
	return (v - b.Mean[t]) / max(b.StdDev[t], minStdDev)
}

// WordingScores returns the wording scores of a page, from which Background is computed.
func (p *Input) WordingScores() [FeatureTypes]float32 {
	sc := scratchPool.Get().(*scratch)
	defer scratchPool.Put(sc)
	return p.extractFeatures(defaultLexicon(), &Background{}, 0, sc).wording
}
