// Package unified writes the difference of two texts in the unified format of diff, which patch
// applies.
package unified

import (
	"fmt"
	"strings"

	"github.com/clausea/crawler/internal/document/change/editscript"
)

// contextLines is the number of equal lines around a change, as diff -u has it.
const contextLines = 3

// anchorLines is the length of an anchor of the comparison: see editscript.Diff.
const anchorLines = 1

// Diff returns the changes that turn old into cur. The names must not contain line breaks. The
// result is empty if the texts are equal.
func Diff(oldName, newName, old, cur string) string {
	if old == cur {
		return ""
	}
	a, b := lines(old), lines(cur)
	numbers := map[string]uint64{}
	matches, _ := editscript.Diff(number(numbers, a), number(numbers, b), anchorLines)
	w := writer{a: a, b: b}
	fmt.Fprintf(&w.out, "--- %s\n+++ %s\n", oldName, newName)
	x, y := 0, 0
	for _, m := range append(matches, editscript.Match{A: len(a), B: len(b)}) {
		if m.A > x || m.B > y {
			w.change(edit{x, m.A, y, m.B})
		}
		x, y = m.A+m.Len, m.B+m.Len
	}
	w.flush()
	return w.out.String()
}

// lines splits a text after its line feeds.
func lines(s string) []string {
	out := strings.SplitAfter(s, "\n")
	if out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// number gives each line a number that equal lines share. The last line of a text without a line
// feed at its end differs from the same line with one.
func number(numbers map[string]uint64, lines []string) []uint64 {
	out := make([]uint64, len(lines))
	for i, line := range lines {
		n, ok := numbers[line]
		if !ok {
			n = uint64(len(numbers))
			numbers[line] = n
		}
		out[i] = n
	}
	return out
}

// edit replaces the lines [a0:a1) of the old text with the lines [b0:b1) of the new one.
type edit struct{ a0, a1, b0, b1 int }

// writer writes hunks.
type writer struct {
	a, b  []string
	edits []edit // of the open hunk
	out   strings.Builder
}

// change adds an edit to the open hunk, or to a new one if it is too far away.
func (w *writer) change(e edit) {
	if n := len(w.edits); n > 0 && e.a0-w.edits[n-1].a1 > 2*contextLines {
		w.flush()
	}
	w.edits = append(w.edits, e)
}

// flush writes the open hunk.
func (w *writer) flush() {
	if len(w.edits) == 0 {
		return
	}
	first, last := w.edits[0], w.edits[len(w.edits)-1]
	before, after := min(contextLines, first.a0), min(contextLines, len(w.a)-last.a1)
	from, to := first.a0-before, last.a1+after
	fmt.Fprintf(&w.out, "@@ -%s +%s @@\n", span(from, to), span(first.b0-before, last.b1+after))
	x := from
	for _, e := range w.edits {
		w.write(' ', w.a[x:e.a0])
		w.write('-', w.a[e.a0:e.a1])
		w.write('+', w.b[e.b0:e.b1])
		x = e.a1
	}
	w.write(' ', w.a[x:to])
	w.edits = w.edits[:0]
}

// span formats a range of lines: its first line, counted from 1, and its length. An empty range
// has the line before it.
func span(from, to int) string {
	switch to - from {
	case 0:
		return fmt.Sprintf("%d,0", from)
	case 1:
		return fmt.Sprint(from + 1)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}

// write writes lines with a prefix.
func (w *writer) write(prefix byte, lines []string) {
	for _, line := range lines {
		w.out.WriteByte(prefix)
		w.out.WriteString(line)
		if !strings.HasSuffix(line, "\n") {
			w.out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}
