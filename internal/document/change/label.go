package change

import (
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// Label says what a change is about.
type Label string

// The labels.
const (
	DataUse   Label = "data_use"
	Sharing   Label = "sharing"
	Retention Label = "retention"
	Rights    Label = "rights"
	Liability Label = "liability"
	Disputes  Label = "disputes"
	Price     Label = "price"
	Dates     Label = "dates"
	Wording   Label = "wording" // nothing of the above
)

// Labels are all labels in the order in which they are given.
var Labels = []Label{DataUse, Sharing, Retention, Rights, Liability, Disputes, Price, Dates, Wording}

// label gives each changed section its labels, and the change all of them.
func (c *Change) label() {
	all := map[Label]bool{}
	for i := range c.Sections {
		if s := &c.Sections[i]; s.Added+s.Removed > 0 {
			s.Labels = s.labels()
			for _, l := range s.Labels {
				all[l] = true
			}
		}
	}
	c.Labels = ordered(all)
}

func ordered(have map[Label]bool) []Label {
	var out []Label
	for _, l := range Labels {
		// What is about something is not mere wording.
		if have[l] && (l != Wording || len(have) == 1) {
			out = append(out, l)
		}
	}
	return out
}

// hunk is what was removed and added at one place, and the words around it, folded.
type hunk struct {
	removed, added, before, after string
}

// nearBytes is how much of the sentence on either side is looked at for a hunk's topic.
const nearBytes = 240

// near is the sentence around a hunk, as far as it is near, with words between.
func (h hunk) near(words string) string {
	before, after := h.before, h.after
	if len(before) > nearBytes {
		before = before[strings.IndexByte(before[len(before)-nearBytes:], ' ')+len(before)-nearBytes:]
	}
	return before + words + after[:min(len(after), nearBytes)]
}

// hunks divides a section's ops. A line ends the words around.
func (s *SectionChange) hunks() []hunk {
	var out []hunk
	for i := 0; i < len(s.Ops); i++ {
		if s.Ops[i].Kind == Equal {
			continue
		}
		var h hunk
		if i > 0 {
			before := s.Ops[i-1].Text
			h.before = folded(before[strings.LastIndexByte(before, '\n')+1:])
		}
		for ; i < len(s.Ops) && s.Ops[i].Kind != Equal; i++ {
			if f := folded(s.Ops[i].Text); s.Ops[i].Kind == Added {
				h.added += f
			} else {
				h.removed += f
			}
		}
		if i < len(s.Ops) {
			after, _, _ := strings.Cut(s.Ops[i].Text, "\n")
			h.after = folded(after)
		}
		out = append(out, h)
	}
	return out
}

// maxLabelled bounds how much of one text is looked at for its labels, in bytes.
const maxLabelled = 16 << 10

func folded(s string) string {
	return string(tokenize.Fold(nil, s[:min(len(s), maxLabelled)]))
}

// labels says what a section's changes are about: by the heading and the changed words;
// where these say nothing, by the sentence around. A date is only a date, and a typing
// error is only wording, whatever the heading is.
func (s *SectionChange) labels() []Label {
	have := map[Label]bool{}
	heading := s.headingTopics()
	words := map[Label]int{}
	size := 0
	for _, h := range s.hunks() {
		switch h.kind() {
		case Dates:
			have[Dates] = true
		case Price:
			have[Price] = true
		case Wording: // a typing error
		case Retention: // a period of time
			have[Dates] = true
			for l := range heading {
				have[l] = true
			}
			if len(heading) == 0 {
				addBest(have, h.near(""))
			}
		default:
			for l := range heading {
				have[l] = true
			}
			n := map[Label]int{}
			topics.count(h.removed+h.added, n)
			if len(n) == 0 && len(heading) == 0 {
				addBest(have, h.near(h.removed+h.added))
			}
			for l, k := range n {
				words[l] += k
			}
			size += strings.Count(h.removed, " ") + strings.Count(h.added, " ")
		}
	}
	most := 0
	for _, n := range words {
		most = max(most, n)
	}
	for l, n := range words {
		// In a long change a word or two of everything occurs.
		if size <= shortChange || n >= 2 && n*3 >= most {
			have[l] = true
		}
	}
	if len(have) == 0 {
		have[Wording] = true
	}
	return ordered(have)
}

// shortChange is how many words a section's change has at most for each of them to count.
const shortChange = 40

// headingTopics are the topics of the section's heading, or of the nearest one above
// that has any but the document's title.
func (s *SectionChange) headingTopics() map[Label]bool {
	for i := len(s.parents); i >= 0; i-- {
		h := s.Heading
		if i < len(s.parents) {
			if h = s.parents[i]; i == 0 && len(s.parents) > 1 {
				break
			}
		}
		n := map[Label]int{}
		topics.count(folded(h), n)
		delete(n, Dates)
		if len(n) > 0 {
			out := map[Label]bool{}
			for l := range n {
				out[l] = true
			}
			return out
		}
	}
	return nil
}

// shortSentence is how many words a sentence has at most for one of them to tell its topic.
const shortSentence = 14

// addBest adds the topic that a text has most words of: at least two, if it is long.
func addBest(have map[Label]bool, fold string) {
	n := map[Label]int{}
	topics.count(fold, n)
	var best Label
	if strings.Count(fold, " ") > shortSentence {
		n[best] = 1
	}
	for _, l := range Labels {
		if n[l] > n[best] {
			best = l
		}
	}
	if best != "" {
		have[best] = true
	}
}

// kind tells a hunk that is nothing but a date, an amount of money, a period of time
// (Retention) or a typing error (Wording) from one of words, which has none.
func (h hunk) kind() Label {
	x, y := strings.Fields(h.removed), strings.Fields(h.added)
	if h.onlyFigures() {
		near := append(lastFields(h.before, 3), firstFields(h.after, 3)...)
		all := append(append(slices.Clone(x), y...), near...)
		switch {
		case anyMoney(append(slices.Clone(x), y...)) || anyIn(moneyWords, near[max(0, len(near)-2):]) || anyIn(moneyWords, lastFields(h.before, 1)):
			return Price
		case anyIn(monthNames, all) || anyYear(append(slices.Clone(x), y...)):
			return Dates
		case anyIn(timeUnits, all):
			return Retention
		case anyYear(near):
			return Dates
		}
		return ""
	}
	if h.typing(x, y) {
		return Wording
	}
	return ""
}

// onlyFigures says whether all changed words are figures, units, months or parts of a
// date.
func (h hunk) onlyFigures() bool {
	found := false
	for w := range strings.FieldsSeq(h.removed + " " + h.added) {
		switch {
		case strings.ContainsAny(w, "0123456789"), numerals[w], monthNames[w]:
			found = true
		case dateWords[w], timeUnits[w], moneyWords[w], strings.ContainsAny(w, "$%\x00"):
		default:
			return false
		}
	}
	return found
}

func anyMoney(words []string) bool {
	for _, w := range words {
		if moneyWords[w] || strings.ContainsAny(w, "$%¥₹₽₩₺₴₦฿") {
			return true
		}
	}
	return false
}

func anyIn(have map[string]bool, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return have[w] })
}

