package content

import (
	"encoding/json"
	"strings"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/plain"
)

// Bounds of what is read of a page's data.
const (
	maxValues  = 100_000  // in all
	maxData    = 32 << 20 // bytes, those of values that were begun in vain included
	maxNested  = 200
	maxStarts  = 40 // places in one script where a value may begin
	maxMembers = 25 // strings in one object of a text; more are a site's messages
	minStretch = 20 // words that make a string prose
)

// datum is a value of JSON, whose members keep their order.
type datum struct {
	text string
	keys []string // of an object; nil for an array
	list []*datum // members or elements; nil for a string
}

// readData finds the texts in the JSON of scripts and attributes: strings of ExtractHTML or
// of prose, and the trees in which content systems keep rich text. Each value that
// has any is a body of its own.
func readData(stash []string) []*node {
	d := &dataReader{}
	var out []*node
	if body := d.readFlight(stash); body != nil {
		out = append(out, body)
	}
	for _, s := range stash {
		if strings.Contains(s, flightPush) {
			continue
		}
		for _, v := range d.values(s) {
			if n := d.render(v, 0); n != nil {
				out = append(out, element(atom.Body, n))
			}
		}
	}
	return out
}

// mixed says that below a place in a page's data several things stand that have
// nothing to do with each other, as in the texts of a whole site.
func mixed(place *node) bool {
	parts := 0
	for c := place.first; c != nil; c = c.next {
		if c.dropped == kept && c.record != 0 && c.prose() >= minStretch*2 {
			parts++
		}
	}
	return place.record == ofMembers && parts > 1
}

// What a node of a page's data was made of.
const (
	ofMembers  = 1 + iota // an object
	ofElements            // an array
)

// dataReader counts what was read.
type dataReader struct{ count, bytes int }

// values gives the JSON values of a script: all of it, or what it assigns, pushes or parses.
func (d *dataReader) values(s string) []*datum {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil
	}
	if s[0] == '{' || s[0] == '[' {
		if v, _ := d.decode(s); v != nil {
			return []*datum{v}
		}
	}
	var out []*datum
	for i, tries := 0, 0; i < len(s) && tries < maxStarts; {
		j := strings.IndexAny(s[i:], "=(")
		if j < 0 {
			break
		}
		i += j + 1
		rest := strings.TrimLeft(s[i:], " \n\t\r")
		if rest == "" {
			break
		}
		quoted := s[i-1] == '(' && (rest[0] == '"' && strings.HasSuffix(s[:i], "JSON.parse("))
		if rest[0] != '{' && rest[0] != '[' && !quoted {
			continue
		}
		tries++
		v, n := d.decode(rest)
		if v == nil {
			continue
		}
		if quoted {
			v, _ = d.decode(v.text)
		}
		if v != nil && v.list != nil {
			out = append(out, v)
		}
		i = len(s) - len(rest) + n
	}
	return out
}

// decode reads one value at the beginning of s, and how long it was.
func (d *dataReader) decode(s string) (*datum, int) {
	if d.bytes > maxData {
		return nil, 0
	}
	dec := json.NewDecoder(strings.NewReader(s))
	v := d.value(dec, 0)
	d.bytes += int(dec.InputOffset())
	return v, int(dec.InputOffset())
}

func (d *dataReader) value(dec *json.Decoder, depth int) *datum {
	if d.count++; d.count > maxValues || depth > maxNested {
		return nil
	}
	t, err := dec.Token()
	if err != nil {
		return nil
	}
	switch t := t.(type) {
	case string:
		return &datum{text: t}
	case json.Delim:
		v := &datum{list: []*datum{}}
		for dec.More() {
			if t == '{' {
				k, err := dec.Token()
				name, ok := k.(string)
				if err != nil || !ok {
					return nil
				}
				v.keys = append(v.keys, name)
			}
			c := d.value(dec, depth+1)
			if c == nil {
				return nil
			}
			v.list = append(v.list, c)
		}
		if _, err := dec.Token(); err != nil {
			return nil
		}
		return v
	}
	return &datum{} // a number, a truth value or null says nothing
}

