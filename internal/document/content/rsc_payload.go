package content

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// rscPayload is the React Server Components payload of a page, which Next.js pushes in
// pieces to self.__next_f. It consists of rows. A row has an ID and is text or JSON. JSON
// refers to another row by "$", "$L" or "$@" and its ID.
type rscPayload struct {
	*jsonReader
	rows     map[string]*jsonNode // by ID
	rendered map[string]bool      // IDs of rows that are already part of the output
}

const (
	// rscPush is the call with which a script adds a piece to the payload.
	rscPush = "__next_f.push("
	// maxRSCPushes bounds the number of pieces. It was chosen by hand.
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
	p := &rscPayload{jsonReader: d, rows: map[string]*jsonNode{}, rendered: map[string]bool{}}
	order := p.splitRows(b.String())
	for _, id := range order {
		p.inlineRowText(p.rows[id], 0)
	}
	body := newElement(atom.Body)
	for _, id := range order {
		if n := p.renderRow(id, 0); n != nil {
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
func (p *rscPayload) splitRows(s string) []string {
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
				p.rows[id] = &jsonNode{text: text[:n]}
				order, s = append(order, id), text[n:]
				continue
			}
		}
		var line string
		line, s, _ = strings.Cut(rest, "\n")
		if v, _ := p.decode(line); v != nil {
			p.rows[id] = v
			order = append(order, id)
		}
	}
	return order
}

// inlineRowText replaces the first reference to each text row in v by the row's text.
func (p *rscPayload) inlineRowText(v *jsonNode, depth int) {
	if depth > maxJSONDepth {
		return
	}
	for _, c := range v.list {
		if id, found := strings.CutPrefix(c.text, "$"); found && c.list == nil {
			if row := p.rows[id]; row != nil && row.list == nil && !p.rendered[id] {
				c.text, p.rendered[id] = row.text, true
			}
			continue
		}
		p.inlineRowText(c, depth+1)
	}
}

// renderRow builds the node of a row. It returns nil if the row is already rendered.
func (p *rscPayload) renderRow(id string, depth int) *node {
	v := p.rows[id]
	if v == nil || p.rendered[id] {
		return nil
	}
	p.rendered[id] = true
	return p.renderValue(v, depth+1)
}

// isRSCElement reports whether a value is an element: an array that begins with "$".
func isRSCElement(v *jsonNode) bool {
	return v.keys == nil && len(v.list) >= 4 && v.list[0].list == nil && v.list[0].text == "$"
}

// renderValue builds the node of a value. An element is ["$", type, key, properties].
func (p *rscPayload) renderValue(v *jsonNode, depth int) *node {
	switch {
	case depth > maxJSONDepth:
		return nil
	case v.list == nil:
		return p.renderString(v.text, depth)
	case v.keys != nil:
		return p.renderElement(v, 0, depth)
	case isRSCElement(v):
		tag := lookupTag(v.list[1].text)
		return p.renderElement(v.list[3], tag, depth)
	}
	n := newElement(0) // a list of children
	for _, c := range v.list {
		if m := p.renderValue(c, depth+1); m != nil {
			n.append(m)
		}
	}
	if n.first == nil {
		return nil
	}
	return n
}

// renderString builds the node of a string: a reference to a row, HTML or text.
func (p *rscPayload) renderString(s string, depth int) *node {
	switch {
	case strings.HasPrefix(s, "$L"), strings.HasPrefix(s, "$@"):
		return p.renderRow(s[2:], depth)
	case strings.HasPrefix(s, "$$"):
		return newText(s[1:])
	case strings.HasPrefix(s, "$"):
		return p.renderRow(s[1:], depth)
	case s == "":
		return nil
	case isHTML(s), strings.Contains(s, "\n") && len(s) > maxTitle:
		return renderText(s)
	}
	return newText(s)
}

// renderElement builds an element from its properties. For a custom component it also
// renders the text in properties other than children.
func (p *rscPayload) renderElement(v *jsonNode, tag atom.Atom, depth int) *node {
	if tag == 0 && v.firstString("href") != "" {
		tag = atom.A
	}
	n := newElement(tag)
	if classOf(tag)&rawText != 0 || classOf(tag)&void != 0 && tag != atom.Br {
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
					if m := p.renderValue(each, depth+1); m != nil {
						n.append(m)
					}
				}
				continue
			}
			m = p.renderValue(c, depth+1)
		case "dangerouslySetInnerHTML":
			m = renderText(c.firstString("__html"))
		default:
			switch {
			case c.list != nil:
				m = p.renderProperty(c, depth+1)
			case tag != 0 || c.text == "":
			case c.text[0] == '$':
				m = p.renderString(c.text, depth)
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
func (p *rscPayload) renderProperty(v *jsonNode, depth int) *node {
	if isRSCElement(v) {
		return p.renderValue(v, depth)
	}
	return p.render(v, depth)
}
