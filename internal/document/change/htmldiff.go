package change

import (
	"fmt"
	"html"
	"strings"

	"github.com/clausea/crawler/internal/document/subprocessor"
)

// HTMLDiff formats a change as an HTML fragment with del and ins elements. All text is
// escaped. Long runs of equal words are shortened.
func (c Change) HTMLDiff() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<article class=\"diff\" data-kind=\"%s\">\n", html.EscapeString(string(c.Kind)))
	for _, s := range c.Sections {
		fmt.Fprintf(&b, "<section data-state=\"%s\"><h2>%s</h2>", html.EscapeString(s.State), html.EscapeString(headingOrPlaceholder(s.Heading)))
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
				text = elide(text, i == 0, i == len(s.Ops)-1)
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
	c.writeSubprocessorsHTML(&b)
	c.writeInsignificantHTML(&b)
	b.WriteString("</article>\n")
	return b.String()
}

// writeInsignificantHTML writes the insignificant edits as a list, folded.
func (c Change) writeInsignificantHTML(b *strings.Builder) {
	if len(c.Insignificant) == 0 {
		return
	}
	fmt.Fprintf(b, "<details class=\"insignificant\"><summary>%s</summary><ul>\n", html.EscapeString(c.insignificantLine()))
	for _, e := range c.Insignificant {
		fmt.Fprintf(b, "<li data-rule=\"%s\">%s:", html.EscapeString(string(e.Rule)), html.EscapeString(string(e.Rule)))
		if e.Removed != "" {
			b.WriteString(" <del>" + html.EscapeString(e.Removed) + "</del>")
		}
		if e.Added != "" {
			b.WriteString(" <ins>" + html.EscapeString(e.Added) + "</ins>")
		}
		b.WriteString("</li>\n")
	}
	b.WriteString("</ul></details>\n")
}

// writeSubprocessorsHTML writes the changed rows of subprocessors as a list.
func (c Change) writeSubprocessorsHTML(b *strings.Builder) {
	if c.Subprocessors == nil {
		return
	}
	item := func(tag string, r subprocessor.Row) string {
		return "<" + tag + ">" + html.EscapeString(subprocessorText(r)) + "</" + tag + ">"
	}
	b.WriteString("<section><h2>Subprocessors</h2><ul>")
	for _, r := range c.Subprocessors.Added {
		b.WriteString("<li>" + item("ins", r) + "</li>")
	}
	for _, r := range c.Subprocessors.Removed {
		b.WriteString("<li>" + item("del", r) + "</li>")
	}
	for _, p := range c.Subprocessors.Changed {
		b.WriteString("<li>" + item("del", p.Before) + " " + item("ins", p.After) + "</li>")
	}
	b.WriteString("</ul></section>\n")
}
