package score

import "strings"

// Naming describes what the text of a link says about its target.
type Naming struct {
	Topic string // of the document that the text names; empty if it names none
	Words int    // words of the text
	// Unknown lists the words in normal form that belong to no phrase and are not generic,
	// such as the name of a company.
	Unknown []string
}

// NameOf returns what a text names. A text is a name only if it is short.
func NameOf(text string) Naming {
	var w wordList
	w.addText(text)
	w.slugEnd = w.count
	m := phraseTable.match(&w, inText)
	n := Naming{Words: w.count}
	if m.topic != 0 {
		n.Topic = topics[m.topic-1].name
	}
	if w.nonLatin && n.Topic != "" {
		return n // words of these scripts are not separated reliably
	}
	for i := range w.count {
		word := string(w.phrase(i, 1))
		if !phraseWords[word] && phraseTable.compoundTopic(w.phrase(i, 1)) == 0 && !isNumber(word) {
			n.Unknown = append(n.Unknown, word)
		}
	}
	return n
}

func isNumber(word string) bool { return strings.Trim(word, "0123456789") == "" }

// phraseWords are the words of all listed phrases and the generic words.
var phraseWords = func() map[string]bool {
	words := newSet(normalize(genericWords))
	for i := range topics {
		for _, p := range parsePhrases(topics[i].phrases) {
			for _, w := range strings.Fields(p) {
				words[w] = true
			}
		}
	}
	return words
}()

// genericWords are words of document names that say neither what a document is about nor whose
// it is.
const genericWords = `a an the our your my this these of and or for to in on at by with from us we you view read see full show open more
	website websites site sites web page pages online app apps application mobile platform product products service services software store shop
	general global international worldwide national local main corporate company group business commercial enterprise professional personal
	customer customers client clients user users visitor visitors member members consumer consumers employee employees applicant applicants
	job jobs candidate candidates recruitment supplier suppliers vendor vendors partner partners affiliate affiliates publisher publishers seller sellers buyer buyers
	creator creators developer developers student students patient patients donor donors investor investors host hosts guest guests
	program programs programme event events api trust safety ethics ethical center centre hub help information info details page section
	english version current latest new updated revised effective pdf download official standard standards supplemental additional addendum annex
	california virginia colorado us usa uk eu eea european union europe canada australia residents state states federal
	online payment payments gift card cards subscription subscriptions account accounts membership usage content media social
	s d l de del della dei di du des la le les el los las il lo gli et y e en da do dos das no na ao und der die das den fur zur zum unsere im
	van het een voor och for om til af og sur sul sui con per par pour notre nos vos
	zasady zasad polityka polityki ochrony danych warunkow sluzby sluzeb pouziti`
