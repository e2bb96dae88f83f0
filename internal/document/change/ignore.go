package change

import (
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// AnyNumber stands for any number in the text of an IgnoreRules.
const AnyNumber = "#"

// maxIgnoreRules and maxIgnoreWords bound the work of IgnoreRules, in rules and in words of one.
const (
	maxIgnoreRules = 50
	maxIgnoreWords = 200
)

// IgnoreRules are texts that people chose to ignore. The zero value ignores nothing.
type IgnoreRules struct{ patterns [][]ignoredWord }

// ignoredWord is a word of a rule.
type ignoredWord struct {
	key       uint64
	anyNumber bool
}

// NewIgnoreRules returns the rules of texts, in which AnyNumber stands for any number. It uses the
// first 50 texts that have words other than AnyNumber, and 200 words of each.
func NewIgnoreRules(texts []string) IgnoreRules {
	var r IgnoreRules
	for _, text := range texts {
		if len(r.patterns) == maxIgnoreRules {
			break
		}
		if p := ignoredWords(text); slices.ContainsFunc(p, func(w ignoredWord) bool { return !w.anyNumber }) {
			r.patterns = append(r.patterns, p[:min(len(p), maxIgnoreWords)])
		}
	}
	return r
}

// ignoredWords returns the words of a rule.
func ignoredWords(text string) []ignoredWord {
	var out []ignoredWord
	for i, part := range strings.Split(text, AnyNumber) {
		if i > 0 {
			out = append(out, ignoredWord{anyNumber: true})
		}
		for _, w := range tokenize.Words(nil, part) {
			out = append(out, ignoredWord{key: w.Key})
		}
	}
	return out
}

// Ignore returns the change without the edits that only change text of the rules: their removed
// words lie within such text of the old section, and their added words within such text of the new
// one. They become insignificant edits of RuleIgnoredText. If no other edit remains, the kind is
// KindCosmetic.
func (c Change) Ignore(rules IgnoreRules) Change {
	if c.Kind != KindChange || len(rules.patterns) == 0 {
		return c
	}
	var l editLog
	var sections []SectionChange
	remain, ignored := false, false
	for _, s := range c.Sections {
		ops, edits := rules.ignoreOps(s.Ops, &l)
		if len(ops) > 0 {
			ignored = ignored || len(ops) != len(s.Ops) || !slices.Equal(ops, s.Ops)
			if edits == 0 {
				continue
			}
			remain = true
			if !slices.Equal(ops, s.Ops) {
				s.Ops, s.Added, s.Removed = ops, countOps(ops, Added), countOps(ops, Removed)
			}
		}
		sections = append(sections, s)
	}
	if !ignored {
		return c
	}
	c.Sections, c.Added, c.Removed = sections, 0, 0
	for _, s := range sections {
		c.Added, c.Removed = c.Added+s.Added, c.Removed+s.Removed
	}
	if !remain {
		c.Kind, c.Subprocessors = KindCosmetic, nil
	}
	c.Insignificant = slices.Clone(c.Insignificant) // c may share it with its caller
	c = c.withEdits(l)
	c.assignLabels()
	return c
}

// ignoreOps returns ops in which the ignored edits are equal text, and the number of other edits.
func (r IgnoreRules) ignoreOps(ops []Op, l *editLog) (out []Op, edits int) {
	inOld, inNew := r.covered(ops, Removed), r.covered(ops, Added)
	for from := 0; from < len(ops); {
		if ops[from].Kind == Equal {
			out = appendEqual(out, ops[from].Text)
			from++
			continue
		}
		to, all := from, true
		for ; to < len(ops) && ops[to].Kind != Equal; to++ {
			all = all && (ops[to].Kind == Removed && inOld[to] || ops[to].Kind == Added && inNew[to])
		}
		edit := ops[from:to]
		if !all {
			out, edits = append(out, edit...), edits+1
		} else {
			added := textOfOps(edit, Added)
			l.add(RuleIgnoredText, strings.TrimSpace(textOfOps(edit, Removed)), strings.TrimSpace(added))
			out = appendEqual(out, added)
		}
		from = to
	}
	return out, edits
}

// appendEqual appends equal text, to the last op if that is equal too.
func appendEqual(ops []Op, text string) []Op {
	k := len(ops) - 1
	switch {
	case text == "":
		return ops
	case k < 0 || ops[k].Kind != Equal:
		return append(ops, Op{Equal, text})
	case !strings.HasPrefix(text, "\n"):
		text = " " + text
	}
	ops[k].Text += text
	return ops
}

// covered reports of each op of a kind whether all of its words lie within text of the rules, in
// the text that the equal ops and those of the kind make.
func (r IgnoreRules) covered(ops []Op, kind string) []bool {
	var words []tokenize.Word
	var opOf []int
	for i, op := range ops {
		if op.Kind == Equal || op.Kind == kind {
			words = tokenize.Words(words, op.Text)
			for len(opOf) < len(words) {
				opOf = append(opOf, i)
			}
		}
	}
	ignored := make([]bool, len(words))
	for _, p := range r.patterns {
		for i := 0; i+len(p) <= len(words); i++ {
			if matchesAt(words[i:], p) {
				for k := range p {
					ignored[i+k] = true
				}
			}
		}
	}
	out := make([]bool, len(ops))
	for _, i := range opOf {
		out[i] = true
	}
	for n, i := range opOf {
		out[i] = out[i] && ignored[n]
	}
	return out
}

// matchesAt reports whether words begin with the words of a rule.
func matchesAt(words []tokenize.Word, p []ignoredWord) bool {
	for k, w := range p {
		if w.anyNumber && words[k].Class != tokenize.Number || !w.anyNumber && w.key != words[k].Key {
			return false
		}
	}
	return true
}

// textOfOps returns the text of the ops of a kind.
func textOfOps(ops []Op, kind string) string {
	var b strings.Builder
	for _, op := range ops {
		if op.Kind == kind {
			if b.Len() > 0 && !strings.HasPrefix(op.Text, "\n") {
				b.WriteByte(' ')
			}
			b.WriteString(op.Text)
		}
	}
	return b.String()
}

// countOps returns the number of words of the ops of a kind.
func countOps(ops []Op, kind string) (n int) {
	for _, op := range ops {
		if op.Kind == kind {
			n += tokenize.CountWords(op.Text)
		}
	}
	return n
}
