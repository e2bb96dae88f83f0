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
		case b.Kind == plain.ListItem && value != "" && len(strings.Fields(key)) <= 5:
			// something else that is told, or a list of lines like "Example Inc.: hosting"
		case b.Kind == plain.Heading || len(strings.Fields(b.Text)) <= maxName && !strings.HasSuffix(b.Text, "."):
			out = cur.keep(out)
			cur, title = Row{}, strings.TrimSuffix(b.Text, ":")
		}
		if len(out) >= maxRows {
			return out
		}
	}
	if out = cur.keep(out); found < 2 || len(out) > 1 && oneName(out) {
		return nil
	}
	return out
}

// oneName says whether all rows have the same name: it is the list's, and what was
// taken for a key is the name, as in "Example Web Services: hosting".
func oneName(rows []Row) bool {
	for _, r := range rows[1:] {
		if r.Name != rows[0].Name {
			return false
		}
	}
	return true
}

// keep appends a subprocessor of which more than the name is known.
func (r Row) keep(out []Row) []Row {
	if r.Purpose == "" && r.Location == "" {
		return out
	}
	return r.appendTo(out)
}

// divider parts a name from what is said of it, and later the parts of that.
var (
	divider = regexp.MustCompile(`\s+[-–—|·]+\s+|\s*[–—]\s*|\s*:\s+`)
	further = regexp.MustCompile(`\s+[-–—|·]+\s+|\s*[–—]\s*`)
)

// part is a piece of a line, by its bytes.
type part struct{ from, to int }

func (p part) of(line string) string { return line[p.from:p.to] }

// parts divides a line at its dashes and bars, and at a colon after the name.
func parts(line string) []part {
	at := divider.FindStringIndex(line)
	if at == nil || at[0] == 0 {
		return []part{{0, len(line)}}
	}
	out := []part{{0, at[0]}}
	add := func(from, to int) {
		out = append(out, part{to - len(value(line[from:to])), to})
	}
	from := at[1]
	for _, next := range further.FindAllStringIndex(line[from:], -1) {
		add(from, at[1]+next[0])
		from = at[1] + next[1]
	}
	add(from, len(line))
	return out
}

// value is what a text says after its key: "Location: Spain" tells Spain.
func value(s string) string {
	if key, rest, ok := strings.Cut(s, ": "); ok && !strings.Contains(key, "(") && len(strings.Fields(key)) <= 3 && roleOf(key) != nothing {
		return rest
	}
	return s
}

// shape is where most items of a list have their place, so that a place that is not
// known is read there too.
type shape struct{ last, second, brackets bool }

// shapeOf looks at the items of a list.
func shapeOf(blocks []plain.Block) shape {
	long, last, second, inBrackets, brackets := 0, 0, 0, 0, 0
	for _, b := range blocks {
		ps := parts(b.Text)
		if in := bracket(b.Text); in != "" {
			inBrackets++
			if isPlace(in) {
				brackets++
			}
		}
		if len(ps) < 3 {
			continue
		}
		long++
		if isPlace(ps[len(ps)-1].of(b.Text)) {
			last++
		} else if isPlace(ps[1].of(b.Text)) {
			second++
		}
	}
	return shape{last: last >= 2 && last*2 >= long, second: second >= 2 && second > last && second*2 >= long, brackets: brackets >= 2 && brackets*2 >= inBrackets}
}

// bracket is what stands in brackets at the end of a line, if it can be a place.
func bracket(line string) string {
	line = strings.TrimRight(line, " .;")
	open := strings.LastIndexByte(line, '(')
	if open <= 0 || !strings.HasSuffix(line, ")") || len(strings.Fields(line[open:])) > maxUnknown {
		return ""
	}
	return strings.TrimSpace(value(line[open+1 : len(line)-1]))
}

// maxUnknown is how many words a place has at most that is known by where it stands.
const maxUnknown = 5

// lists reads items like "Example Inc. (USA) - hosting", "Example GmbH, Germany:
// support", "Example Inc. – hosting (USA)" or "Example Inc. – hosting – USA". A list
// counts if most of its items tell a purpose or a place.
func lists(blocks []plain.Block) []Row {
	var out []Row
	for i := 0; i < len(blocks); {
		j := i
		for j < len(blocks) && blocks[j].Kind == blocks[i].Kind && blocks[j].Kind != plain.Heading && blocks[j].Kind != plain.TableRow {
			j++
		}
		var rows []Row
		told := 0
		for s, list := shapeOf(blocks[i:j]), blocks[i:j]; len(list) > 0; list = list[1:] {
			r, ok := item(list[0].Text, s)
			if !ok {
				continue
			}
			rows = append(rows, r)
			if r.Location != "" || r.Purpose != "" && list[0].Kind == plain.ListItem {
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

// item reads one line of a list.
func item(line string, s shape) (Row, bool) {
	var r Row
	ps := parts(line)
	left, rest := ps[0].of(line), ps[1:]
	left, r.Location = splitPlace(left)
	may := func(p part, where bool) bool {
		return isPlace(p.of(line)) || where && len(strings.Fields(p.of(line))) <= maxUnknown
	}
	switch n := len(rest); {
	case r.Location != "" || n < 2:
	case may(rest[n-1], s.last):
		r.Location, rest = rest[n-1].of(line), rest[:n-1]
	case s.second && may(rest[0], true):
		r.Location, rest = rest[0].of(line), rest[1:]
	}
	right := ""
	if len(rest) > 0 {
		right = line[rest[0].from:rest[len(rest)-1].to]
	}
	if r.Location == "" {
		right, r.Location = splitPlace(right)
	}
	if in, i := bracket(line), strings.LastIndexByte(right, '('); r.Location == "" && s.brackets && in != "" && i >= 0 {
		r.Location, right = in, right[:i]
	}
	r.Name, r.Purpose, r.Location = strings.TrimSpace(left), strings.Trim(right, " .;"), strings.Trim(r.Location, " .;")
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
		if i := strings.LastIndexByte(s, '('); i >= 0 {
			if in := strings.TrimSpace(value(s[i+1 : len(s)-1])); isPlace(in) {
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
