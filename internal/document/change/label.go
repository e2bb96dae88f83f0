package change

import "strings"

// Label names a topic of a change.
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
	Wording   Label = "wording" // none of the others
)

// Labels lists all labels in output order.
var Labels = []Label{DataUse, Sharing, Retention, Rights, Liability, Disputes, Price, Dates, Wording}

// assignLabels sets the labels of each changed section, and those of the change to all of
// them.
func (c *Change) assignLabels() {
	all := map[Label]bool{}
	for i := range c.Sections {
		if s := &c.Sections[i]; s.Added+s.Removed > 0 {
			s.Labels = s.labels()
			for _, l := range s.Labels {
				all[l] = true
			}
		}
	}
	c.Labels = orderLabels(all)
}

// orderLabels returns labels in output order. Wording is omitted if there is another
// label.
func orderLabels(have map[Label]bool) []Label {
	var out []Label
	for _, l := range Labels {
		if have[l] && (l != Wording || len(have) == 1) {
			out = append(out, l)
		}
	}
	return out
}

// labels returns the labels of a section. They come from the heading and the changed words,
// or, if these have none, from the surrounding text. Some changes have fixed labels,
// whatever the heading is: Dates for a date, Price for an amount of money, and Wording for a
// corrected typo. A changed period of time has Dates and also the labels of the heading or,
// if that has none, of the surrounding text.
func (s *SectionChange) labels() []Label {
	have := map[Label]bool{}
	heading := s.headingLabels()
	words := map[Label]int{}
	size := 0
	for _, h := range s.hunks() {
		switch h.classify() {
		case Dates:
			have[Dates] = true
		case Price:
			have[Price] = true
		case Wording: // a typo
		case Retention: // a period of time
			have[Dates] = true
			for l := range heading {
				have[l] = true
			}
			if len(heading) == 0 {
				addBestLabel(have, h.surrounding(""))
			}
		default:
			for l := range heading {
				have[l] = true
			}
			n := map[Label]int{}
			labelStemTable.countStems(h.removed+h.added, n)
			if len(n) == 0 && len(heading) == 0 {
				addBestLabel(have, h.surrounding(h.removed+h.added))
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
		// A long change contains a few words of every label by chance.
		if size <= shortChangeWords || n >= 2 && n*3 >= most {
			have[l] = true
		}
	}
	if len(have) == 0 {
		have[Wording] = true
	}
	return orderLabels(have)
}

// shortChangeWords is the maximum length of a section's change in which every matching word
// counts. It was chosen by hand.
const shortChangeWords = 40

// headingLabels returns the labels of the section's heading, or of the nearest enclosing
// heading that has any. The document's title does not count.
func (s *SectionChange) headingLabels() map[Label]bool {
	for i := len(s.parents); i >= 0; i-- {
		h := s.Heading
		if i < len(s.parents) {
			if h = s.parents[i]; i == 0 && len(s.parents) > 1 {
				break
			}
		}
		n := map[Label]int{}
		labelStemTable.countStems(foldPrefix(h), n)
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

// shortSentenceWords is the maximum length of a text in which one matching word is enough for
// a label. It was chosen by hand.
const shortSentenceWords = 14

// addBestLabel adds the label with the most matching words in a folded text. A long text
// needs at least two of them.
func addBestLabel(have map[Label]bool, fold string) {
	n := map[Label]int{}
	labelStemTable.countStems(fold, n)
	var best Label
	if strings.Count(fold, " ") > shortSentenceWords {
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
