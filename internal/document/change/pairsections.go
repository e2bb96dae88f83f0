package change

// pairSections pairs two sections if each shares more words with the other than with any
// other section.
func (al *alignment) pairSections() {
	al.commonWords = map[sectionPair]int{}
	for i, j := range al.toCur {
		if j >= 0 {
			al.commonWords[sectionPair{al.old.sectionOf[i], al.cur.sectionOf[j]}] += al.old.wordCounts[i]
		}
	}
	bestOld, bestCur := unpaired(len(al.old.sections)), unpaired(len(al.cur.sections))
	// The factor of four makes room for the one with which an equal heading breaks a tie.
	value := func(a, b int) int {
		v := 4 * al.commonWords[sectionPair{a, b}]
		if v > 0 && al.old.sections[a].normalizedHeading == al.cur.sections[b].normalizedHeading {
			v += 4*sameHeadingWords + 1
		}
		return v
	}
	for p := range al.commonWords {
		v := value(p.old, p.cur)
		if q := bestOld[p.old]; q < 0 || v > value(p.old, q) || v == value(p.old, q) && p.cur < q {
			bestOld[p.old] = p.cur
		}
		if q := bestCur[p.cur]; q < 0 || v > value(q, p.cur) || v == value(q, p.cur) && p.old < q {
			bestCur[p.cur] = p.old
		}
	}
	al.partnerOfOld, al.partnerOfCur = unpaired(len(al.old.sections)), unpaired(len(al.cur.sections))
	for a, b := range bestOld {
		if b >= 0 && bestCur[b] == a {
			al.partnerOfOld[a], al.partnerOfCur[b] = b, a
		}
	}
}

// pairByWords pairs the remaining sections that share at least two fifths of their words,
// as counted in words. It finds sections in which the heading and a part of each paragraph
// changed.
func (al *alignment) pairByWords(words map[sectionPair]int) {
	best := map[int]int{} // new section -> old section
	for p, n := range words {
		if al.partnerOfOld[p.old] >= 0 || al.partnerOfCur[p.cur] >= 0 || n*5 < 2*max(al.old.sections[p.old].words, al.cur.sections[p.cur].words) {
			continue
		}
		if q, ok := best[p.cur]; !ok || n > words[sectionPair{q, p.cur}] || n == words[sectionPair{q, p.cur}] && p.old < q {
			best[p.cur] = p.old
		}
	}
	for b := range al.cur.sections { // in order, because an old section has one partner only
		if a, ok := best[b]; ok && al.partnerOfOld[a] < 0 {
			al.partnerOfOld[a], al.partnerOfCur[b] = b, a
		}
	}
}

// unrelated reports whether two sections are not partners and share less than two fifths of
// the words of the shorter one. Their equal words are then a coincidence.
func (al *alignment) unrelated(p sectionPair, words map[sectionPair]int) bool {
	n := al.commonWords[p] + words[p]
	return al.partnerOfOld[p.old] != p.cur && n*5 < 2*min(al.old.sections[p.old].words, al.cur.sections[p.cur].words)
}

// sameHeadingWords is the number of shared words that an equal heading counts for. It was
// chosen by hand.
const sameHeadingWords = 5

// pairByHeading pairs the remaining sections by heading. Sections with the same heading
// are paired in order.
func (al *alignment) pairByHeading() {
	free := map[string][]int{}
	for a, s := range al.old.sections {
		if al.partnerOfOld[a] < 0 {
			free[s.normalizedHeading] = append(free[s.normalizedHeading], a)
		}
	}
	for b, s := range al.cur.sections {
		if list := free[s.normalizedHeading]; al.partnerOfCur[b] < 0 && len(list) > 0 {
			al.partnerOfOld[list[0]], al.partnerOfCur[b] = b, list[0]
			free[s.normalizedHeading] = list[1:]
		}
	}
}
