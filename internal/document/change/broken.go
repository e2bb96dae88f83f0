package change

import (
	"github.com/clausea/crawler/internal/document/language"
	"github.com/clausea/crawler/internal/document/tokenize"
)

const (
	// minDocumentWords is how many words a text has at least that can be lost.
	minDocumentWords = 40
	// remnantShare is the share of the words below which what is left is no revision, if
	// it is no longer than remnantWords. Among the recorded histories of public documents
	// no revision kept less than 0.14 of the text, and that was 371 words.
	remnantShare = 0.2
	remnantWords = 100
	// otherTextShare and otherTextWords are the same for a text with nothing of the old one.
	otherTextShare = 0.5
	otherTextWords = 400
	// minLanguageWords is how many words a text has at least whose language can be told.
	minLanguageWords = 80
	// interstitialWords is how far from its beginning a page says that it is a door, in words.
	interstitialWords = 80
	// maxSampleWords bounds how much of a text is looked at for what it has of the old one,
	// in words.
	maxSampleWords = 5000
	// shingleSize is how many words in a row are looked for in the old text.
	shingleSize = 4
)

// lostText says whether the new page lost the document's text: an error, login or consent
// page, a page that waits for scripts, a remnant, another text altogether, or the same
// document in another language, which a site gives by the reader's place.
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
	was, is := language.Of(old.Text), language.Of(cur.Text)
	return was != "" && is != "" && was != is
}

// commonShare is the share of the new words that stand in the old text in the same order, by
// whole blocks and by shingles.
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

// addShingles adds the sums of the runs of words of a text's first blocks.
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
