package subprocessor

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/markdown"
)

// maxNameWords is how many words a subprocessor's name has at most.
const maxNameWords = 10

// readEntries reads names, each with lines of its own below: "Purpose: hosting".
func readEntries(blocks []markdown.Block) []Row {
	var out []Row
	var cur Row
	title := "" // the last line that may be a name
	found := 0
	for _, b := range blocks {
		key, value, ok := strings.Cut(b.Text, ":")
		what := roleNone
		if ok && len(strings.Fields(key)) <= 5 {
			what = roleOf(key)
		}
		value = strings.TrimSpace(value)
		switch {
		case what == roleName && value != "":
			out = cur.appendIfDescribed(out)
			cur, title = Row{Name: value}, ""
		case what != roleNone && value != "":
			if cur.hasRole(what) || cur.Name == "" {
				out = cur.appendIfDescribed(out)
				cur = Row{Name: title}
			}
			cur.setRole(what, value)
			found++
		case b.Kind == markdown.ListItem && value != "" && len(strings.Fields(key)) <= 5:
			// something else that is told, or a list of lines like "Example Inc.: hosting"
		case b.Kind == markdown.Heading || len(strings.Fields(b.Text)) <= maxNameWords && !strings.HasSuffix(b.Text, "."):
			out = cur.appendIfDescribed(out)
			cur, title = Row{}, strings.TrimSuffix(b.Text, ":")
		}
		if len(out) >= maxRows {
			return out
		}
	}
	if out = cur.appendIfDescribed(out); found < 2 || len(out) > 1 && haveSameName(out) {
		return nil
	}
	return out
}

// haveSameName says whether all rows have the same name: it is the list's, and what was
// taken for a key is the name, as in "Example Web Services: hosting".
func haveSameName(rows []Row) bool {
	for _, r := range rows[1:] {
		if r.Name != rows[0].Name {
			return false
		}
	}
	return true
}

// appendIfDescribed appends a subprocessor of which more than the name is known.
func (r Row) appendIfDescribed(out []Row) []Row {
	if r.Purpose == "" && r.Location == "" {
		return out
	}
	return r.appendIfNamed(out)
}

// divider parts a name from what is said of it, and later the parts of that.
var (
	nameSeparator   = regexp.MustCompile(`\s+[-–—|·]+\s+|\s*[–—]\s*|\s*:\s+`)
	detailSeparator = regexp.MustCompile(`\s+[-–—|·]+\s+|\s*[–—]\s*`)
)

// segment is a piece of a line, by its bytes.
type segment struct{ from, to int }

func (p segment) text(line string) string { return line[p.from:p.to] }

// splitSegments divides a line at its dashes and bars, and at a colon after the name.
func splitSegments(line string) []segment {
	at := nameSeparator.FindStringIndex(line)
	if at == nil || at[0] == 0 {
		return []segment{{0, len(line)}}
	}
	out := []segment{{0, at[0]}}
	add := func(from, to int) {
		out = append(out, segment{to - len(stripLabel(line[from:to])), to})
	}
	from := at[1]
	for _, next := range detailSeparator.FindAllStringIndex(line[from:], -1) {
		add(from, at[1]+next[0])
		from = at[1] + next[1]
	}
	add(from, len(line))
	return out
}

// stripLabel is what a text says after its key: "Location: Spain" tells Spain.
func stripLabel(s string) string {
	if key, rest, ok := strings.Cut(s, ": "); ok && !strings.Contains(key, "(") && len(strings.Fields(key)) <= 3 && roleOf(key) != roleNone {
		return rest
	}
	return s
}

// layout is where most items of a list have their place, so that a place that is not
// known is read there too.
type layout struct{ placeLast, placeSecond, placeInParens bool }

// detectLayout looks at the items of a list.
func detectLayout(blocks []markdown.Block) layout {
	long, last, second, inBrackets, brackets := 0, 0, 0, 0, 0
	for _, b := range blocks {
		ps := splitSegments(b.Text)
		if in := trailingParens(b.Text); in != "" {
			inBrackets++
			if isPlace(in) {
				brackets++
			}
		}
		if len(ps) < 3 {
			continue
		}
		long++
		if isPlace(ps[len(ps)-1].text(b.Text)) {
			last++
		} else if isPlace(ps[1].text(b.Text)) {
			second++
		}
	}
	return layout{placeLast: last >= 2 && last*2 >= long, placeSecond: second >= 2 && second > last && second*2 >= long, placeInParens: brackets >= 2 && brackets*2 >= inBrackets}
}

