package mcp

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/clausea/crawler/internal/store"
)

// route is an operation of the API as its description has it.
type route struct {
	method, path string
	summary      string
	scope        store.APIScope
	parameters   []parameter
	// body is the schema of the JSON body, or nil. schemas are the schemas that it refers to.
	body    map[string]any
	schemas map[string]any
}

// parameter is a parameter of a route.
type parameter struct {
	Name        string         `json:"name"`
	In          string         `json:"in"` // path, query or header
	Description string         `json:"description"`
	Required    bool           `json:"required"`
	Schema      map[string]any `json:"schema"`
}

// described is the part of an OpenAPI description that is read.
type described struct {
	Paths map[string]map[string]struct {
		OperationID string         `json:"operationId"`
		Summary     string         `json:"summary"`
		Scope       store.APIScope `json:"x-scope"`
		Parameters  []parameter    `json:"parameters"`
		RequestBody struct {
			Content map[string]struct {
				Schema map[string]any `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]any `json:"schemas"`
	} `json:"components"`
}

// routesOf returns the routes of a description by their operation IDs.
func routesOf(description []byte) (map[string]route, error) {
	var d described
	if err := json.Unmarshal(description, &d); err != nil {
		return nil, fmt.Errorf("read the description of the API: %w", err)
	}
	out := map[string]route{}
	for path, methods := range d.Paths {
		for method, op := range methods {
			out[op.OperationID] = route{
				method: strings.ToUpper(method), path: path, summary: op.Summary, scope: op.Scope, parameters: op.Parameters,
				body: op.RequestBody.Content["application/json"].Schema, schemas: d.Components.Schemas,
			}
		}
	}
	return out, nil
}

// schema returns the JSON schema of the arguments of a tool: the parameters of the route, without
// its headers, and the properties of its body.
func (r *route) schema() (json.RawMessage, error) {
	properties, required := map[string]any{}, []string{}
	for _, p := range r.parameters {
		if p.In == "header" {
			continue
		}
		properties[p.Name] = withDescription(p.Schema, p.Description)
		if p.Required {
			required = append(required, p.Name)
		}
	}
	body := r.resolve(r.body, 0)
	if fields, ok := body["properties"].(map[string]any); ok {
		for name, schema := range fields {
			properties[name] = schema
		}
	}
	if names, ok := body["required"].([]any); ok {
		for _, name := range names {
			if text, ok := name.(string); ok {
				required = append(required, text)
			}
		}
	}
	b, err := json.Marshal(map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false})
	if err != nil {
		return nil, fmt.Errorf("encode the schema of the arguments: %w", err)
	}
	return b, nil
}

func withDescription(schema map[string]any, description string) map[string]any {
	out := map[string]any{}
	for k, v := range schema {
		out[k] = v
	}
	if description != "" {
		out["description"] = description
	}
	return out
}

// maxSchemaDepth bounds the nesting of resolved schemas. The bodies of tools have a few levels.
const maxSchemaDepth = 12

// resolve replaces the references of a schema by what they refer to.
func (r *route) resolve(schema map[string]any, depth int) map[string]any {
	if schema == nil || depth > maxSchemaDepth {
		return map[string]any{}
	}
	if ref, ok := schema["$ref"].(string); ok {
		target, _ := r.schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
		return r.resolve(target, depth+1)
	}
	out := map[string]any{}
	for key, value := range schema {
		out[key] = r.resolveValue(value, depth)
	}
	return out
}

func (r *route) resolveValue(value any, depth int) any {
	switch v := value.(type) {
	case map[string]any:
		return r.resolve(v, depth+1)
	case []any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = r.resolveValue(v[i], depth)
		}
		return all
	}
	return value
}
