package dashboard

import (
	"strings"

	"github.com/clausea/crawler/internal/document/change"
)

// paragraphsOf divides the words of a section into paragraphs.
func paragraphsOf(ops []change.Op) []paragraph {
	out := []paragraph{{}}
	for _, op := range ops {
		for i, line := range strings.Split(op.Text, "\n") {
			if i > 0 && len(out[len(out)-1].Pieces) > 0 {
				out = append(out, paragraph{})
			}
			if line != "" {
				last := &out[len(out)-1]
				last.Pieces = append(last.Pieces, piece{Kind: op.Kind, Text: line})
			}
		}
	}
	if len(out[len(out)-1].Pieces) == 0 {
		out = out[:len(out)-1]
	}
	return out
}

// numberDifferences gives each difference a number, from 1 on, and returns how many there are. A
// difference is a run of pieces that are not equal, or the move of a section.
func numberDifferences(sections []diffSection) int {
	n := 0
	for i := range sections {
		s := &sections[i]
		before := n
		if s.State == change.SectionMoved {
			n++
			s.Number = n
		}
		open := false
		for _, p := range s.Paragraphs {
			for j := range p.Pieces {
				x := &p.Pieces[j]
				if x.Kind == change.Equal {
					open = false
					continue
				}
				if !open {
					n++
					x.Number, open = n, true
				}
				x.Of = n
			}
		}
		s.Differences = n - before
	}
	return n
}

// minMovedWords is the minimum length of a paragraph that is shown as moved. Shorter ones are
// often equal by chance. It was chosen by hand.
const minMovedWords = 4

// linkMoves links each paragraph that was removed at one place and added at another.
func linkMoves(sections []diffSection) {
	removed := map[string][]*piece{}
	wholePieces(sections, change.Removed, func(x *piece) { removed[movedKey(x.Text)] = append(removed[movedKey(x.Text)], x) })
	wholePieces(sections, change.Added, func(x *piece) {
		key := movedKey(x.Text)
		if candidates := removed[key]; len(candidates) > 0 {
			x.Other, candidates[0].Other = candidates[0].Of, x.Of
			removed[key] = candidates[1:]
		}
	})
}

// wholePieces calls f for the paragraphs that were removed or added as a whole and are long
// enough to be recognized at another place.
func wholePieces(sections []diffSection, kind string, f func(x *piece)) {
	for _, s := range sections {
		for _, p := range s.Paragraphs {
			if len(p.Pieces) == 1 && p.Pieces[0].Kind == kind && len(strings.Fields(p.Pieces[0].Text)) >= minMovedWords {
				f(&p.Pieces[0])
			}
		}
	}
}

// movedKey returns the text in the form in which moved paragraphs are equal.
func movedKey(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

// contextWords is the number of equal words that are shown before and after a difference.
const contextWords = 20

// withContext returns the paragraphs that have differences, with the end of the paragraph before
// and the beginning of the one after.
func withContext(list []paragraph) []paragraph {
	var out []paragraph
	skipped := 0
	flush := func() {
		if skipped > 0 {
			out = append(out, paragraph{Skipped: skipped})
		}
		skipped = 0
	}
	for i, p := range list {
		switch {
		case p.changed():
			flush()
			out = append(out, p.shortened())
		case i > 0 && list[i-1].changed():
			out = append(out, paragraph{Pieces: []piece{{Kind: change.Equal, Text: shorten(p.Pieces[0].Text, false, true)}}})
		case i+1 < len(list) && list[i+1].changed():
			flush()
			out = append(out, paragraph{Pieces: []piece{{Kind: change.Equal, Text: shorten(p.Pieces[0].Text, true, false)}}})
		default:
			skipped++
		}
	}
	flush()
	return out
}

// changed reports whether a paragraph has differences.
func (p paragraph) changed() bool {
	return len(p.Pieces) != 1 || p.Pieces[0].Kind != change.Equal
}

// shortened returns the paragraph with long equal pieces shortened.
func (p paragraph) shortened() paragraph {
	out := paragraph{Pieces: make([]piece, len(p.Pieces))}
	for i, x := range p.Pieces {
		if x.Kind == change.Equal {
			x.Text = shorten(x.Text, i == 0, i == len(p.Pieces)-1)
		}
		out.Pieces[i] = x
	}
	return out
}

// shorten returns the words of an equal text that are next to a difference: the last ones of the
// first piece of a paragraph, the first ones of the last, and both of others.
func shorten(text string, first, last bool) string {
	words := strings.Fields(text)
	n := len(words)
	switch {
	case first && last:
		return text
	case first && n > contextWords+1:
		return "… " + strings.Join(words[n-contextWords:], " ")
	case last && n > contextWords+1:
		return strings.Join(words[:contextWords], " ") + " …"
	case !first && !last && n > 2*contextWords+1:
		return strings.Join(words[:contextWords], " ") + " … " + strings.Join(words[n-contextWords:], " ")
	}
	return text
}

// rowsOf returns the paragraphs with the old text beside the new one. A paragraph that was
// replaced as a whole is beside the one that replaced it.
func rowsOf(list []paragraph) []diffRow {
	var out []diffRow
	for _, p := range list {
		var r diffRow
		for _, x := range p.Pieces {
			if x.Kind != change.Added {
				r.Old = append(r.Old, x)
			}
			if x.Kind != change.Removed {
				r.New = append(r.New, x)
			}
		}
		if n := len(out); n > 0 && len(r.Old) == 0 && len(out[n-1].New) == 0 {
			out[n-1].New = r.New
			continue
		}
		out = append(out, r)
	}
	return out
}
