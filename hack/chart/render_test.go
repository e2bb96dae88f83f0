// Package chart tests charts/clausea: it renders the value sets in the folder values with both major
// versions of Helm, and checks the result. HELM3 and HELM4 are the paths of the programs.
package chart

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const (
	root      = "../.."
	chartPath = root + "/charts/clausea"
	// minValueSets is the number of value sets that cover all values of the chart.
	minValueSets = 24
	// helmTimeout bounds one call of helm, on a busy machine.
	helmTimeout = 3 * time.Minute
)

// helm returns the path of helm of a major version, "3" or "4".
func helm(t *testing.T, major string) string {
	t.Helper()
	path := os.Getenv("HELM" + major)
	if path == "" {
		t.Skipf("set HELM%s to the path that hack/helm/get.sh %[1]s prints, or run make chart", major)
	}
	return path
}

// run runs helm with input as the values and returns its output, or the text of its error.
func run(t *testing.T, major, input string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), helmTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, helm(t, major), args...)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "HELM_CONFIG_HOME="+t.TempDir())
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return "", errors.New(strings.TrimSpace(problems.String()))
	}
	return out.String(), nil
}

// valueSets returns the paths of the value sets.
func valueSets(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("values/*.yaml")
	if err != nil || len(paths) < minValueSets {
		t.Fatalf("there are %d value sets, want %d or more (%v)", len(paths), minValueSets, err)
	}
	return paths
}

// blankLines are between two documents, where Helm 4 writes one line more than Helm 3.
var blankLines = regexp.MustCompile(`\n+---\n`)

type rendering struct {
	once sync.Once
	text string
	err  error
}

// renderings are shared by the tests. The key is the path of a value set.
var renderings sync.Map

// render returns what Helm 3 renders with a value set.
func render(t *testing.T, path string) string {
	t.Helper()
	v, _ := renderings.LoadOrStore(path, &rendering{})
	r := v.(*rendering)
	r.once.Do(func() { r.text, r.err = template(t, "3", path) })
	if r.err != nil {
		t.Fatalf("%s: %v", path, r.err)
	}
	return r.text
}

func template(t *testing.T, major, path string) (string, error) {
	t.Helper()
	text, err := run(t, major, "", "template", "clausea", chartPath, "--namespace", "clausea", "--values", path)
	return blankLines.ReplaceAllString(text, "\n---\n"), err
}

// objects returns the objects of a rendering.
func objects(t *testing.T, text string) (all []*unstructured.Unstructured) {
	t.Helper()
	for doc := range strings.SplitSeq("\n"+text, "\n---\n") {
		u := &unstructured.Unstructured{}
		if err := yaml.UnmarshalStrict([]byte(doc), &u.Object); err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
		if len(u.Object) > 0 {
			all = append(all, u)
		}
	}
	return all
}

// forEachSet runs check with the objects of each value set.
func forEachSet(t *testing.T, check func(t *testing.T, all []*unstructured.Unstructured)) {
	t.Helper()
	for _, path := range valueSets(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			t.Parallel()
			check(t, objects(t, render(t, path)))
		})
	}
}

func TestBothVersionsOfHelmRenderTheSame(t *testing.T) {
	t.Parallel()
	for _, path := range valueSets(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			got, err := template(t, "4", path)
			if err != nil {
				t.Fatal(err)
			}
			if want := render(t, path); strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("Helm 4 renders\n%s\nHelm 3 renders\n%s", got, want)
			}
		})
	}
}
