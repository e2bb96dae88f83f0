package change

import (
	"github.com/clausea/crawler/internal/document/language"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// Limits of the detection of lost text.
const (
	// minDocumentWords is the minimum length of a text that can be lost.
	minDocumentWords = 40
	// A new text that is shorter than remnantShare of the old one, and shorter than
	// remnantWords, is a remnant and not a revision. In the recorded histories of public
	// documents no revision kept less than 0.14 of the text, and that one kept 371 words.
	remnantShare = 0.2
	remnantWords = 100
	// otherTextShare and otherTextWords are the same limits for a text that has nothing
	// in common with the old one.
	otherTextShare = 0.5
	otherTextWords = 400
	// minLanguageWords is the minimum length for a reliable detection of the language.
	minLanguageWords = 80
	// maxSampleWords bounds the part of the new text whose shingles are looked up in the old
	// text. The bound for the old text is 20 times as high.
	maxSampleWords = 5000
	// shingleSize is the number of consecutive words in a shingle.
	shingleSize = 4
)

// lostText reports whether the new page lost the document's text. The page may be an error,
// login or consent page, a page that needs scripts, a remnant, a different text, or the same
// document in another language: some sites choose the language by the location of the
// reader.
func lostText(old, cur Input, a, b *parsedText) bool {
	if old.WordCount < minDocumentWords {
		return false
	}
	share := float64(cur.WordCount) / float64(old.WordCount)
	if share < remnantShare && cur.WordCount < remnantWords {
		return true
	}
	common := commonShare(a, b)
	switch {
	case common >= 0.5:
		return false
	case cur.ErrorPage, cur.WordCount <= otherTextWords && isInterstitial(b):
		return true
	case common >= 0.2:
		return false
	case cur.NotLegal, share < remnantShare:
		return true
	case share < otherTextShare && cur.WordCount < otherTextWords:
		return true
	}
	if old.WordCount < minLanguageWords || cur.WordCount < minLanguageWords {
		return false
	}
	oldLanguage, curLanguage := language.Detect(old.Text), language.Detect(cur.Text)
	return oldLanguage != "" && curLanguage != "" && oldLanguage != curLanguage
}

// commonShare returns the share of the new text that also occurs in the old text, by
// whole blocks or by shingles, whichever is greater.
func commonShare(a, b *parsedText) float64 {
	have := map[uint64]bool{}
	for _, s := range a.hashes {
		have[s] = true
	}
	all, found := 0, 0
	for j, s := range b.hashes {
		all += b.wordCounts[j]
		if have[s] {
			found += b.wordCounts[j]
		}
	}
	if all == 0 {
		return 0
	}
	if found*2 >= all {
		return 1
	}
	old, cur := map[uint64]bool{}, map[uint64]bool{}
	a.addShingles(old, 20*maxSampleWords)
	b.addShingles(cur, maxSampleWords)
	n := 0
	for s := range cur {
		if old[s] {
			n++
		}
	}
	return max(float64(found)/float64(all), float64(n)/float64(max(1, len(cur))))
}

// addShingles adds the hashes of the shingles of the first maxWords words to out.
func (t *parsedText) addShingles(out map[uint64]bool, maxWords int) {
	var ws []tokenize.Word
	n := 0
	for i, b := range t.blocks {
		if n += t.wordCounts[i]; n > maxWords {
			return
		}
		ws = tokenize.Words(ws[:0], b.Text)
		for j := 0; j+shingleSize <= len(ws); j++ {
			out[hashWords(ws[j:j+shingleSize])] = true
		}
	}
}
