package cli

import "strings"

// roff builds a document for roff(7).
type roff struct{ strings.Builder }

// macro writes a request with quoted arguments.
func (r *roff) macro(name string, args ...string) {
	r.WriteString("." + name)
	for _, arg := range args {
		if arg != "" {
			r.WriteString(` "` + strings.ReplaceAll(roffText(arg), `"`, `\(dq`) + `"`)
		}
	}
	r.WriteByte('\n')
}

// line writes a line that is escaped already.
func (r *roff) line(s string) { r.WriteString(s + "\n") }

// text writes s. An empty line begins a paragraph. A line that begins with a space, as the rows of a
// table, stays a line.
func (r *roff) text(s string) {
	lines := strings.Split(strings.ReplaceAll(strings.TrimSpace(s), "\t", "    "), "\n")
	for i, line := range lines {
		switch {
		case line == "":
			r.macro("PP")
		case strings.HasPrefix(line, " "):
			if i > 0 && lines[i-1] != "" {
				r.macro("br")
			}
			r.line(roffLine(line))
		default:
			r.line(roffLine(line))
		}
	}
}

// preformatted writes indented lines as they are.
func (r *roff) preformatted(lines []string) {
	r.macro("RS", "4")
	r.macro("nf")
	for _, line := range lines {
		r.line(roffLine(line))
	}
	r.macro("fi")
	r.macro("RE")
}

// roffText escapes the characters that roff interprets.
func roffText(s string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "^", `\(ha`, "~", `\(ti`, "`", `\(ga`).Replace(s)
}

// roffLine escapes a line of text. A line of text must not begin like a request, and its leading
// spaces must not count as one word.
func roffLine(s string) string {
	text := strings.TrimLeft(s, " ")
	indent := strings.Repeat(`\ `, len(s)-len(text))
	text = roffText(text)
	// Columns are separated by two or more spaces.
	text = strings.ReplaceAll(text, "  ", `\ \ `)
	if indent == "" && strings.HasPrefix(text, ".") {
		indent = `\&`
	}
	return indent + text
}
