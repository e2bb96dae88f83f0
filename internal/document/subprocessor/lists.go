package subprocessor

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/markdown"
)

// maxNameWords is the maximum number of words in the name of a subprocessor.
const maxNameWords = 10

// readEntries reads names that are followed by labeled lines such as "Purpose: hosting".
func readEntries(blocks []markdown.Block) []Row {
	var out []Row
	var cur Row
	candidate := "" // last line that can be a name
	labels := 0
	for _, b := range blocks {
		key, value, ok := strings.Cut(b.Text, ":")
		label := roleNone
		if ok && len(strings.Fields(key)) <= 5 {
			label = roleOf(key)
		}
		value = strings.TrimSpace(value)
		switch {
		case label == roleName && value != "":
			out = cur.appendIfDescribed(out)
			cur, candidate = Row{Name: value}, ""
		case label != roleNone && value != "":
			if cur.hasRole(label) || cur.Name == "" {
				out = cur.appendIfDescribed(out)
				cur = Row{Name: candidate}
			}
			cur.setRole(label, value)
			labels++
		case b.Kind == markdown.ListItem && value != "" && len(strings.Fields(key)) <= 5:
			// Another label, or an item of a list such as "Example Inc.: hosting".
		case b.Kind == markdown.Heading || len(strings.Fields(b.Text)) <= maxNameWords && !strings.HasSuffix(b.Text, "."):
			out = cur.appendIfDescribed(out)
			cur, candidate = Row{}, strings.TrimSuffix(b.Text, ":")
		}
		if len(out) >= maxRows {
			return out
		}
	}
	if out = cur.appendIfDescribed(out); labels < 2 || len(out) > 1 && haveSameName(out) {
		return nil
	}
	return out
}

// haveSameName reports whether all rows have the same name. In that case the name is the
// title of the list, and the labels are the names, as in "Example Web Services: hosting".
func haveSameName(rows []Row) bool {
	for _, r := range rows[1:] {
		if r.Name != rows[0].Name {
			return false
		}
	}
	return true
}

// appendIfDescribed appends a row that has a purpose or a location.
func (r Row) appendIfDescribed(out []Row) []Row {
	if r.Purpose == "" && r.Location == "" {
		return out
	}
	return r.appendIfNamed(out)
}

// nameSeparator separates the name from its details, detailSeparator the details.
var (
	nameSeparator   = regexp.MustCompile(`\s+[-–—|·]+\s+|\s*[–—]\s*|\s*:\s+`)
	detailSeparator = regexp.MustCompile(`\s+[-–—|·]+\s+|\s*[–—]\s*`)
)

// segment is a part of a line, by byte offsets.
type segment struct{ from, to int }

func (p segment) text(line string) string { return line[p.from:p.to] }

// splitSegments splits a line at dashes and bars, and at a colon after the name.
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

// stripLabel returns a text without its label: "Spain" for "Location: Spain".
func stripLabel(s string) string {
	if key, rest, ok := strings.Cut(s, ": "); ok && !strings.Contains(key, "(") && len(strings.Fields(key)) <= 3 && roleOf(key) != roleNone {
		return rest
	}
	return s
}

// layout is the position of the location in most items of a list. It is used to find
// locations that are not known places.
type layout struct{ placeLast, placeSecond, placeInParens bool }

// detectLayout returns the layout of a list.
func detectLayout(blocks []markdown.Block) layout {
	long, last, second, withParens, placesInParens := 0, 0, 0, 0, 0
	for _, b := range blocks {
		ps := splitSegments(b.Text)
		if in := trailingParens(b.Text); in != "" {
			withParens++
			if isPlace(in) {
				placesInParens++
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
	return layout{
		placeLast:     last >= 2 && last*2 >= long,
		placeSecond:   second >= 2 && second > last && second*2 >= long,
		placeInParens: placesInParens >= 2 && placesInParens*2 >= withParens,
	}
}

// trailingParens returns the text in parentheses at the end of a line, if it can be a place.
func trailingParens(line string) string {
	line = strings.TrimRight(line, " .;")
	open := strings.LastIndexByte(line, '(')
	if open <= 0 || !strings.HasSuffix(line, ")") || len(strings.Fields(line[open:])) > maxLocationWords {
		return ""
	}
	return strings.TrimSpace(stripLabel(line[open+1 : len(line)-1]))
}

// maxLocationWords is the maximum number of words in a location that is found by its position.
const maxLocationWords = 5

// readLists reads items such as "Example Inc. (USA) - hosting", "Example GmbH, Germany:
// support", "Example Inc. – hosting (USA)" or "Example Inc. – hosting – USA". It ignores a
// list unless at least half of its items have a purpose or a location.
func readLists(blocks []markdown.Block) []Row {
	var out []Row
	for i := 0; i < len(blocks); {
		j := i
		for j < len(blocks) && blocks[j].Kind == blocks[i].Kind && blocks[j].Kind != markdown.Heading && blocks[j].Kind != markdown.TableRow {
			j++
		}
		var rows []Row
		described := 0
		for s, list := detectLayout(blocks[i:j]), blocks[i:j]; len(list) > 0; list = list[1:] {
			r, ok := parseItem(list[0].Text, s)
			if !ok {
				continue
			}
			rows = append(rows, r)
			if r.Location != "" || r.Purpose != "" && list[0].Kind == markdown.ListItem {
				described++
			}
		}
		if described >= 2 && described*2 >= j-i {
			out = append(out, rows...)
		}
		if len(out) >= maxRows {
			return out[:maxRows]
		}
		i = max(j, i+1)
	}
	return out
}

// parseItem reads an item of a list. It returns false if the item is not a subprocessor.
func parseItem(line string, s layout) (Row, bool) {
	var r Row
	ps := splitSegments(line)
	left, rest := ps[0].text(line), ps[1:]
	left, r.Location = splitPlace(left)
	isLocation := func(p segment, expected bool) bool {
		return isPlace(p.text(line)) || expected && len(strings.Fields(p.text(line))) <= maxLocationWords
	}
	switch n := len(rest); {
	case r.Location != "" || n < 2:
	case isLocation(rest[n-1], s.placeLast):
		r.Location, rest = rest[n-1].text(line), rest[:n-1]
	case s.placeSecond && isLocation(rest[0], true):
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
	return r, r.isPlausible()
}

// isPlausible reports whether the row of an item can be a subprocessor, by its name.
func (r Row) isPlausible() bool {
	first, _ := utf8.DecodeRuneInString(r.Name)
	words := len(strings.Fields(r.Name))
	if words == 0 || words > maxNameWords || !unicode.IsUpper(first) && !unicode.IsDigit(first) && strings.ToLower(r.Name) == r.Name && r.Location == "" {
		return false
	}
	return r.Location != "" || r.Purpose != "" || words <= 5
}

// splitPlace splits a place in parentheses or after a comma from the end of a text.
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
	// Find the longest suffix after a comma that is a place, such as "Dublin, Ireland".
	for i := 0; i < len(s); i++ {
		if s[i] == ',' && i > 0 && isPlace(s[i+1:]) {
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:])
		}
	}
	return whole, ""
}
