package change

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/subprocessor"
)

// TextDiff formats a change as plain text in the notation of git diff --word-diff: removed
// words as [-removed-] and added words as {+added+}. Long runs of equal words are shortened.
func (c Change) TextDiff() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d words added, %d removed%s\n", c.Kind, c.Added, c.Removed, bracketed(c.Labels))
	for _, s := range c.Sections {
		fmt.Fprintf(&b, "\n## %s\n", s.titleLine())
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
				b.WriteString(elide(text, i == 0, i == len(s.Ops)-1))
			}
		}
		if len(s.Ops) > 0 {
			b.WriteByte('\n')
		}
	}
	c.writeSubprocessorsText(&b)
	c.writeInsignificantText(&b, false)
	if c.Coarse {
		b.WriteString("\nA part was too long to be compared word by word; it is shown as replaced.\n")
	}
	return b.String()
}

// InsignificantText lists the insignificant edits of a change as plain text, a line each with
// the rule. The result is empty if there is none.
func (c Change) InsignificantText() string {
	var b strings.Builder
	c.writeInsignificantText(&b, true)
	return b.String()
}

// writeInsignificantText writes the number of insignificant edits by rule or, if all is set,
// each edit.
func (c Change) writeInsignificantText(b *strings.Builder, all bool) {
	if len(c.Insignificant) == 0 {
		return
	}
	if !all {
		fmt.Fprintf(b, "\n%s\n", c.insignificantLine())
		return
	}
	b.WriteString("\n## Insignificant edits\n")
	for _, e := range c.Insignificant {
		fmt.Fprintf(b, "%s:", e.Rule)
		if e.Removed != "" {
			fmt.Fprintf(b, " [-%s-]", e.Removed)
		}
		if e.Added != "" {
			fmt.Fprintf(b, " {+%s+}", e.Added)
		}
		b.WriteByte('\n')
	}
	if c.InsignificantOmitted > 0 {
		fmt.Fprintf(b, "and %d more\n", c.InsignificantOmitted)
	}
}

// insignificantLine returns the number of insignificant edits, by rule.
func (c Change) insignificantLine() string {
	counts := c.InsignificantCounts()
	parts := make([]string, len(counts))
	for i, n := range counts {
		parts[i] = fmt.Sprintf("%s %d", n.Rule, n.Edits)
	}
	edits := "edits"
	if len(c.Insignificant) == 1 {
		edits = "edit"
	}
	return fmt.Sprintf("%d insignificant %s: %s", len(c.Insignificant)+c.InsignificantOmitted, edits, strings.Join(parts, ", "))
}

// titleLine returns the heading, the state, the word counts and the labels of a section.
func (s SectionChange) titleLine() string {
	t := headingOrPlaceholder(s.Heading)
	if s.PreviousHeading != "" {
		t += " (was: " + s.PreviousHeading + ")"
	}
	if s.State != SectionChanged {
		t += " (" + s.State + ")"
	}
	if s.Added+s.Removed > 0 {
		t += fmt.Sprintf(" (+%d -%d)", s.Added, s.Removed)
	}
	return t + bracketed(s.Labels)
}

// bracketed returns the labels in brackets after a space, or nothing.
func bracketed(labels []Label) string {
	if len(labels) == 0 {
		return ""
	}
	names := make([]string, len(labels))
	for i, l := range labels {
		names[i] = string(l)
	}
	return " [" + strings.Join(names, ", ") + "]"
}

// headingOrPlaceholder returns a heading, or a placeholder for the text before the first
// heading.
func headingOrPlaceholder(h string) string {
	if h == "" {
		return "(beginning)"
	}
	return h
}

// writeSubprocessorsText writes the changed rows of subprocessors, one per line.
func (c Change) writeSubprocessorsText(b *strings.Builder) {
	if c.Subprocessors == nil {
		return
	}
	b.WriteString("\n## Subprocessors\n")
	for _, r := range c.Subprocessors.Added {
		fmt.Fprintf(b, "{+%s+}\n", subprocessorText(r))
	}
	for _, r := range c.Subprocessors.Removed {
		fmt.Fprintf(b, "[-%s-]\n", subprocessorText(r))
	}
	for _, p := range c.Subprocessors.Changed {
		fmt.Fprintf(b, "[-%s-] {+%s+}\n", subprocessorText(p.Before), subprocessorText(p.After))
	}
}

// subprocessorText joins the cells of a row that are not empty.
func subprocessorText(r subprocessor.Row) string {
	return strings.Join(slices.DeleteFunc([]string{r.Name, r.Purpose, r.Location}, func(s string) bool { return s == "" }), ", ")
}
