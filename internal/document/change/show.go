package change

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/subprocessor"
)

// context is how many words are shown around a change.
const context = 12

// TextDiff writes a change for a terminal: sections with [-removed-] and {+added+}.
func (c Change) TextDiff() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d words added, %d removed%s\n", c.Kind, c.Added, c.Removed, inBrackets(c.Labels))
	for _, s := range c.Sections {
		fmt.Fprintf(&b, "\n## %s\n", s.title())
		for i, o := range s.Ops {
			if i > 0 && !strings.HasPrefix(o.Text, "\n") {
				b.WriteByte(' ')
			}
			text := o.Text
			if strings.HasPrefix(text, "\n") {
				b.WriteByte('\n')
				text = text[1:]
			}
			switch o.Kind {
			case Added:
				b.WriteString("{+" + text + "+}")
			case Removed:
				b.WriteString("[-" + text + "-]")
			default:
				b.WriteString(shorten(text, i == 0, i == len(s.Ops)-1))
			}
		}
		if len(s.Ops) > 0 {
			b.WriteByte('\n')
		}
	}
	c.rowsText(&b)
	if c.Coarse {
		b.WriteString("\nA part was too long to be compared word by word; it is shown as replaced.\n")
	}
	return b.String()
}

// title is a section's heading with what happened to it.
func (s SectionChange) title() string {
	t := orTop(s.Heading)
	if s.PreviousHeading != "" {
		t += " (was: " + s.PreviousHeading + ")"
	}
	if s.State != SectionChanged {
		t += " (" + s.State + ")"
	}
	if s.Added+s.Removed > 0 {
		t += fmt.Sprintf(" (+%d -%d)", s.Added, s.Removed)
	}
	return t + inBrackets(s.Labels)
}

func inBrackets(labels []Label) string {
	if len(labels) == 0 {
		return ""
	}
	names := make([]string, len(labels))
	for i, l := range labels {
		names[i] = string(l)
	}
	return " [" + strings.Join(names, ", ") + "]"
}

// HTMLDiff writes a change as an HTML fragment; all text is escaped.
func (c Change) HTMLDiff() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<article class=\"diff\" data-kind=\"%s\">\n", html.EscapeString(string(c.Kind)))
	for _, s := range c.Sections {
		fmt.Fprintf(&b, "<section data-state=\"%s\"><h2>%s</h2>", html.EscapeString(s.State), html.EscapeString(orTop(s.Heading)))
		if s.PreviousHeading != "" {
			fmt.Fprintf(&b, "<p>was: %s</p>", html.EscapeString(s.PreviousHeading))
		}
		if len(s.Labels) > 0 {
			b.WriteString("<ul>")
			for _, l := range s.Labels {
				fmt.Fprintf(&b, "<li>%s</li>", html.EscapeString(string(l)))
			}
			b.WriteString("</ul>")
		}
		b.WriteString("<p>")
		for i, o := range s.Ops {
			text := o.Text
			if o.Kind == Equal {
				text = shorten(text, i == 0, i == len(s.Ops)-1)
			}
			if strings.HasPrefix(text, "\n") {
				b.WriteString("<br>\n")
				text = text[1:]
			}
			text = strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n")
			switch o.Kind {
			case Added:
				text = "<ins>" + text + "</ins>"
			case Removed:
				text = "<del>" + text + "</del>"
			}
			b.WriteString(text + " ")
		}
		b.WriteString("</p></section>\n")
	}
	c.rowsHTML(&b)
	b.WriteString("</article>\n")
	return b.String()
}

func orTop(h string) string {
	if h == "" {
		return "(beginning)"
	}
	return h
}

// shorten keeps the words next to a change, and the lines that they stand in.
func shorten(text string, first, last bool) string {
	head, tail := text, ""
	n := strings.Count(text, " ") + strings.Count(text, "\n")
	switch {
	case first && n >= context:
		return "… " + lastWords(text)
	case last && n >= context:
		return firstWords(text) + " …"
	case !first && !last && n >= 2*context:
		head, tail = firstWords(text), " … "+lastWords(text)
	}
	return head + tail
}

func firstWords(text string) string {
	n := 0
	for i := 0; i < len(text); i++ {
		if text[i] == ' ' || text[i] == '\n' && i > 0 {
			if n++; n == context {
				return text[:i]
			}
		}
	}
	return text
}

func lastWords(text string) string {
	n := 0
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == ' ' || text[i] == '\n' {
			if n++; n == context {
				return text[i+1:]
			}
		}
	}
	return text
}

// rowsText writes the rows of subprocessors that changed, one a line.
func (c Change) rowsText(b *strings.Builder) {
	if c.Subprocessors == nil {
		return
	}
	b.WriteString("\n## Subprocessors\n")
	for _, r := range c.Subprocessors.Added {
		fmt.Fprintf(b, "{+%s+}\n", rowText(r))
	}
	for _, r := range c.Subprocessors.Removed {
		fmt.Fprintf(b, "[-%s-]\n", rowText(r))
	}
	for _, p := range c.Subprocessors.Changed {
		fmt.Fprintf(b, "[-%s-] {+%s+}\n", rowText(p.Was), rowText(p.Is))
	}
}

func rowText(r subprocessor.Row) string {
	return strings.Join(slices.DeleteFunc([]string{r.Name, r.Purpose, r.Location}, func(s string) bool { return s == "" }), ", ")
}

// rowsHTML writes the same as a list.
func (c Change) rowsHTML(b *strings.Builder) {
	if c.Subprocessors == nil {
		return
	}
	item := func(tag string, r subprocessor.Row) string {
		return "<" + tag + ">" + html.EscapeString(rowText(r)) + "</" + tag + ">"
	}
	b.WriteString("<section><h2>Subprocessors</h2><ul>")
	for _, r := range c.Subprocessors.Added {
		b.WriteString("<li>" + item("ins", r) + "</li>")
	}
	for _, r := range c.Subprocessors.Removed {
		b.WriteString("<li>" + item("del", r) + "</li>")
	}
	for _, p := range c.Subprocessors.Changed {
		b.WriteString("<li>" + item("del", p.Was) + " " + item("ins", p.Is) + "</li>")
	}
	b.WriteString("</ul></section>\n")
}
