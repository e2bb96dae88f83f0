package chart

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yannh/kubeconform/pkg/validator"
	"sigs.k8s.io/yaml"
)

// The modules with the definitions of Kubernetes and of the custom resources that the chart creates.
const (
	kubernetesModule = "k8s.io/kubernetes@v1.37.2"
	gatewayModule    = "sigs.k8s.io/gateway-api@v1.6.3"
	prometheusModule = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
)

func TestObjectsConformToTheirSchemas(t *testing.T) {
	t.Parallel()
	helm(t, "3")
	folder := t.TempDir()
	writeKubernetesSchemas(t, filepath.Join(moduleFolder(t, kubernetesModule), "api/openapi-spec/swagger.json"), folder)
	writeDefinitionSchemas(t, filepath.Join(moduleFolder(t, gatewayModule), "config/crd/standard/*httproutes.yaml"), folder)
	writeDefinitionSchemas(t, filepath.Join(moduleFolder(t, prometheusModule), "example/prometheus-operator-crd/*.yaml"), folder)
	writeDefinitionSchemas(t, root+"/config/crd/bases/*.yaml", folder)
	v, err := validator.New([]string{folder + "/{{ .ResourceKind }}{{ .KindSuffix }}.json"}, validator.Opts{Strict: true, KubernetesVersion: "master"})
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	check := func(name, text string) {
		for _, r := range v.Validate(name, io.NopCloser(strings.NewReader(text))) {
			if r.Status == validator.Empty {
				continue
			}
			if checked++; r.Status != validator.Valid {
				s, _ := r.Resource.Signature()
				t.Errorf("%s: %s %s: %v", name, s.Kind, s.Name, r.Err)
			}
		}
	}
	for _, path := range valueSets(t) {
		check(path, render(t, path))
	}
	samples, err := filepath.Glob(root + "/config/samples/*.yaml")
	if err != nil || len(samples) == 0 {
		t.Fatalf("there are no samples: %v", err)
	}
	for _, path := range samples {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		check(path, string(b))
	}
	t.Logf("checked %d objects", checked)
	for _, wrong := range []string{
		"apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {prots: []}\n",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: two}\n",
	} {
		if r := v.Validate("wrong", io.NopCloser(strings.NewReader(wrong))); len(r) != 1 || r[0].Status != validator.Invalid {
			t.Errorf("the schemas accept\n%s", wrong)
		}
	}
}

// moduleFolder returns the folder of a module, which go downloads if necessary.
func moduleFolder(t *testing.T, module string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	var m struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &m); jsonErr != nil || m.Dir == "" {
		t.Fatalf("download %s: %v %v %s", module, err, jsonErr, m.Error)
	}
	return m.Dir
}

type node = map[string]any

// writeKubernetesSchemas writes a JSON Schema for each kind of the OpenAPI document of Kubernetes.
func writeKubernetesSchemas(t *testing.T, path, folder string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Definitions map[string]node `json:"definitions"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	for name, d := range doc.Definitions {
		makeStrict(d)
		if strings.HasSuffix(name, ".Quantity") {
			d["type"] = []any{"string", "number"}
		}
	}
	for name, d := range doc.Definitions {
		kinds, _ := d["x-kubernetes-group-version-kind"].([]any)
		if len(kinds) != 1 {
			continue
		}
		k := kinds[0].(node)
		used := map[string]node{}
		collect(doc.Definitions, name, used)
		writeSchema(t, folder, k["group"].(string), k["version"].(string), k["kind"].(string), node{"$ref": "#/definitions/" + name, "definitions": used})
	}
}

// collect adds the definition name and those that it refers to.
func collect(all map[string]node, name string, used map[string]node) {
	if used[name] != nil {
		return
	}
	used[name] = all[name]
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case node:
			if ref, ok := v["$ref"].(string); ok {
				collect(all, strings.TrimPrefix(ref, "#/definitions/"), used)
			}
			for _, child := range v {
				walk(child)
			}
		case []any:
			for _, child := range v {
				walk(child)
			}
		}
	}
	walk(all[name])
}

// makeStrict turns a schema of Kubernetes into a JSON Schema that rejects unknown fields. The API
// server treats null as an absent field.
func makeStrict(n node) {
	if n["format"] == "int-or-string" || n["x-kubernetes-int-or-string"] == true {
		n["type"] = []any{"string", "integer"}
	}
	delete(n, "format")
	properties, _ := n["properties"].(node)
	if properties != nil && n["additionalProperties"] == nil && n["x-kubernetes-preserve-unknown-fields"] != true && n["x-kubernetes-embedded-resource"] != true {
		n["additionalProperties"] = false
	}
	for name, p := range properties {
		if child, ok := p.(node); ok {
			makeStrict(child)
			properties[name] = node{"anyOf": []any{child, node{"type": "null"}}}
		}
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if child, ok := n[key].(node); ok {
			makeStrict(child)
		}
	}
}

// writeDefinitionSchemas writes a JSON Schema for each version of the custom resource definitions.
func writeDefinitionSchemas(t *testing.T, pattern, folder string) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("there is no %s (%v)", pattern, err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var d struct {
			Spec struct {
				Group    string
				Names    struct{ Kind string }
				Versions []struct {
					Name   string
					Schema struct {
						OpenAPIV3Schema node `json:"openAPIV3Schema"`
					}
				}
			}
		}
		if err := yaml.Unmarshal(b, &d); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, v := range d.Spec.Versions {
			schema := v.Schema.OpenAPIV3Schema
			makeStrict(schema)
			if p, ok := schema["properties"].(node); ok {
				p["metadata"] = node{"type": "object"}
			}
			writeSchema(t, folder, d.Spec.Group, v.Name, d.Spec.Names.Kind, schema)
		}
	}
}

func writeSchema(t *testing.T, folder, group, version, kind string, schema node) {
	t.Helper()
	b, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	// The name that kubeconform looks for: the kind, the first part of the group, and the version.
	name := strings.ToLower(kind)
	if group != "" {
		first, _, _ := strings.Cut(group, ".")
		name += "-" + strings.ToLower(first)
	}
	if err := os.WriteFile(filepath.Join(folder, name+"-"+version+".json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
}
