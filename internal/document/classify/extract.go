package classify

import "slices"

// featureTypes is the number of types for which features are computed: those of Classes,
// softError and legalRegister.
const featureTypes = 34

// The kinds of features. Each has one value for each type.
const (
	titleMatch        = iota // name of the type in the first heading or the leading lines
	titleElementMatch        // name in the title element
	lastSegmentMatch         // name in the last segment of the path
	restOfURLMatch           // name in the other segments, the query or the fragment
	hostMatch                // name in the first label of the host
	anchorMatch              // name in the text of the link to the page
	earlyTextMatch           // name among the first words of the text
	selfReference            // name after "this", as in "this policy"
	openingFormula           // opening formula of the type
	wordingScore             // frequency and number of the typical words of the type
	relativeWording          // wordingScore relative to the type with the highest
	wordingSalience          // typical words in excess of what legal documents have on average
	relativeSalience         // wordingSalience relative to the type with the highest
	headingMatch             // name as a heading in the text
	headingWording           // typical words in headings
	secondNameMatch          // second-best match of the name among title, title element, URL and link text
	bestNameMatch            // best match of the name; zero if another type matches better
	unnamedWording           // wordingScore of a page without a type name
	unnamedSalience          // relativeSalience of a page without a type name
	salientNameMatch         // bestNameMatch, weighted by relativeSalience
	featureKinds
)

// features holds the features of a page other than its hashed words, from 0 to about 1.
type features struct {
	scores        [featureKinds]typeScores
	wording       [featureTypes]float32 // amount of typical words of each type
	legalRegister float32               // share of the words that are typical of legal documents in general
	softError     float32               // best match of a name of an error, login or consent page
	typeName      float32               // best match of a name of any type
	ownName       float32               // typeName without the text of the link
	gibberish     bool                  // see isGibberish
	hidden        HiddenParts
}

// Limits on the part of a text that is evaluated, in tokens.
const (
	maxTokens     = 6000
	earlyTokens   = 90
	openingTokens = 160
	maxHeadings   = 60
)

// scratch holds buffers that are reused between pages.
type scratch struct {
	titleTokens, textTokens, headTokens []token
	nodeCounts                          []uint16
	seenNodes                           []uint32
	buckets                             []float32
	touchedBuckets                      []uint32
	vector                              []Feature
}

// HiddenParts is a set of parts of a page to ignore. Training hides parts, so that the model
// learns to classify pages without them.
type HiddenParts uint8

// The parts of a page that can be hidden.
const (
	HideTitle   HiddenParts = 1 << iota // title element, first heading and leading lines
	HideURL                             // URL and text of the link
	HideOpening                         // opening and self-references of the text
)

// extractFeatures computes the features. It stores the tokens of the text in sc.textTokens.
func (p *Input) extractFeatures(l *lexicon, bg *Background, hide HiddenParts, sc *scratch) *features {
	ft := &features{hidden: hide}
	sc.textTokens = l.appendTokens(sc.textTokens[:0], p.Text, maxTokens)
	if hide&HideTitle == 0 {
		p.scoreTitles(l, ft, sc)
	}
	if hide&HideURL == 0 {
		ft.scores[anchorMatch], sc.titleTokens = l.scoreTitle(p.Anchor, sc.titleTokens)
		var a urlScores
		a, sc.titleTokens = l.scoreURL(p.URL, sc.titleTokens)
		ft.scores[lastSegmentMatch], ft.scores[restOfURLMatch], ft.scores[hostMatch] = a.lastSegment, a.rest, a.host
	}
	ft.combineNames()
	ft.gibberish = isGibberish(p.Text, sc.textTokens)
	l.scoreText(ft, bg, sc)
	l.scoreHeadings(ft, p.Headings, sc)
	if hide&HideOpening != 0 {
		ft.scores[earlyTextMatch], ft.scores[selfReference], ft.scores[openingFormula] = typeScores{}, typeScores{}, typeScores{}
	}
	// Wording indicates a type only if the text is in legal register or has a type name.
	register := min(1, ft.legalRegister*legalRegisterScale)
	weight := max(ft.typeName, register)
	for t := range featureTypes {
		for _, k := range []int{relativeWording, wordingSalience, relativeSalience} {
			ft.scores[k][t] *= weight
		}
		ft.scores[unnamedWording][t] = ft.scores[wordingScore][t] * (1 - ft.typeName) * register
		ft.scores[unnamedSalience][t] = ft.scores[relativeSalience][t] * (1 - ft.typeName)
		ft.scores[salientNameMatch][t] = ft.scores[bestNameMatch][t] * ft.scores[relativeSalience][t]
	}
	return ft
}

// combineNames computes the features that compare the name matches of all places.
func (ft *features) combineNames() {
	for t := range featureTypes {
		matches := []float32{ft.scores[titleMatch][t], ft.scores[titleElementMatch][t], max(ft.scores[lastSegmentMatch][t], 0.7*ft.scores[restOfURLMatch][t]), ft.scores[anchorMatch][t]}
		own := matches[:3] // without the text of the link
		first, second := float32(0), float32(0)
		for _, v := range matches {
			switch {
			case v > first:
				first, second = v, first
			case v > second:
				second = v
			}
		}
		ft.scores[secondNameMatch][t] = second
		ft.scores[bestNameMatch][t] = first
		if t < len(Classes) && t != otherClass {
			ft.typeName = max(ft.typeName, first)
			ft.ownName = max(ft.ownName, slices.Max(own))
		}
	}
	for t := range featureTypes {
		if ft.scores[bestNameMatch][t] < ft.typeName {
			ft.scores[bestNameMatch][t] = 0
		}
	}
}
