package controllertest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// defaulted holds the defaults of the schema, by kind and field of the spec.
var defaulted = map[string]map[string]any{
	"Company": {
		"deletionPolicy": "Retain", "expectedTypes": []any{"privacy_policy", "terms_of_service"},
		"historyLimits": map[string]any{"successful": int64(3), "failed": int64(3)},
	},
	"CrawlJob": {"activeDeadlineSeconds": int64(3600), "backoffLimit": int64(3), "priority": int64(0)},
}

func TestEverySampleIsAcceptedAndDefaulted(t *testing.T) {
	t.Parallel()
	k, ns := clusterClient(t)
	files, err := filepath.Glob("../../config/samples/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		must(t, err)
		sample := &unstructured.Unstructured{}
		must(t, yaml.UnmarshalStrict(b, &sample.Object))
		sample.SetNamespace(ns)
		patch, err := json.Marshal(sample)
		must(t, err)
		apply := func(opts ...client.PatchOption) *unstructured.Unstructured {
			t.Helper()
			got := sample.DeepCopy()
			// As kubectl apply --server-side does. The schema must define every field.
			opts = append(opts, client.FieldOwner("user"), client.FieldValidation("Strict"))
			if err := k.Patch(t.Context(), got, client.RawPatch(types.ApplyPatchType, patch), opts...); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			return got
		}
		checkDefaults(t, file, sample, apply(client.DryRunAll))
		there := sample.DeepCopy()
		if err := k.Get(t.Context(), client.ObjectKeyFromObject(sample), there); !apierrors.IsNotFound(err) {
			t.Errorf("%s: get after a dry run: %v", file, err)
		}
		first := apply()
		checkDefaults(t, file, sample, first)
		if again := apply(); again.GetResourceVersion() != first.GetResourceVersion() {
			t.Errorf("%s: applying it again changes the object", file)
		}
	}
}

// checkDefaults fails the test unless an object has the fields of its sample, and the
// defaults for the fields that the sample leaves out.
func checkDefaults(t *testing.T, file string, sample, got *unstructured.Unstructured) {
	t.Helper()
	given, _, err := unstructured.NestedMap(sample.Object, "spec")
	must(t, err)
	spec, _, err := unstructured.NestedMap(got.Object, "spec")
	must(t, err)
	want := map[string]any{}
	for field, value := range defaulted[sample.GetKind()] {
		want[field] = value
	}
	for field, value := range given {
		want[field] = value
	}
	for field, value := range want {
		if !holds(spec[field], value) {
			t.Errorf("%s: spec.%s is %v, want %v", file, field, spec[field], value)
		}
	}
}

// holds reports whether got equals want, or is an object with all fields of want.
func holds(got, want any) bool {
	w, ok := want.(map[string]any)
	if !ok {
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		return string(a) == string(b)
	}
	g, ok := got.(map[string]any)
	for field, value := range w {
		ok = ok && holds(g[field], value)
	}
	return ok
}
