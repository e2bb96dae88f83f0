package change

import (
	"fmt"
	"html"
	"strings"
)

// maxEdits bounds the search for the shortest script; past it the middle is shown
// as replaced whole.
const maxEdits = 3000

// compareSection compares word by word.
func compareSection(a, b section) SectionChange {
	s := SectionChange{Heading: b.heading}
	if s.Heading == "" {
		s.Heading = a.heading
	}
	i := 0
	for i < len(a.keys) && i < len(b.keys) && a.keys[i] == b.keys[i] {
		i++
	}
	x, y := len(a.keys), len(b.keys)
	for x > i && y > i && a.keys[x-1] == b.keys[y-1] {
		x, y = x-1, y-1
	}
	s.push("equal", b.words[:i])
	s.middle(a.words[i:x], a.keys[i:x], b.words[i:y], b.keys[i:y])
	s.push("equal", b.words[y:])
	return s
}

func (s *SectionChange) push(kind string, ws []string) {
	if len(ws) == 0 {
		return
	}
	switch kind {
	case "added":
		s.Added += len(ws)
	case "removed":
		s.Removed += len(ws)
	}
	text := strings.Join(ws, " ")
	if n := len(s.Ops); n > 0 && s.Ops[n-1].Kind == kind {
		s.Ops[n-1].Text += " " + text
		return
	}
	s.Ops = append(s.Ops, Op{kind, text})
}

// middle finds the shortest edit script by Myers' greedy algorithm ("An O(ND)
// Difference Algorithm and Its Variations", 1986).
func (s *SectionChange) middle(aw, ak, bw, bk []string) {
	n, m := len(ak), len(bk)
	if n == 0 || m == 0 {
		s.push("removed", aw)
		s.push("added", bw)
		return
	}
	limit := min(n+m, maxEdits)
	v := make([]int, 2*limit+3)
	off := limit + 1
	var trace [][]int
	for d := 0; d <= limit; d++ {
		trace = append(trace, append([]int(nil), v[off-d-1:off+d+2]...))
		for k := -d; k <= d; k += 2 {
			x := v[off+k-1] + 1
			if k == -d || k != d && v[off+k-1] < v[off+k+1] {
				x = v[off+k+1]
			}
			y := x - k
			for x < n && y < m && ak[x] == bk[y] {
				x, y = x+1, y+1
			}
			v[off+k] = x
			if x >= n && y >= m {
				s.replay(trace, d, n, m, aw, bw)
				return
			}
		}
	}
	s.push("removed", aw)
	s.push("added", bw)
}

// replay walks the trace back from the end and pushes the script forwards.
func (s *SectionChange) replay(trace [][]int, d, n, m int, aw, bw []string) {
	type step struct {
		kind string
		word string
	}
	var steps []step
	x, y := n, m
	for ; d >= 0; d-- {
		v := trace[d]
		at := func(k int) int { return v[k+d+1] }
		k := x - y
		pk := k - 1
		if k == -d || k != d && at(k-1) < at(k+1) {
			pk = k + 1
		}
		px := at(pk)
		py := px - pk
		if d == 0 {
			px, py = 0, 0
		}
		for x > px && y > py && x > 0 && y > 0 {
			x, y = x-1, y-1
			steps = append(steps, step{"equal", bw[y]})
		}
		if d == 0 {
			break
		}
		if x > px {
			x--
			steps = append(steps, step{"removed", aw[x]})
		} else if y > py {
			y--
			steps = append(steps, step{"added", bw[y]})
		}
	}
	for i := len(steps) - 1; i >= 0; i-- {
		s.push(steps[i].kind, []string{steps[i].word})
	}
}

// context is how many words are shown around a change.
const context = 12

// TextDiff writes a change for a terminal: sections with [-removed-] and {+added+}.
func (c Change) TextDiff() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d words added, %d removed\n", c.Kind, c.Added, c.Removed)
	for _, s := range c.Sections {
		fmt.Fprintf(&b, "\n## %s (+%d -%d)\n", orTop(s.Heading), s.Added, s.Removed)
		for i, o := range s.Ops {
			switch o.Kind {
			case "added":
				fmt.Fprintf(&b, "{+%s+} ", o.Text)
			case "removed":
				fmt.Fprintf(&b, "[-%s-] ", o.Text)
			default:
				b.WriteString(shorten(o.Text, i == 0, i == len(s.Ops)-1) + " ")
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// HTMLDiff writes a change as an HTML fragment; all text is escaped.
func (c Change) HTMLDiff() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<article class=\"diff\" data-kind=\"%s\">\n", html.EscapeString(string(c.Kind)))
	for _, s := range c.Sections {
		fmt.Fprintf(&b, "<section><h2>%s</h2><p>", html.EscapeString(orTop(s.Heading)))
		for i, o := range s.Ops {
			t := html.EscapeString(o.Text)
			switch o.Kind {
			case "added":
				b.WriteString("<ins>" + t + "</ins> ")
			case "removed":
				b.WriteString("<del>" + t + "</del> ")
			default:
				b.WriteString(html.EscapeString(shorten(o.Text, i == 0, i == len(s.Ops)-1)) + " ")
			}
		}
		b.WriteString("</p></section>\n")
	}
	b.WriteString("</article>\n")
	return b.String()
}

func orTop(h string) string {
	if h == "" {
		return "(beginning)"
	}
	return h
}

// shorten keeps the words next to a change.
func shorten(text string, first, last bool) string {
	ws := strings.Fields(text)
	switch {
	case first && len(ws) > context:
		return "… " + strings.Join(ws[len(ws)-context:], " ")
	case last && len(ws) > context:
		return strings.Join(ws[:context], " ") + " …"
	case !first && !last && len(ws) > 2*context:
		return strings.Join(ws[:context], " ") + " … " + strings.Join(ws[len(ws)-context:], " ")
	}
	return text
}