// trailingParens is what stands in brackets at the end of a line, if it can be a place.
func trailingParens(line string) string {
	line = strings.TrimRight(line, " .;")
	open := strings.LastIndexByte(line, '(')
	if open <= 0 || !strings.HasSuffix(line, ")") || len(strings.Fields(line[open:])) > maxLocationWords {
		return ""
	}
	return strings.TrimSpace(stripLabel(line[open+1 : len(line)-1]))
}

// maxLocationWords is how many words a place has at most that is known by where it stands.
const maxLocationWords = 5

// readLists reads items like "Example Inc. (USA) - hosting", "Example GmbH, Germany:
// support", "Example Inc. – hosting (USA)" or "Example Inc. – hosting – USA". A list
// counts if most of its items tell a purpose or a place.
func readLists(blocks []markdown.Block) []Row {
	var out []Row
	for i := 0; i < len(blocks); {
		j := i
		for j < len(blocks) && blocks[j].Kind == blocks[i].Kind && blocks[j].Kind != markdown.Heading && blocks[j].Kind != markdown.TableRow {
			j++
		}
		var rows []Row
		told := 0
		for s, list := detectLayout(blocks[i:j]), blocks[i:j]; len(list) > 0; list = list[1:] {
			r, ok := parseItem(list[0].Text, s)
			if !ok {
				continue
			}
			rows = append(rows, r)
			if r.Location != "" || r.Purpose != "" && list[0].Kind == markdown.ListItem {
				told++
			}
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

// parseItem reads one line of a list.
func parseItem(line string, s layout) (Row, bool) {
	var r Row
	ps := splitSegments(line)
	left, rest := ps[0].text(line), ps[1:]
	left, r.Location = splitPlace(left)
	may := func(p segment, where bool) bool {
		return isPlace(p.text(line)) || where && len(strings.Fields(p.text(line))) <= maxLocationWords
	}
	switch n := len(rest); {
	case r.Location != "" || n < 2:
	case may(rest[n-1], s.placeLast):
		r.Location, rest = rest[n-1].text(line), rest[:n-1]
	case s.placeSecond && may(rest[0], true):
		r.Location, rest = rest[0].text(line), rest[1:]
	}
	right := ""
	if len(rest) > 0 {
		right = line[rest[0].from:rest[len(rest)-1].to]
	}
	if r.Location == "" {
		right, r.Location = splitPlace(right)
	}
	if in, i := trailingParens(line), strings.LastIndexByte(right, '('); r.Location == "" && s.placeInParens && in != "" && i >= 0 {
		r.Location, right = in, right[:i]
	}
	r.Name, r.Purpose, r.Location = strings.TrimSpace(left), strings.Trim(right, " .;"), strings.Trim(r.Location, " .;")
	if isPlace(r.Purpose) && r.Location == "" {
		r.Location, r.Purpose = r.Purpose, ""
	}
	first, _ := utf8.DecodeRuneInString(r.Name)
	words := len(strings.Fields(r.Name))
	if words == 0 || words > maxNameWords || !unicode.IsUpper(first) && !unicode.IsDigit(first) && strings.ToLower(r.Name) == r.Name && r.Location == "" {
		return r, false
	}
	return r, r.Location != "" || r.Purpose != "" || words <= 5
}

// splitPlace takes a place off the end of a text: in brackets, or after a comma.
func splitPlace(s string) (rest, place string) {
	whole := s
	s = strings.TrimRight(strings.TrimSpace(s), ".;")
	if strings.HasSuffix(s, ")") {
		if i := strings.LastIndexByte(s, '('); i >= 0 {
			if in := strings.TrimSpace(stripLabel(s[i+1 : len(s)-1])); isPlace(in) {
				return strings.TrimRight(s[:i], " ,"), in
			}
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
