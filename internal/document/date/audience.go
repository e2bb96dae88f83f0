package date

import "strings"

// audience is for whom a date counts, where a text gives one to those who come and
// a later one to those who are there.
type audience int

const (
	everybody audience = iota
	newcomers
	incumbents
)

var (
	// crowds are what a service calls those that it has terms with.
	crowds = words(`users user customers customer members member subscribers subscriber clients client merchants sellers accounts holders visitors developers creators partners`)
	// newOnes and oldOnes tell them apart.
	newOnes = words(`new future`)
	oldOnes = words(`existing current registered`)
)

// lastAudience reads "for existing users" at the end of a folded text, and says how
// many bytes it takes.
func lastAudience(w string) (audience, int) {
	rest := strings.TrimRight(w, " ,:;)")
	noun := lastWord(rest)
	if !crowds[noun] {
		return everybody, 0
	}
	who := everybody
	for range 4 {
		rest = strings.TrimRight(rest[:len(rest)-len(lastWord(rest))], " ")
		switch word := lastWord(rest); {
		case newOnes[word]:
			who = newcomers
		case oldOnes[word]:
			who = incumbents
		case word == "for" || word == "to":
			if who == everybody {
				return who, 0
			}
			return who, len(w) - len(rest) + len(word)
		case word != "our" && word != "the" && word != "all" && word != "account" && word != "of":
			return everybody, 0
		}
	}
	return everybody, 0
}

// firstAudience reads "for existing users" at the beginning of a folded text.
func firstAudience(w string) audience {
	who, at := everybody, 0
	for word := range strings.FieldsSeq(strings.TrimLeft(w, " (")) {
		word = strings.TrimRight(word, ".,;:)")
		switch {
		case at == 0 && word != "for" && word != "to", at > 4:
			return everybody
		case newOnes[word]:
			who = newcomers
		case oldOnes[word]:
			who = incumbents
		case crowds[word] && who != everybody:
			return who
		}
		at++
	}
	return everybody
}

// audience is for whom the date counts: what follows it, or the last that stands
// before it in its sentence. Right after another date stands whom that one is for.
func (a surroundings) audience() audience {
	if who := firstAudience(a.right); who != everybody {
		return who
	}
	left := sentence(a.left)
	if a.follows && len(left) == len(a.left) && firstAudience(left) != everybody {
		_, left, _ = strings.Cut(strings.TrimLeft(left, " ("), " ")
	}
	who := everybody
	for {
		i := strings.Index(" "+left, " for ")
		if j := strings.Index(" "+left, " to "); i < 0 || j >= 0 && j < i {
			i = j
		}
		if i < 0 {
			return who
		}
		if w := firstAudience(left[i:]); w != everybody {
			who = w
		}
		left = left[i+2:]
	}
}

// otherAudience says whether a folded text goes on with for whom another date counts.
func otherAudience(w string) bool {
	w = strings.TrimLeft(w, " ,;(")
	return firstAudience(strings.TrimPrefix(strings.TrimPrefix(w, "and "), "but ")) != everybody
}

// goesOn says whether a date has the cue of the one before it: "effective for new
// users on 1 May 2024 and for existing users on 1 June 2024".
func (a surroundings) goesOn() bool {
	if !a.follows || len(sentence(a.left)) != len(a.left) || a.audience() == everybody {
		return false
	}
	return onlyGlue(strings.ReplaceAll(a.left, " and ", " "))
}

// later says that a date is for those who are there already, and that the text has
// another near it for those who come: that one is the document's.
func (f *finder) later(c candidate) bool {
	if c.who != incumbents {
		return false
	}
	for _, o := range f.cands {
		if o.kind == c.kind && o.who != incumbents && abs(o.start-c.start) <= maxCluster {
			return true
		}
	}
	return false
}
