package classify

// featureTypes is how many rows of evidence a kind has: those of Classes, softError and
// register.
const featureTypes = 34

// The kinds of evidence, each a number for each type.
const (
	titleMatch        = iota // the type's name in the first heading or the first lines
	titleElementMatch        // in the title element
	lastSegmentMatch         // in the last part of the path
	restOfURLMatch           // in the rest of the address
	hostMatch                // in the first label of the host
	anchorMatch              // in the text of the link
	earlyTextMatch           // in the first words of the text
	selfReference            // after "this", by which a document speaks of itself
	openingFormula           // an opening formula
	wordingScore             // the type's words, by how often and how many they are
	relativeWording          // the same against the type that has most
	wordingSalience          // how far the type's words are above what legal documents have
	relativeSalience         // the same against the type that is furthest
	headingMatch             // the name as a heading in the text
	headingWording           // the type's words in headings
	secondNameMatch          // the name in two places of title, head, address and link
	bestNameMatch            // the name that is surest over all places
	unnamedWording           // the type's words where no name is sure
	unnamedSalience          // the same of what is unusual
	salientNameMatch         // the name, by how unusual its words are
	featureKinds
)

// features is what is known of a page beside its words: numbers from 0 to about 1.
type features struct {
	scores        [featureKinds]typeScores
	wording       [featureTypes]float32 // how much of each type's words there is
	legalRegister float32               // share of the text's words that are those of any legal type
	softError     float32               // how surely an error page or a door
	typeName      float32               // the surest name of any place
	hidden        HiddenParts
}

// The bounds of what is read of a text, in words that count.
const (
	maxTokens     = 6000
	earlyTokens   = 90
	openingTokens = 160
	maxHeadings   = 60
)

// scratch is memory that is used again from page to page.
type scratch struct {
	titleTokens, textTokens, headTokens []token
	nodeCounts                          []uint16
	seenNodes                           []uint32
	buckets                             []float32
	touchedBuckets                      []uint32
	vector                              []Feature
}

// HiddenParts says what of a page is not looked at, so that training sees pages that lack it.
type HiddenParts uint8

// What can be hidden.
const (
	HideTitle   HiddenParts = 1 << iota // title element, first heading and first lines
	HideURL                             // address and text of the link
	HideOpening                         // how the text begins and speaks of itself
)

// extractFeatures collects the evidence; sc.text keeps the tokens of the text.
func (p *Input) extractFeatures(l *lexicon, bg *Background, hide HiddenParts, sc *scratch) *features {
	e := &features{hidden: hide}
	sc.textTokens = l.appendTokens(sc.textTokens[:0], p.Text, maxTokens)
	if hide&HideTitle == 0 {
		p.scoreTitles(l, e, sc)
	}
	if hide&HideURL == 0 {
		e.scores[anchorMatch], sc.titleTokens = l.scoreTitle(p.Anchor, sc.titleTokens)
		var a urlScores
		a, sc.titleTokens = l.scoreURL(p.URL, sc.titleTokens)
		e.scores[lastSegmentMatch], e.scores[restOfURLMatch], e.scores[hostMatch] = a.lastSegment, a.rest, a.host
	}
	e.combineNames()
	l.scoreText(e, bg, sc)
	l.scoreHeadings(e, p.Headings, sc)
	if hide&HideOpening != 0 {
		e.scores[earlyTextMatch], e.scores[selfReference], e.scores[openingFormula] = typeScores{}, typeScores{}, typeScores{}
	}
	// Words say a type only where the text speaks as legal texts do, or has a name.
	spoken := min(1, e.legalRegister*legalRegisterScale)
	believed := max(e.typeName, spoken)
	for t := range featureTypes {
		for _, k := range []int{relativeWording, wordingSalience, relativeSalience} {
			e.scores[k][t] *= believed
		}
		e.scores[unnamedWording][t] = e.scores[wordingScore][t] * (1 - e.typeName) * spoken
		e.scores[unnamedSalience][t] = e.scores[relativeSalience][t] * (1 - e.typeName)
		e.scores[salientNameMatch][t] = e.scores[bestNameMatch][t] * e.scores[relativeSalience][t]
	}
	return e
}

// combineNames derives what the places of names say together.
func (e *features) combineNames() {
	for t := range featureTypes {
		places := []float32{e.scores[titleMatch][t], e.scores[titleElementMatch][t], max(e.scores[lastSegmentMatch][t], 0.7*e.scores[restOfURLMatch][t]), e.scores[anchorMatch][t]}
		first, second := float32(0), float32(0)
		for _, v := range places {
			switch {
			case v > first:
				first, second = v, first
			case v > second:
				second = v
			}
		}
		e.scores[secondNameMatch][t] = second
		e.scores[bestNameMatch][t] = first
		if t < len(Classes) && t != otherClass {
			e.typeName = max(e.typeName, first)
		}
	}
	for t := range featureTypes {
		if e.scores[bestNameMatch][t] < e.typeName {
			e.scores[bestNameMatch][t] = 0
		}
	}
}
