package dashboard

import (
	"strings"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/change"
)

// Bounds of one part of a comparison, so that a page stays small. They were chosen by hand.
const (
	maxPartBytes       = 44 << 10 // of text
	maxPartDifferences = 90
	// maxParagraphBytes is the length from which a paragraph is shown as several ones.
	maxParagraphBytes = 6 << 10
)

// divide divides the sections into parts, sets the outline, and sets Sections to those of one part.
func (v *diffView) divide(sections []diffSection, part int) {
	d := divider{view: v, budget: maxPartBytes, part: 1}
	if v.Display == displaySplit {
		d.budget /= 2 // equal text is shown twice
	}
	for _, s := range sections {
		d.section(s)
	}
	v.Parts = d.part
	v.Part = min(max(part, 1), v.Parts)
	for _, p := range d.out {
		if p.part == v.Part {
			v.Sections = append(v.Sections, p.diffSection)
		}
	}
}

// divider divides sections into parts.
type divider struct {
	view                              *diffView
	budget                            int
	part, bytes, paragraphs, numbered int // all but part: of the current part
	out                               []partSection
}

type partSection struct {
	diffSection
	part int
}

// section adds a section, which can continue in further parts.
func (d *divider) section(s diffSection) {
	if d.bytes > d.budget*9/10 {
		d.nextPart()
	}
	d.outline(s)
	rest := dividedParagraphs(s.Paragraphs)
	if s.Number > 0 {
		d.number()
	}
	s.Paragraphs = nil
	for _, p := range rest {
		size, numbers := p.size()
		if d.paragraphs > 0 && (d.bytes+size > d.budget || d.numbered+numbers > maxPartDifferences) {
			d.out = append(d.out, partSection{s, d.part})
			d.nextPart()
			s.Paragraphs, s.Continued, s.Number = nil, true, 0
		}
		s.Paragraphs = append(s.Paragraphs, p)
		d.bytes, d.paragraphs = d.bytes+size, d.paragraphs+1
		for range numbers {
			d.number()
		}
	}
	d.out = append(d.out, partSection{s, d.part})
}

func (d *divider) nextPart() {
	d.part++
	d.bytes, d.paragraphs, d.numbered = 0, 0, 0
}

// number records the part of the next difference.
func (d *divider) number() {
	d.numbered++
	d.view.partOf = append(d.view.partOf, d.part)
}

func (d *divider) outline(s diffSection) {
	if s.State == sectionUnchanged {
		return
	}
	if len(d.view.Outline) == maxOutline {
		d.view.OutlineOmitted++
		return
	}
	d.view.Outline = append(d.view.Outline, outlineEntry{Heading: s.Heading, State: s.State, ID: s.ID, Part: d.part, Differences: s.Differences, Added: s.Added, Removed: s.Removed})
}

// dividedParagraphs returns paragraphs with the long ones divided.
func dividedParagraphs(list []paragraph) (out []paragraph) {
	for _, p := range list {
		if n, _ := p.size(); n <= maxParagraphBytes {
			out = append(out, p)
			continue
		}
		part, size := paragraph{}, 0
		for _, x := range p.Pieces {
			for x.Text != "" {
				if size >= maxParagraphBytes {
					out, part, size = append(out, part), paragraph{}, 0
				}
				head := x
				head.Text, x.Text = cutWords(x.Text, maxParagraphBytes-size)
				part.Pieces, size = append(part.Pieces, head), size+len(head.Text)
				if x.Text != "" {
					size = maxParagraphBytes
				}
				x.Number, x.Other = 0, 0
			}
		}
		out = append(out, part)
	}
	return out
}

// cutWords divides a text after about n bytes, between two words if possible.
func cutWords(text string, n int) (head, tail string) {
	if len(text) <= n {
		return text, ""
	}
	if i := strings.IndexByte(text[n:], ' '); i >= 0 && i < maxParagraphBytes/4 {
		return text[:n+i], text[n+i+1:]
	}
	for n < len(text) && !utf8.RuneStart(text[n]) {
		n++
	}
	return text[:n], text[n:]
}

// size returns the bytes of a paragraph in HTML and how many differences begin in it.
func (p paragraph) size() (bytes, numbers int) {
	for _, x := range p.Pieces {
		bytes += len(x.Text)
		for i := range len(x.Text) {
			if strings.IndexByte(`<>&"'`, x.Text[i]) >= 0 {
				bytes += len("&#34;") - 1
			}
		}
		if x.Number > 0 {
			numbers++
		}
	}
	return bytes, numbers
}

// mapMark is a mark of the map of differences, in units of 1/mapRows of the length of the text.
type mapMark struct {
	Y, Height int
	Class     string // add, del or move
	Number    int    // of the first difference at this place
}

// mapRows is the number of places of the map.
const mapRows = 200

// mapMarks returns one mark for each place that has differences.
func mapMarks(sections []diffSection) []mapMark {
	total, at := 0, 0
	for _, s := range sections {
		for _, p := range s.Paragraphs {
			for _, x := range p.Pieces {
				total += len(x.Text)
			}
		}
	}
	var out []mapMark
	mark := func(class string, number, bytes int) {
		y := at * mapRows / max(total, 1)
		if n := len(out); n > 0 && y < out[n-1].Y+out[n-1].Height {
			return
		}
		out = append(out, mapMark{Y: min(y, mapRows-1), Height: max(1, min(bytes*mapRows/max(total, 1), mapRows-y)), Class: class, Number: number})
	}
	for _, s := range sections {
		if s.Number > 0 {
			mark("move", s.Number, 0)
		}
		for _, p := range s.Paragraphs {
			for _, x := range p.Pieces {
				class := "add"
				if x.Kind == change.Removed {
					class = "del"
				}
				if x.Other > 0 {
					class = "move"
				}
				if x.Of > 0 {
					mark(class, x.Of, len(x.Text))
				}
				at += len(x.Text)
			}
		}
	}
	return out
}
