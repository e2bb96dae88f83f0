package stagetest

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var update = flag.Bool("update", false, "write the actual descriptions as the expected ones")

// Descriptions collects what kubectl describe shows of objects in named situations, and
// compares it with a file in testdata. It serves to review changes of the texts that users
// read. go test -update writes the file.
type Descriptions struct{ text strings.Builder }

// Add adds the conditions of an object, sorted by type, and its events.
func (d *Descriptions) Add(situation string, conditions []metav1.Condition, events *Recorder) {
	fmt.Fprintf(&d.text, "# %s\n", situation)
	sorted := slices.SortedFunc(slices.Values(conditions), func(a, b metav1.Condition) int { return cmp.Compare(a.Type, b.Type) })
	for _, c := range sorted {
		fmt.Fprintf(&d.text, "%s=%s %s: %s\n", c.Type, c.Status, c.Reason, c.Message)
	}
	for _, e := range events.events {
		fmt.Fprintf(&d.text, "event %s\n", e)
	}
	d.text.WriteString("\n")
}

// Compare fails the test unless the descriptions are those in the file.
func (d *Descriptions) Compare(t *testing.T, file string) {
	t.Helper()
	got := d.text.String()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the descriptions differ from %s, which go test -update writes:\n%s", file, got)
	}
}
