package content

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// flight is what React's server components send to the page: rows by number, each a
// text or JSON that may refer to other rows (the "RSC payload" of Next.js, pushed
// in pieces to self.__next_f).
type flight struct {
	*dataReader
	rows map[string]*datum
	used map[string]bool
}

// maxPushes bounds the pieces of such a payload, in number.
const (
	flightPush = "__next_f.push("
	maxPushes  = 2000
)

// readFlight gives the element that the rows make; nil where there are none.
func (d *dataReader) readFlight(stash []string) *node {
	var b strings.Builder
	for _, s := range stash {
		if !strings.Contains(s, flightPush) {
			continue
		}
		for _, v := range d.values(s) {
			if v.keys == nil && len(v.list) == 2 {
				b.WriteString(v.list[1].text)
			}
		}
	}
	if b.Len() == 0 {
		return nil
	}
	f := &flight{dataReader: d, rows: map[string]*datum{}, used: map[string]bool{}}
	order := f.split(b.String())
	for _, id := range order {
		f.resolve(f.rows[id], 0)
	}
	body := element(atom.Body)
	for _, id := range order {
		if n := f.refer(id, 0); n != nil {
			body.append(n)
		}
	}
	if body.first == nil {
		return nil
	}
	return body
}

// split cuts the payload into rows: an id, ":", and JSON up to the end of the line,
// or "T", a length in hex, "," and as many bytes.
func (f *flight) split(s string) []string {
	var order []string
	for s != "" && len(order) < maxValues {
		id, rest, ok := strings.Cut(s, ":")
		if !ok {
			break
		}
		if len(id) > 8 || strings.ContainsAny(id, "\n\"") { // no row begins here
			_, s, _ = strings.Cut(s, "\n")
			continue
		}
		if strings.HasPrefix(rest, "T") {
			size, text, _ := strings.Cut(rest[1:], ",")
			if n, err := strconv.ParseUint(size, 16, 31); err == nil {
				n := min(int(n), len(text))
				f.rows[id] = &datum{text: text[:n]}
				order, s = append(order, id), text[n:]
				continue
			}
		}
		var line string
		line, s, _ = strings.Cut(rest, "\n")
		if v, _ := f.decode(line); v != nil {
			f.rows[id] = v
			order = append(order, id)
		}
	}
	return order
}

// resolve puts the texts of rows in the place of what refers to them first.
func (f *flight) resolve(v *datum, depth int) {
	if depth > maxNested {
		return
	}
	for _, c := range v.list {
		if id, found := strings.CutPrefix(c.text, "$"); found && c.list == nil {
			if row := f.rows[id]; row != nil && row.list == nil && !f.used[id] {
				c.text, f.used[id] = row.text, true
			}
			continue
		}
		f.resolve(c, depth+1)
	}
}

// refer makes the node of a row, once.
func (f *flight) refer(id string, depth int) *node {
	v := f.rows[id]
	if v == nil || f.used[id] {
		return nil
	}
	f.used[id] = true
	return f.part(v, depth+1)
}

func isElement(v *datum) bool {
	return v.keys == nil && len(v.list) >= 4 && v.list[0].list == nil && v.list[0].text == "$"
}

// part makes the node of a value: an element is ["$", type, key, properties].
func (f *flight) part(v *datum, depth int) *node {
	switch {
	case depth > maxNested:
		return nil
	case v.list == nil:
		return f.string(v.text, depth)
	case v.keys != nil:
		return f.properties(v, 0, depth)
	case isElement(v):
		tag := tagName(v.list[1].text)
		return f.properties(v.list[3], tag, depth)
	}
	n := element(0) // a list of children
	for _, c := range v.list {
		if m := f.part(c, depth+1); m != nil {
			n.append(m)
		}
	}
	if n.first == nil {
		return nil
	}
	return n
}

func (f *flight) string(s string, depth int) *node {
	switch {
	case strings.HasPrefix(s, "$L"), strings.HasPrefix(s, "$@"):
		return f.refer(s[2:], depth)
	case strings.HasPrefix(s, "$$"):
		return textNode(s[1:])
	case strings.HasPrefix(s, "$"):
		return f.refer(s[1:], depth)
	case s == "":
		return nil
	case markedUp(s), strings.Contains(s, "\n") && len(s) > maxTitle:
		return renderText(s)
	}
	return textNode(s)
}

// properties makes an element of its properties: what is in it, and for one of a
// script's own kind the texts that it is given.
func (f *flight) properties(v *datum, tag atom.Atom, depth int) *node {
	if tag == 0 && v.str("href") != "" {
		tag = atom.A
	}
	n := element(tag)
	if classes[tag]&rawText != 0 || classes[tag]&void != 0 && tag != atom.Br {
		return nil
	}
	if tag == atom.A {
		n.attrs = []attribute{{attrHref, v.str("href")}}
	}
	for i, k := range v.keys {
		c := v.list[i]
		var m *node
		switch k {
		case "children":
			if c.keys == nil && c.list != nil && !isElement(c) {
				for _, each := range c.list {
					if m := f.part(each, depth+1); m != nil {
						n.append(m)
					}
				}
				continue
			}
			m = f.part(c, depth+1)
		case "dangerouslySetInnerHTML":
			m = renderText(c.str("__html"))
		default:
			switch {
			case c.list != nil:
				m = f.given(c, depth+1)
			case tag != 0 || c.text == "":
			case c.text[0] == '$':
				m = f.string(c.text, depth)
			default:
				m = renderText(c.text)
			}
		}
		if m != nil {
			n.append(m)
		}
	}
	if n.first == nil && tag != atom.Br {
		return nil
	}
	return n
}

// given makes a node of another property: an element, or data.
func (f *flight) given(v *datum, depth int) *node {
	if isElement(v) {
		return f.part(v, depth)
	}
	return f.render(v, depth)
}
