package dashboard

import (
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// reviewRow is a change in the list of the review page.
type reviewRow struct {
	service.InboxEntry
	Flags []flag
}

// flag is a badge with the kind of its color.
type flag struct{ Kind, Text string }

func reviewRows(entries []service.InboxEntry) []reviewRow {
	out := make([]reviewRow, len(entries))
	for i, e := range entries {
		out[i] = reviewRow{e, flagsOf(e.ReviewedChange)}
	}
	return out
}

// flagsOf returns the flags of a change.
func flagsOf(c service.ReviewedChange) (flags []flag) {
	if kind, ok := kindFlags[c.Kind]; ok {
		flags = append(flags, kind)
	}
	if c.Silent {
		flags = append(flags, flag{"warn", "Silent"})
	}
	switch c.Review.State {
	case store.ReviewNew:
	case store.ReviewObjected, store.ReviewEscalated:
		flags = append(flags, flag{"warn", words(c.Review.State)})
	default:
		flags = append(flags, flag{"plain", words(c.Review.State)})
	}
	return flags
}

// kindFlags are the flags of the kinds of change. A change of the text needs none.
var kindFlags = map[store.ChangeKind]flag{
	store.ChangeCreated: {"info", "First version"}, store.ChangeMoved: {"info", "Moved"}, store.ChangeRemoved: {"bad", "Removed"},
	store.ChangeRestored: {"ok", "Restored"}, store.ChangeBroken: {"bad", "Broken"}, store.ChangeRecovered: {"ok", "Recovered"},
	store.ChangeFlapping: {"plain", "Flapping"}, store.ChangeEffectiveSoon: {"warn", "Takes effect soon"},
}

// MaterialityKind returns the color of the materiality.
func (r reviewRow) MaterialityKind() string { return materialityKind(r.Materiality) }

func materialityKind(m service.Materiality) string {
	switch m.Level {
	case service.MaterialityHigh:
		return "bad"
	case service.MaterialityMedium:
		return "warn"
	}
	return "plain"
}

// Effect says when the text takes effect, or "".
func (r reviewRow) Effect() string {
	switch {
	case r.EffectiveDate == "":
		return ""
	case r.Days == 0:
		return "Takes effect today"
	case r.Days < 0:
		return "Took effect " + plural(-r.Days, "day", "days") + " ago"
	}
	return "Takes effect in " + plural(r.Days, "day", "days")
}

// HasWords reports whether words were added or removed.
func (r reviewRow) HasWords() bool { return r.Summary.Added+r.Summary.Removed > 0 }
