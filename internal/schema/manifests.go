package schema

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	yamlreader "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/api/v1alpha1"
)

// ReadManifests returns the resources in a manifest (YAML documents or JSON) in order, including
// the items of a List (apiVersion v1). It checks only that each resource has a supported kind
// and a name; the store or the API server validates the rest.
func ReadManifests(r io.Reader) ([]*unstructured.Unstructured, error) {
	var out []*unstructured.Unstructured
	err := forEachDocument(r, func(raw map[string]any) error {
		all := []any{raw}
		if raw["apiVersion"] == "v1" && raw["kind"] == "List" {
			all, _ = raw["items"].([]any)
		}
		for _, item := range all {
			m, _ := item.(map[string]any)
			obj, err := decodeResource(m)
			if err != nil {
				return err
			}
			out = append(out, obj)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, errors.New("the manifest is empty: it must contain a Company or a CrawlJob")
	}
	return out, nil
}

// maxManifest is the maximum size of a manifest in bytes. It equals the limit of etcd for a
// request, 1.5 MiB.
const maxManifest = 1536 << 10

// forEachDocument calls f for each YAML document of a manifest that is not empty.
func forEachDocument(r io.Reader, f func(raw map[string]any) error) error {
	b, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	if len(b) > maxManifest {
		return fmt.Errorf("the manifest exceeds %d bytes: split it", maxManifest)
	}
	docs := yamlreader.NewYAMLReader(bufio.NewReader(bytes.NewReader(b)))
	for {
		doc, err := docs.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the manifest is not valid YAML: %w", err)
		}
		raw := map[string]any{}
		if err := yaml.UnmarshalStrict(doc, &raw); err != nil {
			return fmt.Errorf("the manifest is not a YAML object: %w", err)
		}
		if len(raw) == 0 {
			continue
		}
		if err := f(raw); err != nil {
			return err
		}
	}
}

// decodeResource returns a resource of a supported kind with a name.
func decodeResource(raw map[string]any) (*unstructured.Unstructured, error) {
	kind, _ := raw["kind"].(string)
	if err := checkType(raw, "Company", "CrawlJob"); err != nil {
		return nil, err
	}
	b, err := json.Marshal(raw)
	if err != nil {
		return nil, fmt.Errorf("convert the manifest to JSON: %w", err)
	}
	c, err := decodeJSON(bytes.NewReader(b)) // with integers as int64
	if err != nil {
		return nil, fmt.Errorf("convert the manifest to JSON: %w", err)
	}
	obj := &unstructured.Unstructured{Object: c}
	if obj.GetName() == "" {
		return nil, fmt.Errorf("%s: metadata.name: Required value: set a name, such as example-com", kind)
	}
	return obj, nil
}

// checkType returns an error that says how to correct the manifest if its apiVersion or kind is
// missing or not supported.
func checkType(raw map[string]any, kinds ...string) error {
	want := fmt.Sprintf("apiVersion: %s and kind: %s", v1alpha1.GroupVersion, strings.Join(kinds, " or "))
	kind, _ := raw["kind"].(string)
	switch {
	case raw["apiVersion"] == nil && raw["kind"] == nil:
		return fmt.Errorf("the manifest has no apiVersion and no kind: add %s", want)
	case raw["apiVersion"] == nil:
		return fmt.Errorf("the manifest has no apiVersion: add apiVersion: %s", v1alpha1.GroupVersion)
	case raw["kind"] == nil:
		return fmt.Errorf("the manifest has no kind: add kind: %s", strings.Join(kinds, " or "))
	case raw["apiVersion"] != v1alpha1.GroupVersion.String(), !slices.Contains(kinds, kind):
		return fmt.Errorf("the manifest contains apiVersion %v, kind %v: use %s", raw["apiVersion"], raw["kind"], want)
	}
	return nil
}
