package schema

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	yamlreader "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/api/v1alpha1"
)

// ReadManifests reads all resources that a manifest (YAML documents or JSON) holds, in
// its order, those of a kind: List (apiVersion v1) too. They are of our kinds and have names, but are not checked any further:
// whoever takes them does.
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
		return nil, errors.New("the manifest is empty: it holds Companies and CrawlJobs")
	}
	return out, nil
}

// maxManifest bounds a manifest, in bytes: etcd's own bound for a request is 1.5 MiB.
const maxManifest = 1536 << 10

// forEachDocument calls f for each document of a manifest that is not empty.
func forEachDocument(r io.Reader, f func(raw map[string]any) error) error {
	b, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	if len(b) > maxManifest {
		return fmt.Errorf("the manifest is larger than %d bytes: split it", maxManifest)
	}
	docs := yamlreader.NewYAMLReader(bufio.NewReader(bytes.NewReader(b)))
	for {
		doc, err := docs.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the manifest is no YAML: %w", err)
		}
		raw := map[string]any{}
		if err := yaml.UnmarshalStrict(doc, &raw); err != nil {
			return fmt.Errorf("the manifest is no YAML object: %w", err)
		}
		if len(raw) == 0 {
			continue
		}
		if err := f(raw); err != nil {
			return err
		}
	}
}

func decodeResource(raw map[string]any) (*unstructured.Unstructured, error) {
	want := v1alpha1.GroupVersion.String()
	kind, _ := raw["kind"].(string)
	if raw["apiVersion"] != want || kind != "Company" && kind != "CrawlJob" {
		return nil, fmt.Errorf("the manifest holds apiVersion %v, kind %v: write apiVersion: %s and kind: Company or CrawlJob", raw["apiVersion"], raw["kind"], want)
	}
	b, err := json.Marshal(raw)
	if err != nil {
		return nil, fmt.Errorf("the manifest has no JSON form: %w", err)
	}
	c, err := decodeJSON(bytes.NewReader(b)) // numbers as JSON has them
	if err != nil {
		return nil, fmt.Errorf("the manifest has no JSON form: %w", err)
	}
	obj := &unstructured.Unstructured{Object: c}
	if obj.GetName() == "" {
		return nil, fmt.Errorf("%s: metadata.name: Required value: write a name, such as example-com", kind)
	}
	return obj, nil
}
