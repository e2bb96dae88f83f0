package date

import "strings"

// audience is for whom a date counts, where a text gives one to those who come and
// a later one to those who are there.
type audience int

const (
	allUsers audience = iota
	newUsers
	existingUsers
)

var (
	// audienceTerms are what a service calls those that it has terms with.
	audienceTerms = wordSet(`users user customers customer members member subscribers subscriber clients client merchants sellers accounts holders visitors developers creators partners`)
	// newUserTerms and existingUserTerms tell them apart.
	newUserTerms      = wordSet(`new future`)
	existingUserTerms = wordSet(`existing current registered`)
)

// trailingAudience reads "for existing users" at the end of a folded text, and says how
// many bytes it takes.
func trailingAudience(w string) (audience, int) {
	rest := strings.TrimRight(w, " ,:;)")
	noun := lastWord(rest)
	if !audienceTerms[noun] {
		return allUsers, 0
	}
	who := allUsers
	for range 4 {
		rest = strings.TrimRight(rest[:len(rest)-len(lastWord(rest))], " ")
		switch word := lastWord(rest); {
		case newUserTerms[word]:
			who = newUsers
		case existingUserTerms[word]:
			who = existingUsers
		case word == "for" || word == "to":
			if who == allUsers {
				return who, 0
			}
			return who, len(w) - len(rest) + len(word)
		case word != "our" && word != "the" && word != "all" && word != "account" && word != "of":
			return allUsers, 0
		}
	}
	return allUsers, 0
}

// leadingAudience reads "for existing users" at the beginning of a folded text.
func leadingAudience(w string) audience {
	who, at := allUsers, 0
	for word := range strings.FieldsSeq(strings.TrimLeft(w, " (")) {
		word = strings.TrimRight(word, ".,;:)")
		switch {
		case at == 0 && word != "for" && word != "to", at > 4:
			return allUsers
		case newUserTerms[word]:
			who = newUsers
		case existingUserTerms[word]:
			who = existingUsers
		case audienceTerms[word] && who != allUsers:
			return who
		}
		at++
	}
	return allUsers
}

// audience is for whom the date counts: what follows it, or the last that stands
// before it in its sentence. Right after another date stands whom that one is for.
func (a dateContext) audience() audience {
	if who := leadingAudience(a.right); who != allUsers {
		return who
	}
	left := lastSentence(a.left)
	if a.followsDate && len(left) == len(a.left) && leadingAudience(left) != allUsers {
		_, left, _ = strings.Cut(strings.TrimLeft(left, " ("), " ")
	}
	who := allUsers
	for {
		i := strings.Index(" "+left, " for ")
		if j := strings.Index(" "+left, " to "); i < 0 || j >= 0 && j < i {
			i = j
		}
		if i < 0 {
			return who
		}
		if w := leadingAudience(left[i:]); w != allUsers {
			who = w
		}
		left = left[i+2:]
	}
}

// continuesWithAudience says whether a folded text goes on with for whom another date counts.
func continuesWithAudience(w string) bool {
	w = strings.TrimLeft(w, " ,;(")
	return leadingAudience(strings.TrimPrefix(strings.TrimPrefix(w, "and "), "but ")) != allUsers
}

// sharesPreviousCue says whether a date has the cue of the one before it: "effective for new
// users on 1 May 2024 and for existing users on 1 June 2024".
func (a dateContext) sharesPreviousCue() bool {
	if !a.followsDate || len(lastSentence(a.left)) != len(a.left) || a.audience() == allUsers {
		return false
	}
	return onlyStopWords(strings.ReplaceAll(a.left, " and ", " "))
}

// hasEarlierAudience says that a date is for those who are there already, and that the text has
// another near it for those who come: that one is the document's.
func (f *finder) hasEarlierAudience(c candidate) bool {
	if c.audience != existingUsers {
		return false
	}
	for _, o := range f.candidates {
		if o.kind == c.kind && o.audience != existingUsers && abs(o.start-c.start) <= maxClusterBytes {
			return true
		}
	}
	return false
}
