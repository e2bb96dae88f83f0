package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// The media types of a chart in a registry (helm.sh/docs/topics/registries).
const (
	manifestType    = "application/vnd.oci.image.manifest.v1+json"
	indexType       = "application/vnd.oci.image.index.v1+json"
	chartConfigType = "application/vnd.cncf.helm.config.v1+json"
	chartLayerType  = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
)

// descriptor refers to a blob, as the OCI image specification describes.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// writeChartArtifact writes a packaged chart as an OCI layout to folder, tagged with the version of the
// chart, and prints the digest of its manifest. Any tool that copies OCI layouts pushes it to a registry.
func writeChartArtifact(out io.Writer, chart, folder string, date time.Time) error {
	content, err := os.ReadFile(chart)
	if err != nil {
		return fmt.Errorf("read the chart: %w", err)
	}
	properties, err := chartProperties(content)
	if err != nil {
		return fmt.Errorf("read Chart.yaml of %s: %w", chart, err)
	}
	config, err := json.Marshal(properties)
	if err != nil {
		return err
	}
	l := layout(folder)
	configBlob, err := l.add(chartConfigType, config)
	if err != nil {
		return err
	}
	layer, err := l.add(chartLayerType, content)
	if err != nil {
		return err
	}
	version, _ := properties["version"].(string)
	name, _ := properties["name"].(string)
	description, _ := properties["description"].(string)
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType, "config": configBlob, "layers": []descriptor{layer},
		"annotations": map[string]string{
			"org.opencontainers.image.title": name, "org.opencontainers.image.version": version,
			"org.opencontainers.image.description": description, "org.opencontainers.image.created": date.Format(time.RFC3339),
		},
	})
	if err != nil {
		return err
	}
	root, err := l.add(manifestType, manifest)
	if err != nil {
		return err
	}
	digest := root.Digest
	// A tag cannot contain the + of a version.
	root.Annotations = map[string]string{"org.opencontainers.image.ref.name": strings.ReplaceAll(version, "+", "_")}
	index, err := json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": []descriptor{root}})
	if err != nil {
		return err
	}
	if err := errors.Join(l.write("index.json", index), l.write("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, digest)
	return err
}

// chartProperties returns the content of Chart.yaml in a packaged chart.
func chartProperties(chart []byte) (map[string]any, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(chart))
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(unpacked)
	for {
		h, err := files.Next()
		if err != nil {
			return nil, err
		}
		if parts := strings.Split(h.Name, "/"); len(parts) != 2 || parts[1] != "Chart.yaml" {
			continue
		}
		content, err := io.ReadAll(io.LimitReader(files, 1<<20))
		if err != nil {
			return nil, err
		}
		var properties map[string]any
		return properties, yaml.Unmarshal(content, &properties)
	}
}

// layout is the folder of an OCI layout.
type layout string

// add writes a blob.
func (l layout) add(mediaType string, content []byte) (descriptor, error) {
	sum := fmt.Sprintf("%x", sha256.Sum256(content))
	return descriptor{MediaType: mediaType, Digest: "sha256:" + sum, Size: int64(len(content))},
		l.write(filepath.Join("blobs", "sha256", sum), content)
}

func (l layout) write(name string, content []byte) error {
	path := filepath.Join(string(l), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("create an OCI layout: %w", err)
	}
	return os.WriteFile(path, content, 0o644)
}
