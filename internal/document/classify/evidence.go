package classify

import (
	"math"
	"strings"
)

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
	// Words alone say a type only where the text speaks as legal texts do.
	alone := (1 - e.named) * min(1, e.law*lawful)
	for t := range nTypes {
		e.by[unnamed][t] = e.by[wording][t] * alone
		e.by[unnamedUnusual][t] = e.by[mostUnusual][t] * alone
		e.by[backed][t] = e.by[bestName][t] * e.by[mostUnusual][t]
	}
	return e
}

// readTitles reads the first heading, the first lines and the title element.
func (p *Page) readTitles(l *lexicon, e *evidence, sc *scratch) {
	var m names
	m, sc.short = l.namesOf(p.Title, sc.short)
	e.soft = m[softError]
	e.by[inTitle] = m
	weight := float32(1)
	for _, line := range firstLines(p.Markdown) {
		m, sc.short = l.namesOf(line, sc.short)
		e.by[inTitle].add(&m, weight)
		weight *= 0.85
	}
	m, sc.short = l.namesOf(p.Head, sc.short)
	e.by[inHead] = m
	if p.Words < 400 {
		e.soft = max(e.soft, m[softError])
	}
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
		if i+1 < len(ts) && (l.determiners[ts[i].exact] && ts[i].exact != 0 || l.determiners[ts[i].begin] && ts[i].begin != 0) {
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
		if i < earlyTokens {
			if at, n := l.longest(ts[i:], kindName); n > 1 || n == 1 && len(l.nodes[at].types[kindName]) > 0 && wholeWord(ts[i]) {
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

// wholeWord says that a name of one word is worth something within a text.
func wholeWord(t token) bool { return t.exact != 0 }

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

// maxFirstLines and maxTitleBytes bound what may be a title at the start of a text.
const (
	maxFirstLines = 5
	maxTitleBytes = 160
)

// firstLines are the lines that a text begins with and that may be its title.
func firstLines(markdown string) []string {
	var out []string
	for tries := 0; tries < 2*maxFirstLines && markdown != "" && len(out) < maxFirstLines; tries++ {
		line, rest, _ := strings.Cut(markdown, "\n")
		markdown = strings.TrimLeft(rest, "\r\n \t")
		line = plainLine(line)
		if line == "" || len(line) > maxTitleBytes {
			if len(line) > maxTitleBytes {
				tries += 2
			}
			continue
		}
		if strings.HasSuffix(line, ".") || strings.Contains(line, ". ") {
			tries++
			continue // a sentence is no title
		}
		out = append(out, line)
	}
	return out
}

// plainLine is a line of Markdown without its marks; a line that is only a link is
// none.
func plainLine(line string) string {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "[") && strings.HasSuffix(line, ")") || strings.HasPrefix(line, "![") {
		return ""
	}
	for {
		open := strings.Index(line, "](")
		if open < 0 {
			break
		}
		shut := strings.IndexByte(line[open:], ')')
		if shut < 0 {
			break
		}
		line = line[:open] + line[open+shut+1:]
	}
	return strings.Trim(line, "#*_=- \t[]")
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
