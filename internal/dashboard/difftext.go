package dashboard

import (
	"fmt"
	"strings"

	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/service"
)

// textSection is a heading of a text with the paragraphs up to the next heading.
type textSection struct {
	heading    string
	paragraphs []paragraph
}

// textSections divides Markdown into sections, as package change does.
func textSections(md string) []textSection {
	out := []textSection{{}}
	for _, b := range markdown.Parse(md) {
		if b.Kind == markdown.Heading {
			out = append(out, textSection{heading: b.Text})
		}
		text := b.Text
		if b.Full != "" {
			text = b.Full
		}
		switch {
		case b.Kind == markdown.TableRow:
			text = strings.ReplaceAll(text, "\t", " | ")
		case b.Marker != "":
			text = b.Marker + " " + text
		case b.Kind == markdown.ListItem && !b.Numbered:
			text = "• " + text
		}
		last := &out[len(out)-1]
		last.paragraphs = append(last.paragraphs, paragraph{Pieces: []piece{{Kind: change.Equal, Text: text}}})
	}
	return out
}

// sectionsOf returns the changed sections of a comparison, or all sections of the new text with
// the removed ones in between.
func sectionsOf(c service.Comparison, whole bool) []diffSection {
	w := weaver{old: textSections(c.FromText), cur: textSections(c.ToText), whole: whole}
	changed := c.Change.Sections
	for i, s := range changed {
		if s.State == change.SectionRemoved {
			limit := len(w.cur)
			if i+1 < len(changed) {
				if at := w.find(changed[i+1]); at >= 0 {
					limit = at
				}
			}
			w.unchangedUpTo(w.placeOfRemoved(s, limit))
			w.add(s, paragraphsOf(s.Ops))
			continue
		}
		at := w.find(s)
		if at < 0 {
			w.add(s, paragraphsOf(s.Ops))
			continue
		}
		w.unchangedUpTo(at)
		list := paragraphsOf(s.Ops)
		if len(list) == 0 { // the section only moved
			list = w.cur[at].paragraphs
		}
		w.add(s, list)
		w.next = at + 1
	}
	w.unchangedUpTo(len(w.cur))
	return w.out
}

// weaver puts the changed sections of a comparison between the unchanged ones of the new text.
type weaver struct {
	old, cur []textSection
	whole    bool
	next     int // the first section of cur that was not written
	out      []diffSection
}

func (w *weaver) unchangedUpTo(end int) {
	for ; w.next < end; w.next++ {
		if s := w.cur[w.next]; w.whole && len(s.paragraphs) > 0 {
			w.out = append(w.out, diffSection{ID: w.id(), Heading: s.heading, State: sectionUnchanged, Paragraphs: s.paragraphs})
		}
	}
}

func (w *weaver) add(s change.SectionChange, list []paragraph) {
	out := diffSection{
		ID: w.id(), Heading: s.Heading, PreviousHeading: s.PreviousHeading, State: s.State, Labels: s.Labels, Added: s.Added, Removed: s.Removed, Paragraphs: list,
	}
	if s.State == change.SectionMoved {
		out.MovedFrom = headingBefore(w.old, s.Heading)
	}
	w.out = append(w.out, out)
}

func (w *weaver) id() string { return fmt.Sprintf("section-%d", len(w.out)+1) }

// find returns the section of the new text that a changed section is, or -1. Several sections can
// have one heading; then the first words decide.
func (w *weaver) find(s change.SectionChange) int {
	first := -1
	want := firstLetters(newWords(s.Ops))
	for i := w.next; i < len(w.cur); i++ {
		if w.cur[i].heading != s.Heading {
			continue
		}
		if first < 0 {
			first = i
		}
		if want == "" || strings.HasPrefix(firstLetters(w.cur[i].texts()), want) {
			return i
		}
	}
	return first
}

// placeOfRemoved returns the section of the new text before which a removed section is shown: the
// one after the section that it followed in the old text.
func (w *weaver) placeOfRemoved(s change.SectionChange, limit int) int {
	before := headingBefore(w.old, s.Heading)
	for i := w.next; i < limit; i++ {
		if w.cur[i].heading == before {
			return i + 1
		}
	}
	return w.next
}

// headingBefore returns the heading before that of a section, or "".
func headingBefore(list []textSection, heading string) string {
	for i := 1; i < len(list); i++ {
		if list[i].heading == heading {
			return list[i-1].heading
		}
	}
	return ""
}

// comparedLetters is how many letters and digits of two sections are compared.
const comparedLetters = 200

// newWords returns the first words of a section in the new text.
func newWords(ops []change.Op) string {
	var b strings.Builder
	for _, op := range ops {
		if op.Kind != change.Removed {
			b.WriteString(op.Text[:min(len(op.Text), 2*comparedLetters)])
		}
		if b.Len() > 2*comparedLetters {
			break
		}
	}
	return b.String()
}

// texts returns the first words of a section.
func (s textSection) texts() string {
	var b strings.Builder
	for _, p := range s.paragraphs {
		b.WriteString(p.Pieces[0].Text)
		if b.Len() > 8*comparedLetters {
			break
		}
	}
	return b.String()
}

// firstLetters returns the first letters of a text without spaces and ASCII punctuation.
func firstLetters(text string) string {
	text = text[:min(len(text), 4*comparedLetters)]
	out := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z' && r < 0x80 || r == '•' || r == 0xfffd {
			return -1
		}
		return r
	}, text)
	return out[:min(len(out), comparedLetters)]
}
