package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/clausea/crawler/internal/schema"
)

// addFiles adds the flags that name manifests.
func (f *resourceFlags) addFiles(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringSliceVarP(&f.files, "filename", "f", nil, "manifest `file` or folder; - reads standard input (repeatable)")
	fs.BoolVarP(&f.recursive, "recursive", "R", false, "also read the folders in a folder of --filename")
}

// manifests reads the files and folders of --filename in order.
func (f *resourceFlags) manifests(cmd *cobra.Command) ([]*unstructured.Unstructured, error) {
	var out []*unstructured.Unstructured
	for _, name := range f.files {
		files, err := manifestFiles(name, f.recursive)
		if err != nil {
			return nil, &exitError{exitUsage, err}
		}
		for _, file := range files {
			objs, err := readManifests(cmd.InOrStdin(), file)
			if err != nil {
				return nil, &exitError{exitUsage, err}
			}
			for _, o := range objs {
				if o.GetNamespace() == "" {
					o.SetNamespace(f.namespace)
				}
			}
			out = append(out, objs...)
		}
	}
	return out, nil
}

// manifestExtensions are the extensions of the files that are read from a folder, as by kubectl.
var manifestExtensions = []string{".yaml", ".yml", ".json"}

// isManifest reports whether a file in a folder is read. A kustomization is no resource; it often
// lies next to the manifests.
func isManifest(path string) bool {
	extension := strings.ToLower(filepath.Ext(path))
	return slices.Contains(manifestExtensions, extension) && strings.TrimSuffix(strings.ToLower(filepath.Base(path)), extension) != "kustomization"
}

// manifestFiles returns the files that a value of --filename names. For a folder, these are its
// manifests in lexical order; with recursive, also those in its folders.
func manifestFiles(name string, recursive bool) ([]string, error) {
	if name == "-" {
		return []string{name}, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read manifests: %w", err)
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	var files []string
	err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != name && !recursive:
			return fs.SkipDir
		case !entry.IsDir() && isManifest(path):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read manifests from the folder %s: %w", name, err)
	}
	if len(files) == 0 {
		hint := ""
		if !recursive {
			hint = "; --recursive also reads its folders"
		}
		return nil, fmt.Errorf("the folder %s contains no manifests (%s)%s", name, strings.Join(manifestExtensions, ", "), hint)
	}
	return files, nil
}

func readManifests(stdin io.Reader, name string) ([]*unstructured.Unstructured, error) {
	in, what := stdin, "standard input"
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read manifests: %w", err)
		}
		defer func() { _ = file.Close() }()
		in, what = file, name
	}
	objs, err := schema.ReadManifests(in)
	if err != nil {
		return nil, fmt.Errorf("read manifests from %s: %w", what, err)
	}
	return objs, nil
}

// validate checks a resource against the schema of its kind, without a store or a cluster. Rules
// that compare it with the stored resource are not checked.
func validate(ctx context.Context, o *unstructured.Unstructured) error {
	kind, err := schema.ForKind(o.GetKind())
	if err != nil {
		return err
	}
	content := o.DeepCopy().Object
	delete(content, "status")
	if errs := kind.Admit(ctx, content, nil); len(errs) > 0 {
		return errs.ToAggregate()
	}
	return nil
}
