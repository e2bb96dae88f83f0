package content

import (
	"encoding/json"
	"strings"
)

// Bounds on the embedded JSON of one page. The pages of the evaluation data stay below them.
const (
	maxJSONValues = 100_000
	maxJSONBytes  = 32 << 20 // including values that failed to parse
	maxJSONDepth  = 200
	maxJSONStarts = 40 // positions in one script at which a value may begin
)

// Thresholds for text in JSON. They were chosen by hand.
const (
	maxTextMembers = 25 // plain strings in one object; see isMessageBundle
	minProseWords  = 20 // words in a string of prose
)

// jsonNode is a JSON value. Unlike a Go map, it keeps the order of an object's members.
type jsonNode struct {
	text string      // of a string; empty for other values
	keys []string    // of an object; nil for an array
	list []*jsonNode // members or elements; nil for a scalar
}

// jsonReader parses the JSON values of one page and enforces the bounds.
type jsonReader struct{ valueCount, bytesRead int }

// parseValues returns the JSON values of a script. The script is a JSON value itself, or it
// assigns values, passes them to a function, or parses a string with JSON.parse.
func (d *jsonReader) parseValues(s string) []*jsonNode {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil
	}
	if s[0] == '{' || s[0] == '[' {
		if v, _ := d.decode(s); v != nil {
			return []*jsonNode{v}
		}
	}
	var out []*jsonNode
	for i, tries := 0, 0; i < len(s) && tries < maxJSONStarts; {
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

// decode parses the value at the beginning of s and returns it with its length in bytes.
// The value is nil if it is malformed or exceeds the bounds.
func (d *jsonReader) decode(s string) (*jsonNode, int) {
	if d.bytesRead > maxJSONBytes {
		return nil, 0
	}
	dec := json.NewDecoder(strings.NewReader(s))
	v := d.decodeNode(dec, 0)
	d.bytesRead += int(dec.InputOffset())
	return v, int(dec.InputOffset())
}

// decodeNode decodes the next value, or returns nil if it is malformed or exceeds the bounds.
func (d *jsonReader) decodeNode(dec *json.Decoder, depth int) *jsonNode {
	if d.valueCount++; d.valueCount > maxJSONValues || depth > maxJSONDepth {
		return nil
	}
	t, err := dec.Token()
	if err != nil {
		return nil
	}
	switch t := t.(type) {
	case string:
		return &jsonNode{text: t}
	case json.Delim:
		v := &jsonNode{list: []*jsonNode{}}
		for dec.More() {
			if t == '{' {
				k, err := dec.Token()
				name, ok := k.(string)
				if err != nil || !ok {
					return nil
				}
				v.keys = append(v.keys, name)
			}
			c := d.decodeNode(dec, depth+1)
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
	return &jsonNode{} // numbers, booleans and null hold no text
}

// member returns the member with the name, or nil.
func (v *jsonNode) member(name string) *jsonNode {
	for i, k := range v.keys {
		if k == name {
			return v.list[i]
		}
	}
	return nil
}

// firstString returns the first nonempty string among the named members.
func (v *jsonNode) firstString(names ...string) string {
	for _, name := range names {
		if m := v.member(name); m != nil && m.text != "" {
			return m.text
		}
	}
	return ""
}
