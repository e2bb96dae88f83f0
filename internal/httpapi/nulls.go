package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/clausea/crawler/internal/problem"
)

// checkNulls is a middleware that refuses a JSON body with a null where the description allows
// none. huma takes it for an absent property.
func (s *Server) checkNulls(ctx huma.Context, next func(huma.Context)) {
	body, op := requestOf(ctx.Context()).body, ctx.Operation()
	if op.RequestBody == nil || !bytes.Contains(body, []byte("null")) {
		next(ctx)
		return
	}
	mediaType, _, _ := strings.Cut(ctx.Header("Content-Type"), ";")
	if mediaType = strings.TrimSpace(mediaType); mediaType == "" {
		mediaType = typeJSON
	}
	media := op.RequestBody.Content[mediaType]
	var v any
	if media == nil || media.Schema == nil || json.Unmarshal(body, &v) != nil {
		next(ctx) // huma reports it
		return
	}
	if location := nullIn(s.api.OpenAPI().Components.Schemas, media.Schema, v, "body"); location != "" {
		_, w := humago.Unwrap(ctx)
		writeProblem(w, s.problemOf(ctx.Context(), problem.OfField(location, "must not be null; leave the property out")))
		return
	}
	next(ctx)
}

// nullIn returns the location of a property of v that is null and whose schema allows none, or "".
// It follows the properties and lists that the schema names.
func nullIn(registry huma.Registry, schema *huma.Schema, v any, location string) string {
	if schema != nil && schema.Ref != "" {
		schema = registry.SchemaFromRef(schema.Ref)
	}
	if schema == nil {
		return ""
	}
	switch v := v.(type) {
	case map[string]any:
		for name, property := range schema.Properties {
			value, ok := v[name]
			if !ok {
				continue
			}
			at := location + "." + name
			if value == nil && !allowsNull(registry, property) {
				return at
			}
			if found := nullIn(registry, property, value, at); found != "" {
				return found
			}
		}
	case []any:
		for i, value := range v {
			if found := nullIn(registry, schema.Items, value, fmt.Sprintf("%s[%d]", location, i)); found != "" {
				return found
			}
		}
	}
	return ""
}

// allowsNull reports whether a schema allows null. One without a type allows everything.
func allowsNull(registry huma.Registry, schema *huma.Schema) bool {
	if schema != nil && schema.Ref != "" {
		schema = registry.SchemaFromRef(schema.Ref)
	}
	return schema == nil || schema.Nullable || schema.Type == ""
}
