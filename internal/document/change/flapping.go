package change

import "time"

// Observation is one version of a document in its history.
type Observation struct {
	ContentHash string    // see the function ContentHash
	FirstSeen   time.Time // when the version was first observed
}

// Bounds of flap detection. They were chosen by hand.
const (
	// MaxFlapVersions is the number of newest versions that are examined.
	MaxFlapVersions = 12
	// MaxFlapTexts is the maximum number of texts that a flapping document alternates
	// between. A return to a text from before that is a revision.
	MaxFlapTexts = 4
	// MinFlapReturns is the minimum number of returns, including the new one, of a flapping
	// document. A single return may be a deliberate revert, which readers need to know about.
	MinFlapReturns = 2
	// FlapWindow is the maximum age of the returns that count.
	FlapWindow = 90 * 24 * time.Hour
)

// Flapping is the result of DetectFlapping.
type Flapping struct {
	// IsFlapping is set if the new text is not the first return. The first return was
	// reported as a change; further returns are not worth a notification.
	IsFlapping bool
	// PreviousIndex is the index in the history of the newest version with the new text,
	// or -1 if there is none within the bounds.
	PreviousIndex int
	Returns       int       // number within the bounds, including the new one
	Since         time.Time // when the oldest of the returns was first seen; zero if there are none
}

// DetectFlapping reports whether a document alternates between a few texts. A return is a
// version with a text that the document had before and then replaced by another one. now is
// the new version. history holds the versions before it, newest first, and must include a
// version for each return. Texts are the same only if their hashes are equal: similar texts
// may differ in the one word that matters.
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
	// back returns the newest version before i with the same text and at least one other
	// text in between, or -1.
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
