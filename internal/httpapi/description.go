package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Description returns the OpenAPI 3.1 description of the API as indented JSON.
func (s *Server) Description() ([]byte, error) {
	b, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("encode the description of the API: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		return nil, fmt.Errorf("indent the description of the API: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// serveDescription serves the description at /openapi.json.
func (s *Server) serveDescription() {
	s.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
		requestOf(r.Context()).operation = "description"
		b, err := s.Description()
		if err != nil {
			writeProblem(w, s.problemOf(r.Context(), err))
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		w.Header().Set("ETag", strongETag(string(b)))
		_, _ = w.Write(b) // fails only if the client has disconnected
	})
}

// tagTexts describes the tags of operations.
var tagTexts = map[string]string{
	"companies":  "Companies: what is crawled, and when.",
	"crawls":     "Crawls: what runs, what it fetched, and its events.",
	"documents":  "Documents with their versions, differences and evidence.",
	"versions":   "Versions of documents, their differences and evidence.",
	"feeds":      "Feeds of changes for feed readers.",
	"changes":    "The feed of changes, and its reviews.",
	"search":     "Full-text search in the current versions.",
	"statistics": "Document types, totals and usage.",
	"webhooks":   "Webhooks and their deliveries.",
	"keys":       "API keys.",
	"health":     "The state of the process and of what it needs.",
}

// completeDescription adds to the description what huma does not: the tags, and that responses
// may have more properties.
func completeDescription(o *huma.OpenAPI, operations []Operation) {
	used := map[string]bool{}
	for _, op := range operations {
		if op.Tag != "" {
			used[op.Tag] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		o.Tags = append(o.Tags, &huma.Tag{Name: name, Description: tagTexts[name]})
	}
	openResponses(o)
}

// openResponses allows additional properties in the schemas of responses, so that clients accept
// responses of later versions. Requests remain strict: a misspelled field is an error.
func openResponses(o *huma.OpenAPI) {
	requests := requestSchemas(o)
	for name, schema := range o.Components.Schemas.Map() {
		if !requests[name] && schema.AdditionalProperties == false {
			schema.AdditionalProperties = nil
		}
	}
}

// requestSchemas returns the names of the schemas of request bodies.
func requestSchemas(o *huma.OpenAPI) map[string]bool {
	requests := map[string]bool{}
	for _, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Patch} {
			if op == nil || op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Content {
				collectSchemas(o.Components.Schemas, media.Schema, requests)
			}
		}
	}
	return requests
}

// collectSchemas adds the names of a schema and of all that it refers to.
func collectSchemas(registry huma.Registry, schema *huma.Schema, names map[string]bool) {
	if schema == nil {
		return
	}
	if name := strings.TrimPrefix(schema.Ref, "#/components/schemas/"); schema.Ref != "" && !names[name] {
		names[name] = true
		collectSchemas(registry, registry.SchemaFromRef(schema.Ref), names)
	}
	collectSchemas(registry, schema.Items, names)
	for _, property := range schema.Properties {
		collectSchemas(registry, property, names)
	}
	if values, ok := schema.AdditionalProperties.(*huma.Schema); ok {
		collectSchemas(registry, values, names)
	}
}
