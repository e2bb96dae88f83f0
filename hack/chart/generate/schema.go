package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"go.yaml.in/yaml/v3"
)

// object is a JSON object.
type object map[string]any

// schema returns the JSON Schema of values.yaml. Types and defaults come from the values,
// descriptions from their comments, and the rest from constraints.
func schema(values []byte) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(values, &doc); err != nil {
		return nil, err
	}
	used := map[string]bool{}
	out, err := schemaOf("", doc.Content[0], used)
	if err != nil {
		return nil, err
	}
	for path := range constraints {
		if !used[path] {
			return nil, fmt.Errorf("there is a constraint for %s, which is no value", path)
		}
	}
	out["$schema"] = "http://json-schema.org/draft-07/schema#"
	out["title"] = "Values of the chart clausea"
	out["properties"].(object)["global"] = object{"type": "object", "description": "Values that a parent chart shares with its subcharts. The chart does not read them."}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err = e.Encode(out)
	return b.Bytes(), err
}

// schemaOf returns the schema of the value at path, whose elements are separated by dots.
func schemaOf(path string, n *yaml.Node, used map[string]bool) (object, error) {
	if c, ok := constraintOf(path, used); ok {
		return maps.Clone(c), nil
	}
	switch {
	case n.Kind == yaml.MappingNode && len(n.Content) > 0:
		properties := object{}
		for i := 0; i < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			s, err := schemaOf(strings.TrimPrefix(path+"."+key.Value, "."), value, used)
			if err != nil {
				return nil, err
			}
			d := description(key.HeadComment)
			if d == "" {
				return nil, fmt.Errorf("%s.%s has no comment", path, key.Value)
			}
			s["description"] = d
			properties[key.Value] = s
		}
		return object{"type": "object", "additionalProperties": false, "properties": properties}, nil
	case n.Kind == yaml.MappingNode:
		return object{"type": "object"}, nil
	case n.Kind == yaml.SequenceNode:
		return object{"type": "array"}, nil
	}
	switch n.Tag {
	case "!!bool":
		return object{"type": "boolean"}, nil
	case "!!int":
		return object{"type": "integer", "minimum": 0}, nil
	case "!!float":
		return object{"type": "number", "minimum": 0}, nil
	case "!!str":
		return object{"type": "string"}, nil
	}
	return nil, fmt.Errorf("%s has a value of type %s", path, n.Tag)
}

// description returns the last paragraph of a comment without the marks of YAML and helm-docs.
func description(comment string) string {
	paragraphs := strings.Split(comment, "\n\n")
	var lines []string
	for line := range strings.SplitSeq(paragraphs[len(paragraphs)-1], "\n") {
		lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(line, "# "), "-- "))
	}
	return strings.Join(lines, " ")
}
