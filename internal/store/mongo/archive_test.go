package mongo

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// collectionConstants returns the values of the constants of this package whose names end with
// Collection.
func collectionConstants(t *testing.T) (names []string) {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			for i := 0; ok && i < len(spec.Names) && i < len(spec.Values); i++ {
				if lit, ok := spec.Values[i].(*ast.BasicLit); ok && strings.HasSuffix(spec.Names[i].Name, "Collection") {
					if name, err := strconv.Unquote(lit.Value); err == nil {
						names = append(names, name)
					}
				}
			}
			return true
		})
	}
	return names
}

func TestABackupCoversEveryCollection(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	names, err := s.db.ListCollectionNames(t.Context(), struct{}{})
	if err != nil {
		t.Fatal(err)
	}
	constants := collectionConstants(t)
	if len(constants) < 10 {
		t.Fatalf("found only the constants %v", constants)
	}
	names = append(names, constants...)
	for _, kind := range store.ObjectKinds {
		names = append(names, collectionOf(kind))
	}
	for _, name := range names {
		n := 0
		if slices.Contains(archivedCollections(), name) {
			n++
		}
		if slices.Contains(derivedCollections, name) {
			n++
		}
		if unarchivedCollections[name] != "" {
			n++
		}
		if n != 1 {
			t.Errorf("collection %s is in %d of archivedSections, derivedCollections and unarchivedCollections", name, n)
		}
	}
	if sections := archivedSections(); len(sections) != len(store.ArchiveSections) {
		t.Errorf("%d sections are read, and an archive has %d", len(sections), len(store.ArchiveSections))
	}
}
