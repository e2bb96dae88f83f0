package content

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// rscPayload is the React Server Components payload of a page, which Next.js pushes in
// pieces to self.__next_f. It consists of rows with an ID; a row is text or JSON, and may
// refer to another row by "$", "$L" or "$@" and its ID.
type rscPayload struct {
	*jsonReader
	rows     map[string]*jsonNode
	rendered map[string]bool
}

// maxRSCPushes is how many pieces of a payload are read.
const (
	rscPush      = "__next_f.push("
	maxRSCPushes = 2000
)

// renderRSCPayload builds a body from the payload's rows, or returns nil if there are none.
func (d *jsonReader) renderRSCPayload(embedded []string) *node {
	var b strings.Builder
	for _, s := range embedded {
		if !strings.Contains(s, rscPush) {
			continue
		}
		for _, v := range d.parseValues(s) {
			if v.keys == nil && len(v.list) == 2 {
				b.WriteString(v.list[1].text)
			}
		}
	}
	if b.Len() == 0 {
		return nil
	}
	f := &rscPayload{jsonReader: d, rows: map[string]*jsonNode{}, rendered: map[string]bool{}}
	order := f.splitRows(b.String())
	for _, id := range order {
		f.inlineRowText(f.rows[id], 0)
	}
	body := newElement(atom.Body)
	for _, id := range order {
		if n := f.renderRow(id, 0); n != nil {
			body.append(n)
		}
	}
	if body.first == nil {
		return nil
	}
	return body
}

// splitRows parses the payload into rows and returns their IDs in order. A row is an ID,
// ":", and either JSON up to the end of the line, or "T", a length in hexadecimal, "," and
// that many bytes of text.
func (f *rscPayload) splitRows(s string) []string {
	var order []string
	for s != "" && len(order) < maxJSONValues {
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
				f.rows[id] = &jsonNode{text: text[:n]}
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

// inlineRowText replaces the first reference to each text row by the text.
func (f *rscPayload) inlineRowText(v *jsonNode, depth int) {
	if depth > maxJSONDepth {
		return
	}
	for _, c := range v.list {
		if id, found := strings.CutPrefix(c.text, "$"); found && c.list == nil {
			if row := f.rows[id]; row != nil && row.list == nil && !f.rendered[id] {
				c.text, f.rendered[id] = row.text, true
			}
			continue
		}
		f.inlineRowText(c, depth+1)
	}
}

// renderRow builds the node of a row. It returns nil from the second time on.
func (f *rscPayload) renderRow(id string, depth int) *node {
	v := f.rows[id]
	if v == nil || f.rendered[id] {
		return nil
	}
	f.rendered[id] = true
	return f.renderValue(v, depth+1)
}

// isRSCElement reports whether a value is an element: an array that begins with "$".
func isRSCElement(v *jsonNode) bool {
	return v.keys == nil && len(v.list) >= 4 && v.list[0].list == nil && v.list[0].text == "$"
}

// renderValue builds the node of a value. An element is ["$", type, key, properties].
func (f *rscPayload) renderValue(v *jsonNode, depth int) *node {
	switch {
	case depth > maxJSONDepth:
		return nil
	case v.list == nil:
		return f.renderString(v.text, depth)
	case v.keys != nil:
		return f.renderElement(v, 0, depth)
	case isRSCElement(v):
		tag := lookupTag(v.list[1].text)
		return f.renderElement(v.list[3], tag, depth)
	}
	n := newElement(0) // a list of children
	for _, c := range v.list {
		if m := f.renderValue(c, depth+1); m != nil {
			n.append(m)
		}
	}
	if n.first == nil {
		return nil
	}
	return n
}

// renderString builds the node of a string: a reference to a row, HTML or text.
func (f *rscPayload) renderString(s string, depth int) *node {
	switch {
	case strings.HasPrefix(s, "$L"), strings.HasPrefix(s, "$@"):
		return f.renderRow(s[2:], depth)
	case strings.HasPrefix(s, "$$"):
		return newText(s[1:])
	case strings.HasPrefix(s, "$"):
		return f.renderRow(s[1:], depth)
	case s == "":
		return nil
	case isHTML(s), strings.Contains(s, "\n") && len(s) > maxTitle:
		return renderText(s)
	}
	return newText(s)
}

// renderElement builds an element from its properties. For a custom component it also
// renders the text in properties other than children.
func (f *rscPayload) renderElement(v *jsonNode, tag atom.Atom, depth int) *node {
	if tag == 0 && v.firstString("href") != "" {
		tag = atom.A
	}
	n := newElement(tag)
	if tagClasses[tag]&rawText != 0 || tagClasses[tag]&void != 0 && tag != atom.Br {
		return nil
	}
	if tag == atom.A {
		n.attrs = []attribute{{attrHref, v.firstString("href")}}
	}
	for i, k := range v.keys {
		c := v.list[i]
		var m *node
		switch k {
		case "children":
			if c.keys == nil && c.list != nil && !isRSCElement(c) {
				for _, each := range c.list {
					if m := f.renderValue(each, depth+1); m != nil {
						n.append(m)
					}
				}
				continue
			}
			m = f.renderValue(c, depth+1)
		case "dangerouslySetInnerHTML":
			m = renderText(c.firstString("__html"))
		default:
			switch {
			case c.list != nil:
				m = f.renderProperty(c, depth+1)
			case tag != 0 || c.text == "":
			case c.text[0] == '$':
				m = f.renderString(c.text, depth)
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

// renderProperty builds a node from a property that holds an element or data.
func (f *rscPayload) renderProperty(v *jsonNode, depth int) *node {
	if isRSCElement(v) {
		return f.renderValue(v, depth)
	}
	return f.render(v, depth)
}
