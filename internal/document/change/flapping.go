package change

import "time"

// Seen is one text of a document: its Fingerprint, and when it was first seen there.
type Seen struct {
	Hash string
	At   time.Time
}

// The bounds of flapping.
const (
	// FlapVersions is how many of the newest versions are looked at.
	FlapVersions = 12
	// FlapTexts is how many texts a document may alternate between; a return to one
	// that was left longer ago is a revision.
	FlapTexts = 4
	// FlapReturns is how many returns, the new one included, make a document flap. The
	// first may be a change taken back, which is news.
	FlapReturns = 2
	// FlapSpan is how long ago the returns are that count.
	FlapSpan = 90 * 24 * time.Hour
)

// Flapping says whether a document alternates between a few texts.
type Flapping struct {
	// Flaps says that the new text is not the first return: a notification of this
	// change has gone out before, and none should go out again.
	Flaps bool
	// Back is the index in the history of the newest version with the new text, or -1
	// if there is none within the bounds.
	Back    int
	Returns int       // within the bounds, the new one included
	Since   time.Time // the oldest of them; zero if there is none
}

// Flap says whether the new text of a document is one that it had before and left, and
// whether that has happened before. history is newest first; history[0] is the version
// that the new text differs from. Texts are the same only if their hashes are: texts
// that are merely alike may differ in the one word that matters.
//
// So that the returns can be counted, each must be a version of its own in the history.
func Flap(history []Seen, now Seen) Flapping {
	f := Flapping{Back: -1}
	if len(history) > FlapVersions {
		history = history[:FlapVersions]
	}
	at := func(i int) Seen { // -1 is the new text
		if i < 0 {
			return now
		}
		return history[i]
	}
	// back is the version before i that has its text again, with another between.
	back := func(i int) int {
		if i+1 < len(history) && history[i+1].Hash == at(i).Hash {
			return -1
		}
		texts := map[string]bool{}
		for j := i + 1; j < len(history); j++ {
			if history[j].Hash == at(i).Hash {
				return j
			}
			if texts[history[j].Hash] = true; len(texts) >= FlapTexts {
				break
			}
		}
		return -1
	}
	for i := -1; i < len(history); i++ {
		j := back(i)
		if i < 0 {
			if f.Back = j; j < 0 {
				return f
			}
		}
		if j >= 0 && now.At.Sub(at(i).At) <= FlapSpan {
			f.Returns++
			f.Since = at(i).At
		}
	}
	f.Flaps = f.Returns >= FlapReturns
	return f
}
