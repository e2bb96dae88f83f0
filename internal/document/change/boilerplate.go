package change

import (
	"strings"

	"github.com/clausea/crawler/internal/document/boilerplate"
	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// Limits of boilerplate detection. Lengths are in words. The values were chosen by hand.
const (
	// maxBannerWords is the maximum length of a consent banner.
	maxBannerWords = 120
	// maxControlWords is the maximum length of a control's text.
	maxControlWords = 8
	// maxBoilerplatePairs bounds the number of candidate pairs that are compared.
	maxBoilerplatePairs = 10_000
	// minMenuLinks is the minimum number of links in a menu.
	minMenuLinks = 3
	// maxMenuLineWords is the maximum length of a line of a menu.
	maxMenuLineWords = 6
	// minProseWords is the minimum length of a paragraph that counts as prose of the
	// document.
	minProseWords = 12
)

// withoutBoilerplate removes boilerplate that only one of the texts has from a group:
// consent banners, controls, and menus at the edges of the text. Boilerplate with a
// similar line in the other text is kept, so that a change within it is reported.
func (c *comparison) withoutBoilerplate(g blockGroup) (olds, curs []int) {
	if len(g.old) == 1 && len(g.cur) == 1 && similarLines(c.old.blocks[g.old[0]].Text, c.cur.blocks[g.cur[0]].Text) {
		return g.old, g.cur
	}
	a, b := c.old.boilerplate(g.old), c.cur.boilerplate(g.cur)
	if len(a)+len(b) == 0 || len(a)*len(b) > maxBoilerplatePairs {
		return g.old, g.cur
	}
	for i := range a {
		for j := range b {
			if similarLines(c.old.blocks[i].Text, c.cur.blocks[j].Text) {
				delete(a, i)
				delete(b, j)
			}
		}
	}
	without := func(blocks []int, boilerplate map[int]Rule) []int {
		var out []int
		for _, i := range blocks {
			if boilerplate[i] == "" {
				out = append(out, i)
			}
		}
		return out
	}
	for _, i := range g.old {
		if a[i] != "" {
			c.log.add(a[i], c.old.blocks[i].Text, "")
		}
	}
	for _, j := range g.cur {
		if b[j] != "" {
			c.log.add(b[j], "", c.cur.blocks[j].Text)
			c.toOld[j] = insignificantBlock // it is still part of the new text
		}
	}
	return without(g.old, a), without(g.cur, b)
}

// insignificantBlock marks a new block that has no equal and does not count as a change.
const insignificantBlock = -2

// similarLines reports whether x contains at least half of the words of y. The order of the
// arguments matters.
func similarLines(x, y string) bool {
	have := wordSet(string(tokenize.Fold(nil, x)))
	n, common := 0, 0
	for w := range strings.FieldsSeq(string(tokenize.Fold(nil, y))) {
		if n++; have[w] {
			common++
		}
	}
	return common*2 >= n
}

// boilerplate returns those of the given blocks that are probably boilerplate, with the rule.
func (t *parsedText) boilerplate(blocks []int) map[int]Rule {
	out := map[int]Rule{}
	first, last := t.proseRange()
	var lastRun itemRun
	for n, i := range blocks {
		if t.wordCounts[i] > maxBannerWords {
			continue
		}
		fold := string(tokenize.Fold(nil, t.blocks[i].Text))
		switch {
		case t.wordCounts[i] <= maxControlWords && boilerplate.IsPageControl(fold):
			if !t.betweenProse(i) && !t.inContentList(i, &lastRun) {
				out[i] = RulePageControl
			}
		case boilerplate.IsBannerPhrase(fold), boilerplate.AsksForConsent(fold) && (controlFollows(t, blocks, n) || (i < first+3 || i > last-3) && boilerplate.IsBannerText(fold)):
			out[i] = RuleConsentBanner
		}
	}
	t.markMenus(blocks, first, last, out)
	return out
}

// itemRun is a run of consecutive list items.
type itemRun struct {
	from, to  int
	isContent bool // the list belongs to the document
}

// inContentList reports whether block i is an item of a list that belongs to the
// document: the list follows a line that ends with a colon, or it has an item that is
// neither a control nor a link. lastRun caches the list of the previous call, so that
// each list is examined once.
func (t *parsedText) inContentList(i int, lastRun *itemRun) bool {
	if t.blocks[i].Kind != markdown.ListItem {
		return false
	}
	if i >= lastRun.from && i < lastRun.to {
		return lastRun.isContent
	}
	l := itemRun{from: i, to: i + 1}
	for l.from > 0 && t.blocks[l.from-1].Kind == markdown.ListItem {
		l.from--
	}
	for l.to < len(t.blocks) && t.blocks[l.to].Kind == markdown.ListItem {
		l.to++
	}
	if lead := t.leadIn[i]; lead >= 0 {
		l.isContent = strings.HasSuffix(t.blocks[lead].Text, ":")
	}
	for k := l.from; k < l.to && !l.isContent; k++ {
		l.isContent = !t.isLinks(k) && (t.wordCounts[k] > maxControlWords || !boilerplate.IsPageControl(string(tokenize.Fold(nil, t.blocks[k].Text))))
	}
	*lastRun = l
	return l.isContent
}

// betweenProse reports whether block i is between two prose paragraphs.
func (t *parsedText) betweenProse(i int) bool {
	return i > 0 && i+1 < len(t.blocks) && t.isProse(i-1) && t.isProse(i+1)
}

// isProse reports whether block i is a paragraph of the minimum length that is not mostly
// links.
func (t *parsedText) isProse(i int) bool {
	return t.blocks[i].Kind == markdown.Paragraph && t.wordCounts[i] >= minProseWords && t.blocks[i].LinkBytes*2 < len(t.blocks[i].Text)
}
