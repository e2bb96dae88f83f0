package httpapi

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/schema"
)

// CompanySpec is the spec of a Company in a response.
type CompanySpec v1alpha1.CompanySpec

// Schema implements huma.SchemaProvider: the schema is that of the CustomResourceDefinition.
func (CompanySpec) Schema(r huma.Registry) *huma.Schema {
	return schemaOfResource(r, "CompanySpec", false, "Company", "spec")
}

// CompanySpecInput is the spec of a Company in a request. It is decoded by the rules of the
// resource, so that every invalid value is reported with its field.
type CompanySpecInput map[string]any

// Schema implements huma.SchemaProvider.
func (CompanySpecInput) Schema(r huma.Registry) *huma.Schema {
	return schemaOfResource(r, "CompanySpecInput", true, "Company", "spec")
}

// CrawlLimitsInput are the limits of a crawl in a request.
type CrawlLimitsInput map[string]any

// Schema implements huma.SchemaProvider.
func (CrawlLimitsInput) Schema(r huma.Registry) *huma.Schema {
	return schemaOfResource(r, "CrawlLimitsInput", true, "CrawlJob", "spec", "limits")
}

// schemaOfResource registers a part of the schema of a kind under a name, and refers to it. A
// strict schema, of a request, forbids additional properties. It requires none itself: a URL gives
// defaults, and the service checks the rest.
func schemaOfResource(r huma.Registry, name string, strict bool, kind string, path ...string) *huma.Schema {
	if _, ok := r.Map()[name]; !ok {
		k, err := schema.ForKind(kind)
		if err != nil {
			panic("httpapi: " + err.Error()) // the definitions are compiled into the program
		}
		props := k.Definition.Spec.Versions[0].Schema.OpenAPIV3Schema
		for _, field := range path {
			p := props.Properties[field]
			props = &p
		}
		converted := convertSchema(props, strict)
		if strict {
			converted.Required = nil
		}
		converted.PrecomputeMessages()
		r.Map()[name] = converted
	}
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

// convertSchema converts the schema of a resource. It leaves out the rules in CEL, which OpenAPI
// cannot express; the service checks them.
func convertSchema(p *apiextensionsv1.JSONSchemaProps, strict bool) *huma.Schema {
	s := &huma.Schema{
		Type: p.Type, Description: p.Description, Format: p.Format, Pattern: p.Pattern, Minimum: p.Minimum, Maximum: p.Maximum,
		MinLength: asInt(p.MinLength), MaxLength: asInt(p.MaxLength), MinItems: asInt(p.MinItems), MaxItems: asInt(p.MaxItems), Required: p.Required,
	}
	for _, e := range p.Enum {
		s.Enum = append(s.Enum, decodeAny(e.Raw))
	}
	if p.Default != nil {
		s.Default = decodeAny(p.Default.Raw)
	}
	if p.Items != nil && p.Items.Schema != nil {
		s.Items = convertSchema(p.Items.Schema, strict)
	}
	if len(p.Properties) > 0 {
		s.Properties = map[string]*huma.Schema{}
		if strict {
			s.AdditionalProperties = false
		}
		for name, property := range p.Properties {
			s.Properties[name] = convertSchema(&property, strict)
		}
	}
	return s
}

// decodeAny decodes a value in a CustomResourceDefinition, which is valid JSON.
func decodeAny(raw []byte) any {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil
	}
	return v
}

func asInt(n *int64) *int {
	if n == nil {
		return nil
	}
	i := int(*n)
	return &i
}