func anyYear(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		digits := strings.Trim(w, "0123456789") == ""
		return digits && len(w) == 4 && (w[:2] == "19" || w[:2] == "20") || strings.Count(w, ".") == 2 && len(w) >= 6
	})
}

func lastFields(s string, n int) []string {
	if len(s) > 200 {
		s = s[len(s)-200:]
	}
	f := strings.Fields(s)
	return f[max(0, len(f)-n):]
}

func firstFields(s string, n int) []string {
	f := strings.Fields(s[:min(len(s), 200)])
	return f[:min(len(f), n)]
}

// minTyped is how many characters a word has at least whose change by one or two of
// them may be a typing error.
const minTyped = 5

// typing says whether each changed word is nearly the one that it replaced.
func (h hunk) typing(x, y []string) bool {
	if len(x) != len(y) || len(x) == 0 || slices.Equal(x, y) { // what is equal moved
		return false
	}
	for i := range x {
		a, b := []rune(x[i]), []rune(y[i])
		if x[i] == y[i] {
			continue
		}
		if strings.ContainsAny(x[i]+y[i], "0123456789") || opposites[x[i]] || opposites[y[i]] || numerals[x[i]] || numerals[y[i]] ||
			len(a) < minTyped || len(b) < minTyped || a[0] != b[0] || distance(a, b) > 1+min(len(a), len(b))/8 {
			return false
		}
	}
	return true
}

// distance is the number of characters inserted, removed, replaced or exchanged with
// their neighbour between two words.
func distance(a, b []rune) int {
	if len(a) > 40 || len(b) > 40 {
		return 40
	}
	var t [41][41]int
	for i := range len(a) + 1 {
		t[i][0] = i
	}
	for j := range len(b) + 1 {
		t[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			t[i][j] = min(t[i-1][j]+1, t[i][j-1]+1, t[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				t[i][j] = min(t[i][j], t[i-2][j-2]+1)
			}
		}
	}
	return t[len(a)][len(b)]
}