// get is the member of a name; nil if there is none.
func (v *datum) get(name string) *datum {
	for i, k := range v.keys {
		if k == name {
			return v.list[i]
		}
	}
	return nil
}

// str is the string of the first of these members that is one.
func (v *datum) str(names ...string) string {
	for _, name := range names {
		if m := v.get(name); m != nil && m.text != "" {
			return m.text
		}
	}
	return ""
}

// heads says whether a member is a short string that heads what stands beside it.
func (v *datum) heads(i int) bool {
	c := v.list[i]
	if c.text == "" || len(c.text) > maxTitle || markedUp(c.text) {
		return false
	}
	switch strings.ToLower(v.keys[i]) {
	case "title", "heading", "headline", "question", "header":
		return true
	case "name": // a question or a page as schema.org has them
		return v.get("@type") != nil
	}
	return false
}

// bundle says that an object holds the messages of a whole site by name, and no text.
func (v *datum) bundle() bool {
	n := 0
	for _, c := range v.list {
		if c.list == nil && c.text != "" && !markedUp(c.text) {
			n++
		}
	}
	return v.keys != nil && n > maxMembers
}

// render makes nodes of a value; nil where there is no text in it.
func (d *dataReader) render(v *datum, depth int) *node {
	switch {
	case depth > maxNested:
		return nil
	case v.list == nil:
		return renderText(v.text)
	case v.keys != nil:
		if n := d.rich(v, depth); n != nil {
			return n
		}
	}
	n := element(atom.Div)
	n.record = ofElements
	if v.keys != nil {
		n.record = ofMembers
	}
	var head *node
	bundle := v.bundle()
	for i, c := range v.list {
		if bundle && c.list == nil && !markedUp(c.text) {
			continue
		}
		if v.keys != nil && head == nil && v.heads(i) {
			head = element(atom.H2, textNode(c.text))
			continue
		}
		if m := d.render(c, depth+1); m != nil {
			n.append(m)
		}
	}
	if n.first == nil {
		return nil
	}
	if head != nil && !begins(n, bare(head.first.text)) { // it stands above what it heads, whatever the order of the members
		head.next, head.up = n.first, n
		n.first = head
	}
	return n
}

// begins says whether the first text below n is a heading that was given.
func begins(n *node, head string) bool {
	for n != nil && !n.isText {
		n = n.first
	}
	if n == nil {
		return false
	}
	line, _, _ := strings.Cut(n.text, "\n")
	return bare(line) == head
}

// renderText makes nodes of a string that is ExtractHTML, Markdown or prose.
func renderText(s string) *node {
	if markedUp(s) {
		return element(atom.Div, build(s).body.take()...)
	}
	if strings.HasPrefix(s, "http") || plain.CountWords(s) < minStretch || code(s) {
		return nil
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if strings.Contains(s, "](") || strings.Contains(s, "**") || strings.HasPrefix(s, "#") || strings.Contains(s, "\n#") {
		return element(atom.Div, &node{isText: true, markdown: true, text: s})
	}
	n := element(atom.Div)
	for part := range strings.SplitSeq(s, "\n") {
		if part = strings.TrimSpace(part); part != "" {
			n.append(element(atom.P, textNode(part)))
		}
	}
	return n
}

// code says whether a string is a program or its data, by its share of signs.
func code(s string) bool {
	if strings.Contains(s, "function") && strings.Contains(s, "};") {
		return true
	}
	n := 0
	for _, c := range []byte(s[:min(len(s), 4000)]) {
		switch c {
		case '{', '}', '=', '|':
			n++
		}
	}
	return n*60 > min(len(s), 4000)
}

// markedUp says whether a string is ExtractHTML of some length.
func markedUp(s string) bool {
	return len(s) > 40 && (strings.Contains(s, "</") || strings.Contains(s, "<br")) && !strings.HasPrefix(strings.TrimSpace(s), "{")
}

func element(tag atom.Atom, children ...*node) *node {
	n := &node{tag: tag, is: classes[tag]}
	for _, c := range children {
		n.append(c)
	}
	return n
}

func textNode(s string) *node { return &node{isText: true, text: s} }
