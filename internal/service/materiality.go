package service

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/store"
)

// MaterialityLevel estimates how much a change can affect the parties of a document.
type MaterialityLevel string

// The levels of materiality.
const (
	MaterialityHigh   MaterialityLevel = "High"
	MaterialityMedium MaterialityLevel = "Medium"
	MaterialityLow    MaterialityLevel = "Low"
)

// Materiality is an estimate of how much a change matters, with one sentence that says why. It
// orders the work of a reviewer; it is no legal assessment.
type Materiality struct {
	Level  MaterialityLevel
	Reason string
}

// binding are the types of document that set rights and duties between the parties.
var binding = []string{
	doctype.PrivacyPolicy, doctype.TermsOfService, doctype.DPA, doctype.Subprocessors, doctype.RegionalPrivacy, doctype.Children,
	doctype.SLA, doctype.Commercial, doctype.ConditionsSale, doctype.EULA, doctype.AITerms, doctype.Developer,
}

// topics are the labels that concern rights and duties, in words.
var topics = map[string]string{
	string(change.DataUse): "the use of data", string(change.Sharing): "the sharing of data", string(change.Retention): "the retention of data",
	string(change.Rights): "rights of the user", string(change.Liability): "liability", string(change.Disputes): "disputes", string(change.Price): "prices",
}

const (
	// largeChange is the number of changed words from which a change is not low, whatever it is
	// about. Chosen by hand.
	largeChange = 200
	// maxTopics bounds the topics that a reason names.
	maxTopics = 3
)

// MaterialityOf estimates the materiality of a change from its kind, its type of document, its
// labels and its number of words. The first rule that matches decides.
func MaterialityOf(c store.Change) Materiality {
	switch c.Kind {
	case store.ChangeChanged:
		return materialityOfText(c)
	case store.ChangeRemoved:
		if slices.Contains(binding, c.DocumentType) {
			return Materiality{MaterialityHigh, "A binding document is no longer available."}
		}
		return Materiality{MaterialityMedium, "The document is no longer available."}
	case store.ChangeEffectiveSoon:
		return Materiality{MaterialityHigh, "A new text announces the date on which it takes effect."}
	case store.ChangeBroken:
		return Materiality{MaterialityMedium, "The page no longer shows the text, so that changes would go unnoticed."}
	case store.ChangeCreated:
		return Materiality{MaterialityLow, "This is the first version; there is nothing to compare it with."}
	case store.ChangeMoved:
		return Materiality{MaterialityLow, "The document is at another URL."}
	case store.ChangeFlapping:
		return Materiality{MaterialityLow, "The text reverted to an earlier one, not for the first time."}
	case store.ChangeRestored, store.ChangeRecovered:
		return Materiality{MaterialityLow, "The document is available again."}
	}
	return Materiality{MaterialityMedium, "No rule knows this kind of change."}
}

// materialityOfText estimates the materiality of a change of text.
func materialityOfText(c store.Change) Materiality {
	var about []string
	for _, l := range c.Summary.Labels {
		if t, ok := topics[l]; ok {
			about = append(about, t)
		}
	}
	about = about[:min(len(about), maxTopics)]
	bound, words := slices.Contains(binding, c.DocumentType), c.Summary.Added+c.Summary.Removed
	switch {
	case c.DocumentType == doctype.Subprocessors && words > 0:
		return Materiality{MaterialityHigh, "The list of subprocessors changed, which can begin a period to object."}
	case len(about) > 0 && bound && c.Silent:
		return Materiality{MaterialityHigh, fmt.Sprintf("It concerns %s, and the date that the document states did not change.", inWords(about))}
	case len(about) > 0 && bound:
		return Materiality{MaterialityHigh, fmt.Sprintf("It concerns %s in a binding document.", inWords(about))}
	case len(about) > 0:
		return Materiality{MaterialityMedium, fmt.Sprintf("It concerns %s.", inWords(about))}
	case c.Silent:
		return Materiality{MaterialityMedium, "The text changed, but the date that it states did not."}
	case words >= largeChange:
		return Materiality{MaterialityMedium, fmt.Sprintf("It is large: %d words changed.", words)}
	case slices.Contains(c.Summary.Labels, string(change.Dates)):
		return Materiality{MaterialityLow, "Dates and little else changed."}
	}
	return Materiality{MaterialityLow, "The wording changed, without a topic that concerns rights or duties."}
}

// inWords joins items with commas and "and".
func inWords(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}
