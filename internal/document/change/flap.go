package change

import "time"

// Observation is one text of a document: its Fingerprint, and when it was first seen there.
type Observation struct {
	ContentHash string
	FirstSeen   time.Time
}

// The bounds of flapping.
const (
	// MaxFlapVersions is how many of the newest versions are looked at.
	MaxFlapVersions = 12
	// MaxFlapTexts is how many texts a document may alternate between; a return to one
	// that was left longer ago is a revision.
	MaxFlapTexts = 4
	// MinFlapReturns is how many returns, the new one included, make a document flap. The
	// first may be a change taken back, which is news.
	MinFlapReturns = 2
	// FlapWindow is how long ago the returns are that count.
	FlapWindow = 90 * 24 * time.Hour
)

// Flapping says whether a document alternates between a few texts.
type Flapping struct {
	// IsFlapping says that the new text is not the first return: a notification of this
	// change has gone out before, and none should go out again.
	IsFlapping bool
	// PreviousIndex is the index in the history of the newest version with the new text, or -1
	// if there is none within the bounds.
	PreviousIndex int
	Returns       int       // within the bounds, the new one included
	Since         time.Time // the oldest of them; zero if there is none
}

// DetectFlapping says whether the new text of a document is one that it had before and left, and
// whether that has happened before. history is newest first; history[0] is the version
// that the new text differs from. Texts are the same only if their hashes are: texts
// that are merely alike may differ in the one word that matters.
//
// So that the returns can be counted, each must be a version of its own in the history.
func DetectFlapping(history []Observation, now Observation) Flapping {
	f := Flapping{PreviousIndex: -1}
	if len(history) > MaxFlapVersions {
		history = history[:MaxFlapVersions]
	}
	at := func(i int) Observation { // -1 is the new text
		if i < 0 {
			return now
		}
		return history[i]
	}
	// back is the version before i that has its text again, with another between.
	back := func(i int) int {
		if i+1 < len(history) && history[i+1].ContentHash == at(i).ContentHash {
			return -1
		}
		texts := map[string]bool{}
		for j := i + 1; j < len(history); j++ {
			if history[j].ContentHash == at(i).ContentHash {
				return j
			}
			if texts[history[j].ContentHash] = true; len(texts) >= MaxFlapTexts {
				break
			}
		}
		return -1
	}
	for i := -1; i < len(history); i++ {
		j := back(i)
		if i < 0 {
			if f.PreviousIndex = j; j < 0 {
				return f
			}
		}
		if j >= 0 && now.FirstSeen.Sub(at(i).FirstSeen) <= FlapWindow {
			f.Returns++
			f.Since = at(i).FirstSeen
		}
	}
	f.IsFlapping = f.Returns >= MinFlapReturns
	return f
}
