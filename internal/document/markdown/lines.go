package markdown

import "strings"

// isRule reports whether a line is a thematic break, the underline of a heading or the
// delimiter row of a table.
func isRule(line string) bool {
	n := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '-', '=', '*', '_':
			n++
		case ' ', '|', ':':
		default:
			return false
		}
	}
	return n >= 2 && n*4 > len(line) || n >= 1 && strings.Contains(line, "|")
}

// isLinkDefinition reports whether a line defines a link target: [name]: target.
func isLinkDefinition(line string) bool {
	if line[0] != '[' {
		return false
	}
	i := strings.Index(line, "]:")
	return i > 0 && i < 200 && !strings.Contains(line[:i], "[[") && strings.Contains(line[i:min(len(line), i+16)], "/")
}
