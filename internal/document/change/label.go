package change

import "strings"

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

// assignLabels gives each changed section its labels, and the change all of them.
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

func orderLabels(have map[Label]bool) []Label {
	var out []Label
	for _, l := range Labels {
		// What is about something is not mere wording.
		if have[l] && (l != Wording || len(have) == 1) {
			out = append(out, l)
		}
	}
	return out
}

// labels says what a section's changes are about: by the heading and the changed words;
// where these say nothing, by the sentence around. A date is only a date, and a typing
// error is only wording, whatever the heading is.
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
		case Wording: // a typing error
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
		// In a long change a word or two of everything occurs.
		if size <= shortChangeWords || n >= 2 && n*3 >= most {
			have[l] = true
		}
	}
	if len(have) == 0 {
		have[Wording] = true
	}
	return orderLabels(have)
}

// shortChangeWords is how many words a section's change has at most for each of them to count.
const shortChangeWords = 40

// headingLabels are the topics of the section's heading, or of the nearest one above
// that has any but the document's title.
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

// shortSentenceWords is how many words a sentence has at most for one of them to tell its topic.
const shortSentenceWords = 14

// addBestLabel adds the topic that a text has most words of: at least two, if it is long.
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
