package change

import (
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/clausea/crawler/internal/document/change/editscript"
	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// MaxInsignificantEdits is the maximum number of insignificant edits in a change.
const MaxInsignificantEdits = 1000

// Bounds of an insignificant edit. They were chosen by hand.
const (
	maxEditBytes     = 400 // of each of its texts
	editContextBytes = 24  // of equal text before the first difference
)

// InsignificantEdit is an edit that does not count as a change.
type InsignificantEdit struct {
	Rule    Rule   `json:"rule"`
	Removed string `json:"removed"` // shortened; empty if nothing was removed
	Added   string `json:"added"`   // shortened; empty if nothing was added
}

// RuleCount is the number of edits that a rule considers insignificant.
type RuleCount struct {
	Rule  Rule
	Edits int
}

// InsignificantCounts returns the number of insignificant edits of each rule, in the order of
// Rules.
func (c Change) InsignificantCounts() []RuleCount {
	edits := map[Rule]int{}
	for _, e := range c.Insignificant {
		edits[e.Rule]++
	}
	var out []RuleCount
	for _, r := range Rules {
		if edits[r] > 0 {
			out = append(out, RuleCount{r, edits[r]})
		}
	}
	return out
}

// editLog collects insignificant edits.
type editLog struct {
	edits   []InsignificantEdit
	omitted int
}

// withEdits returns the change with the edits of a log added.
func (c Change) withEdits(l editLog) Change {
	n := min(len(l.edits), MaxInsignificantEdits-len(c.Insignificant))
	c.Insignificant = append(c.Insignificant, l.edits[:n]...)
	c.InsignificantOmitted += l.omitted + len(l.edits) - n
	return c
}

// add adds an edit unless its texts are equal.
func (l *editLog) add(r Rule, removed, added string) {
	if removed == added {
		return
	}
	if len(l.edits) == MaxInsignificantEdits {
		l.omitted++
		return
	}
	removed, added = shortenPair(removed, added)
	l.edits = append(l.edits, InsignificantEdit{r, removed, added})
}

// shortenPair cuts two long texts to their difference, with some text before it.
func shortenPair(x, y string) (removed, added string) {
	if len(x) <= maxEditBytes && len(y) <= maxEditBytes {
		return x, y
	}
	same := 0
	for same < len(x) && same < len(y) && x[same] == y[same] {
		same++
	}
	from := max(0, same-editContextBytes)
	return cutText(x, from), cutText(y, from)
}

// cutText returns at most maxEditBytes of a text from an offset on, with an ellipsis where text
// is missing.
func cutText(s string, from int) string {
	if from >= len(s) {
		return ""
	}
	out := s[from:min(len(s), from+maxEditBytes)]
	if from+maxEditBytes < len(s) {
		out += "…"
	}
	if from > 0 {
		out = "…" + out
	}
	return strings.ToValidUTF8(out, "")
}

// fullText returns the text of a block with its number and its copyright years.
func fullText(b markdown.Block) string {
	text := b.Text
	if b.Full != "" {
		text = b.Full
	}
	if b.Marker != "" {
		text = b.Marker + " " + text
	}
	return text
}

// logBlocks adds the edits in blocks whose words are equal, the blocks that moved, and the
// edits in blocks that are not compared.
func (c *comparison) logBlocks() {
	for j, i := range c.toOld {
		if i < 0 {
			continue
		}
		a, b := &c.old.blocks[i], &c.cur.blocks[j]
		if c.match[j] == matchedMoved {
			c.log.add(RuleOrder, a.Text, "")
			c.log.add(RuleOrder, "", b.Text)
		}
		if a.Text == b.Text {
			c.log.add(RuleItemNumber, a.Marker, b.Marker)
		}
		if a.Full != b.Full {
			c.log.add(RuleCopyrightYear, fullText(*a), fullText(*b))
		}
		if a.Text != b.Text {
			one, other := newWordSequence(c.old, []int{i}), newWordSequence(c.cur, []int{j})
			c.log.addEqualWords(one, other, 0, 0, min(len(one.pos), len(other.pos)))
		}
	}
	c.log.addRemovedParts(c.old.skipped, c.cur.skipped)
}

// addWordDiff adds the insignificant edits of a word-by-word comparison. The punctuation of the
// words next to a significant edit belongs to that edit.
func (l *editLog) addWordDiff(r *wordDiff) {
	for n, e := range r.edits {
		if e.rule != "" {
			l.add(e.rule, r.a.textAcross(e.a0, e.a1), r.b.textAcross(e.b0, e.b1))
			continue
		}
		if !e.equal {
			continue
		}
		if n > 0 && !r.edits[n-1].equal {
			e.a0, e.b0 = e.a0+1, e.b0+1
		}
		if n+1 < len(r.edits) && !r.edits[n+1].equal {
			e.a1--
		}
		l.addEqualWords(r.a, r.b, e.a0, e.b0, e.a1-e.a0)
	}
}

// textAcross returns the text of the words [i:j), which may lie in several blocks.
func (w *wordSequence) textAcross(i, j int) string {
	var out []string
	for i < j {
		to := i + 1
		for to < j && !w.startsBlock(to) {
			to++
		}
		out = append(out, w.textOf(i, to))
		i = to
	}
	return strings.Join(out, "\n")
}

// addEqualWords adds the differences between n equal words from i in a and from j in b on.
func (l *editLog) addEqualWords(a, b *wordSequence, i, j, n int) {
	for k := 0; k < n; k++ {
		l.add(RuleItemNumber, a.markerBefore(i+k), b.markerBefore(j+k))
		if a.sameText(i+k, b, j+k) {
			continue
		}
		from, rule := k, ruleOfClass(a.pos[i+k].class)
		for k+1 < n && !a.startsBlock(i+k+1) && !b.startsBlock(j+k+1) && !a.sameText(i+k+1, b, j+k+1) && ruleOfClass(a.pos[i+k+1].class) == rule {
			k++
		}
		l.add(rule, a.textAcross(i+from, i+k+1), b.textAcross(j+from, j+k+1))
	}
}

// markerBefore returns the number of the list item that begins with word i, or "".
func (w *wordSequence) markerBefore(i int) string {
	if !w.startsBlock(i) {
		return ""
	}
	return w.text.blocks[w.pos[i].block].Marker
}

// sameText reports whether word i and word j of b have the same text.
func (w *wordSequence) sameText(i int, b *wordSequence, j int) bool {
	return w.textOf(i, i+1) == b.textOf(j, j+1)
}

// ruleOfClass returns the rule for different forms of a word of a class.
func ruleOfClass(c tokenize.Class) Rule {
	switch c {
	case tokenize.Number:
		return RuleNumberFormat
	case tokenize.EmailAddress, tokenize.ObfuscatedEmail:
		return RuleEmailNotation
	case tokenize.RandomID:
		return RuleRandomID
	}
	return RuleFormatting
}

// maxRemovedLines is the maximum number of lines of both texts for each rule that are compared
// line by line. Longer parts are reported as replaced. It was chosen by hand.
const maxRemovedLines = 20_000

// addRemovedParts adds the differences between the lines of parts that are not part of the
// text, by rule.
func (l *editLog) addRemovedParts(old, cur []RemovedPart) {
	for _, rule := range Rules {
		x, y := linesOf(old, rule), linesOf(cur, rule)
		if len(x)+len(y) > maxRemovedLines {
			l.add(rule, strings.Join(x, "\n"), strings.Join(y, "\n"))
			continue
		}
		runs, _ := editscript.Diff(hashLines(x), hashLines(y), 1)
		i, j := 0, 0
		for _, r := range append(runs, editscript.Match{A: len(x), B: len(y)}) {
			l.add(rule, strings.Join(x[i:r.A], "\n"), strings.Join(y[j:r.B], "\n"))
			i, j = r.A+r.Len, r.B+r.Len
		}
	}
}

// linesOf returns the lines of the parts that a rule removed.
func linesOf(parts []RemovedPart, r Rule) []string {
	var out []string
	for _, p := range parts {
		if p.Rule != r {
			continue
		}
		for line := range strings.SplitSeq(p.Text, "\n") {
			if line = tokenize.CollapseSpace(line); line != "" {
				out = append(out, line)
			}
		}
	}
	return out
}

// hashLines returns the hash of each line.
func hashLines(lines []string) []uint64 {
	out := make([]uint64, len(lines))
	for i, s := range lines {
		out[i] = xxhash.Sum64String(s)
	}
	return out
}
