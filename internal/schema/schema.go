// Package schema validates custom resources as an API server does. It applies the generated
// CustomResourceDefinitions with the libraries of the API server: unknown fields, defaults,
// structural validation and CEL rules. It also reads manifests.
package schema

import (
	"context"
	"fmt"
	"io/fs"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/config/crd"
)

// Kind is the schema of a kind of resource.
type Kind struct {
	// Definition is the CustomResourceDefinition of the kind.
	Definition *apiextensionsv1.CustomResourceDefinition
	structural *structuralschema.Structural
	openAPI    validation.SchemaValidator
	cel        *cel.Validator
}

// compiledKinds compiles all definitions on first use.
var compiledKinds = sync.OnceValues(func() (map[string]*Kind, error) {
	files, err := fs.Glob(crd.Bases, "bases/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the definitions: %w", err)
	}
	out := map[string]*Kind{}
	for _, name := range files {
		b, err := crd.Bases.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read definition %s: %w", name, err)
		}
		k, err := compile(b)
		if err != nil {
			return nil, fmt.Errorf("compile definition %s: %w", name, err)
		}
		out[k.Definition.Spec.Names.Kind] = k
	}
	return out, nil
})

// ForKind returns the schema of a kind, such as Company. It fails for an unknown kind.
func ForKind(kind string) (*Kind, error) {
	all, err := compiledKinds()
	if err != nil {
		return nil, err
	}
	k, ok := all[kind]
	if !ok {
		return nil, fmt.Errorf("unknown kind %.60q: use Company or CrawlJob", kind)
	}
	return k, nil
}

// compile compiles a CustomResourceDefinition in YAML.
func compile(b []byte) (*Kind, error) {
	k := &Kind{Definition: &apiextensionsv1.CustomResourceDefinition{}}
	if err := yaml.UnmarshalStrict(b, k.Definition); err != nil {
		return nil, err
	}
	for _, v := range k.Definition.Spec.Versions {
		if v.Name != v1alpha1.GroupVersion.Version {
			continue
		}
		internal := &apiextensions.JSONSchemaProps{}
		if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(v.Schema.OpenAPIV3Schema, internal, nil); err != nil {
			return nil, err
		}
		var err error
		if k.structural, err = structuralschema.NewStructural(internal); err != nil {
			return nil, err
		}
		if k.openAPI, _, err = validation.NewSchemaValidator(internal); err != nil {
			return nil, err
		}
		k.cel = cel.NewValidator(k.structural, true, celconfig.PerCallLimit)
		return k, nil
	}
	return nil, fmt.Errorf("version %s is missing", v1alpha1.GroupVersion.Version)
}

// Default sets the defaults of omitted fields.
func (k *Kind) Default(obj map[string]any) { defaulting.Default(obj, k.structural) }

// Admit sets the defaults of obj and validates it. If old is not nil, it also validates the
// update from old to obj. Each error names its field.
func (k *Kind) Admit(ctx context.Context, obj, old map[string]any) field.ErrorList {
	var errs field.ErrorList
	unknown := pruning.PruneWithOptions(obj, k.structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	for _, path := range unknown {
		errs = append(errs, field.Forbidden(field.NewPath(path), "unknown field; correct its name or remove it"))
	}
	k.Default(obj)
	invalid := validation.ValidateCustomResource(nil, obj, k.openAPI)
	errs = append(errs, invalid...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, k.structural, obj)...)
	if len(invalid) > 0 {
		return errs // CEL rules apply only to structurally valid objects
	}
	var before any
	if old != nil {
		before = old
	}
	ruled, _ := k.cel.Validate(ctx, nil, k.structural, obj, before, celconfig.RuntimeCELCostBudget)
	return append(errs, ruled...)
}
