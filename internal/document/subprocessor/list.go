package subprocessor

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/plain"
)

// maxName is how many words a subprocessor's name has at most.
const maxName = 10

// entries reads names, each with lines of its own below: "Purpose: hosting".
func entries(blocks []plain.Block) []Row {
	var out []Row
	var cur Row
	title := "" // the last line that may be a name
	found := 0
	for _, b := range blocks {
		key, value, ok := strings.Cut(b.Text, ":")
		what := nothing
		if ok && len(strings.Fields(key)) <= 5 {
			what = roleOf(key)
		}
		value = strings.TrimSpace(value)
		switch {
		case what == name && value != "":
			out = cur.keep(out)
			cur, title = Row{Name: value}, ""
		case what != nothing && value != "":
			if cur.has(what) || cur.Name == "" {
				out = cur.keep(out)
				cur = Row{Name: title}
			}
			cur.set(what, value)
			found++
		case b.Kind == plain.Heading || len(strings.Fields(b.Text)) <= maxName && !strings.HasSuffix(b.Text, "."):
			out = cur.keep(out)
			cur, title = Row{}, strings.TrimSuffix(b.Text, ":")
		}
		if len(out) >= maxRows {
			return out
		}
	}
	if out = cur.keep(out); found < 2 {
		return nil
	}
	return out
}

// keep appends a subprocessor of which more than the name is known.
func (r Row) keep(out []Row) []Row {
	if r.Purpose == "" && r.Location == "" {
		return out
	}
	return r.appendTo(out)
}

// dash divides a name from what is said of it.
var dash = regexp.MustCompile(`\s+[-–—]+\s+|\s*[–—]\s*|:\s+`)

// lists reads items like "Example Inc. (USA) - hosting", "Example GmbH, Germany:
// support" or "Example Inc. – hosting (USA)". A list counts if most of its items tell a
// purpose or a place.
func lists(blocks []plain.Block) []Row {
	var out []Row
	for i := 0; i < len(blocks); {
		j := i
		var rows []Row
		told := 0
		for j < len(blocks) && blocks[j].Kind == blocks[i].Kind && blocks[j].Kind != plain.Heading && blocks[j].Kind != plain.Row {
			if r, ok := item(blocks[j].Text); ok {
				rows = append(rows, r)
				if r.Location != "" || r.Purpose != "" && blocks[j].Kind == plain.Item {
					told++
				}
			}
			j++
		}
		if told >= 2 && told*2 >= j-i {
			out = append(out, rows...)
		}
		if len(out) >= maxRows {
			return out[:maxRows]
		}
		i = max(j, i+1)
	}
	return out
}

// item reads one line of a list.
func item(line string) (Row, bool) {
	var r Row
	left, right := line, ""
	if loc := dash.FindStringIndex(line); loc != nil && loc[0] > 0 {
		left, right = line[:loc[0]], line[loc[1]:]
	}
	left, r.Location = splitPlace(left)
	if r.Location == "" {
		right, r.Location = splitPlace(right)
	}
	r.Name, r.Purpose = strings.TrimSpace(left), strings.Trim(right, " .;")
	if isPlace(r.Purpose) && r.Location == "" {
		r.Location, r.Purpose = r.Purpose, ""
	}
	first, _ := utf8.DecodeRuneInString(r.Name)
	words := len(strings.Fields(r.Name))
	if words == 0 || words > maxName || !unicode.IsUpper(first) && !unicode.IsDigit(first) && strings.ToLower(r.Name) == r.Name && r.Location == "" {
		return r, false
	}
	return r, r.Location != "" || r.Purpose != "" || words <= 5
}

// splitPlace takes a place off the end of a text: in brackets, or after a comma.
func splitPlace(s string) (rest, place string) {
	whole := s
	s = strings.TrimRight(strings.TrimSpace(s), ".;")
	if strings.HasSuffix(s, ")") {
		if i := strings.LastIndexByte(s, '('); i >= 0 && isPlace(s[i+1:len(s)-1]) {
			return strings.TrimRight(s[:i], " ,"), strings.TrimSpace(s[i+1 : len(s)-1])
		}
		return whole, ""
	}
	// The longest tail of a comma's parts that is a place: "Dublin, Ireland".
	for i := 0; i < len(s); i++ {
		if s[i] == ',' && i > 0 && isPlace(s[i+1:]) {
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:])
		}
	}
	return whole, ""
}
