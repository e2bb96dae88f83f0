package date

import "strings"

// audience is the group of users that a date applies to. Some texts name one date for new
// users and a later one for existing users.
type audience int

const (
	allUsers audience = iota
	newUsers
	existingUsers
)

// Audience terms. All words are folded.
var (
	// audienceTerms are names for the users of a service.
	audienceTerms = wordSet(`users user customers customer members member subscribers subscriber clients client merchants sellers accounts holders visitors developers creators partners`)
	// newUserTerms and existingUserTerms distinguish the two groups.
	newUserTerms      = wordSet(`new future`)
	existingUserTerms = wordSet(`existing current registered`)
)

// trailingAudience parses an audience such as "for existing users" at the end of a folded
// text. It returns the length of the phrase in bytes, or 0.
func trailingAudience(w string) (audience, int) {
	rest := strings.TrimRight(w, " ,:;)")
	noun := lastWord(rest)
	if !audienceTerms[noun] {
		return allUsers, 0
	}
	group := allUsers
	for range 4 {
		rest = strings.TrimRight(rest[:len(rest)-len(lastWord(rest))], " ")
		switch word := lastWord(rest); {
		case newUserTerms[word]:
			group = newUsers
		case existingUserTerms[word]:
			group = existingUsers
		case word == "for" || word == "to":
			if group == allUsers {
				return group, 0
			}
			return group, len(w) - len(rest) + len(word)
		case word != "our" && word != "the" && word != "all" && word != "account" && word != "of":
			return allUsers, 0
		}
	}
	return allUsers, 0
}

// leadingAudience parses an audience such as "for existing users" at the beginning of a
// folded text.
func leadingAudience(w string) audience {
	group, at := allUsers, 0
	for word := range strings.FieldsSeq(strings.TrimLeft(w, " (")) {
		word = strings.TrimRight(word, ".,;:)")
		switch {
		case at == 0 && word != "for" && word != "to", at > 4:
			return allUsers
		case newUserTerms[word]:
			group = newUsers
		case existingUserTerms[word]:
			group = existingUsers
		case audienceTerms[word] && group != allUsers:
			return group
		}
		at++
	}
	return allUsers
}

// audience returns the audience of the date: the one that follows it, or the last one
// before it in the sentence. An audience directly after the previous date belongs to that
// date.
func (ctx dateContext) audience() audience {
	if group := leadingAudience(ctx.right); group != allUsers {
		return group
	}
	left := lastSentence(ctx.left)
	if ctx.followsDate && len(left) == len(ctx.left) && leadingAudience(left) != allUsers {
		_, left, _ = strings.Cut(strings.TrimLeft(left, " ("), " ")
	}
	group := allUsers
	for {
		i := strings.Index(" "+left, " for ")
		if j := strings.Index(" "+left, " to "); i < 0 || j >= 0 && j < i {
			i = j
		}
		if i < 0 {
			return group
		}
		if w := leadingAudience(left[i:]); w != allUsers {
			group = w
		}
		left = left[i+2:]
	}
}

// continuesWithAudience reports whether a folded text continues with the audience of
// another date.
func continuesWithAudience(w string) bool {
	w = strings.TrimLeft(w, " ,;(")
	return leadingAudience(strings.TrimPrefix(strings.TrimPrefix(w, "and "), "but ")) != allUsers
}

// sharesPreviousCue reports whether the cue of the previous date also applies to this
// one, as in "effective for new users on 1 May 2024 and for existing users on 1 June
// 2024".
func (ctx dateContext) sharesPreviousCue() bool {
	if !ctx.followsDate || len(lastSentence(ctx.left)) != len(ctx.left) || ctx.audience() == allUsers {
		return false
	}
	return onlyStopWords(strings.ReplaceAll(ctx.left, " and ", " "))
}

// supersededByNewUserDate reports whether a candidate applies to existing users only, and a
// candidate of the same kind nearby applies to other users. The other candidate is then the
// date of the document.
func (f *finder) supersededByNewUserDate(c candidate) bool {
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
