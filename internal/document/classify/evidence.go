package classify

// nTypes is how many rows of evidence a kind has: those of Classes, softError and
// register.
const nTypes = 34

// The kinds of evidence, each a number for each type.
const (
	inTitle        = iota // the type's name in the first heading or the first lines
	inHead                // in the title element
	inLast                // in the last part of the path
	inPath                // in the rest of the address
	inHost                // in the first label of the host
	inAnchor              // in the text of the link
	early                 // in the first words of the text
	itself                // after "this", by which a document speaks of itself
	opening               // an opening formula
	wording               // the type's words, by how often and how many they are
	mostWords             // the same against the type that has most
	unusual               // how far the type's words are above what legal documents have
	mostUnusual           // the same against the type that is furthest
	inHeads               // the name as a heading in the text
	headWords             // the type's words in headings
	agreed                // the name in two places of title, head, address and link
	bestName              // the name that is surest over all places
	unnamed               // the type's words where no name is sure
	unnamedUnusual        // the same of what is unusual
	backed                // the name, by how unusual its words are
	kinds
)

// evidence is what is known of a page beside its words: numbers from 0 to about 1.
type evidence struct {
	by    [kinds]names
	raw   [nTypes]float32 // how much of each type's words there is
	law   float32         // share of the text's words that are those of any legal type
	soft  float32         // how surely an error page or a door
	named float32         // the surest name of any place
	hide  Hidden
}

// The bounds of what is read of a text, in words that count.
const (
	maxTokens   = 6000
	earlyTokens = 90
	openTokens  = 160
	maxHeadings = 60
)

// scratch is memory that is used again from page to page.
type scratch struct {
	short, text, heads []token
	counts             []uint16
	seen               []uint32
	buckets            []float32
	touched            []uint32
	features           []Feature
}

// Hidden says what of a page is not looked at, so that training sees pages that lack it.
type Hidden uint8

// What can be hidden.
const (
	HideTitle   Hidden = 1 << iota // title element, first heading and first lines
	HideAddress                    // address and text of the link
	HideSpeech                     // how the text begins and speaks of itself
)

// gather collects the evidence; sc.text keeps the tokens of the text.
func (p *Page) gather(l *lexicon, bg *Background, hide Hidden, sc *scratch) *evidence {
	e := &evidence{hide: hide}
	sc.text = l.tokens(sc.text[:0], p.Text, maxTokens)
	if hide&HideTitle == 0 {
		p.readTitles(l, e, sc)
	}
	if hide&HideAddress == 0 {
		e.by[inAnchor], sc.short = l.namesOf(p.Anchor, sc.short)
		var a address
		a, sc.short = l.addressOf(p.URL, sc.short)
		e.by[inLast], e.by[inPath], e.by[inHost] = a.last, a.rest, a.host
	}
	e.combine()
	l.readText(e, bg, sc)
	l.readHeadings(e, p.Headings, sc)
	if hide&HideSpeech != 0 {
		e.by[early], e.by[itself], e.by[opening] = names{}, names{}, names{}
	}
	// Words say a type only where the text speaks as legal texts do, or has a name.
	spoken := min(1, e.law*lawful)
	believed := max(e.named, spoken)
	for t := range nTypes {
		for _, k := range []int{mostWords, unusual, mostUnusual} {
			e.by[k][t] *= believed
		}
		e.by[unnamed][t] = e.by[wording][t] * (1 - e.named) * spoken
		e.by[unnamedUnusual][t] = e.by[mostUnusual][t] * (1 - e.named)
		e.by[backed][t] = e.by[bestName][t] * e.by[mostUnusual][t]
	}
	return e
}

// combine derives what the places of names say together.
func (e *evidence) combine() {
	for t := range nTypes {
		places := []float32{e.by[inTitle][t], e.by[inHead][t], max(e.by[inLast][t], 0.7*e.by[inPath][t]), e.by[inAnchor][t]}
		first, second := float32(0), float32(0)
		for _, v := range places {
			switch {
			case v > first:
				first, second = v, first
			case v > second:
				second = v
			}
		}
		e.by[agreed][t] = second
		e.by[bestName][t] = first
		if t < len(Classes) && t != otherClass {
			e.named = max(e.named, first)
		}
	}
	for t := range nTypes {
		if e.by[bestName][t] < e.named {
			e.by[bestName][t] = 0
		}
	}
}
