package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// pack returns a layer with files and dirs, and the path of the first file in the image.
func pack(files, dirs []string) (layer v1.Layer, entrypoint string, err error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, dir := range dirs {
		if err := w.WriteHeader(&tar.Header{Name: relative(dir) + "/", Mode: 0o1777, Typeflag: tar.TypeDir}); err != nil {
			return nil, "", fmt.Errorf("pack %s: %w", dir, err)
		}
	}
	for i, argument := range files {
		from, to := split(argument, i == 0)
		if i == 0 {
			entrypoint = to
		}
		if err := add(w, from, to); err != nil {
			return nil, "", fmt.Errorf("pack %s: %w", from, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", fmt.Errorf("pack the layer: %w", err)
	}
	layer, err = tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(archive.Bytes())), nil
	}, tarball.WithCompressionLevel(gzip.NoCompression))
	if err != nil {
		return nil, "", fmt.Errorf("pack the layer: %w", err)
	}
	return layer, entrypoint, nil
}

// add writes the file from, of which it follows links, with the path to.
func add(w *tar.Writer, from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	header := &tar.Header{Name: relative(to), Mode: int64(info.Mode().Perm() | 0o444), Size: int64(len(data)), Typeflag: tar.TypeReg}
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// relative returns a path in the image without its leading slash, as archives have it.
func relative(path string) string { return strings.TrimPrefix(path, "/") }
