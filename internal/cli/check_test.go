package cli

import (
	"io"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/settings"
)

func TestCheckAsksTheStandaloneProcessThatHasTheStore(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	r := startProgram(t, "standalone", "--store", folder, "--port", "0", "--log-format", "json")
	r.port(t)
	a := newApp()
	a.env = environment(map[string]string{"CLAUSEA_DATA_DIR": folder})
	if err := a.load(settings.CommandCheck, io.Discard); err != nil {
		t.Fatal(err)
	}
	said, err := checkStore(t.Context(), a.values)
	if err != nil || !strings.Contains(said, "standalone process") || !strings.Contains(said, "0 companies, 0 documents") {
		t.Errorf("beside a standalone process it says %q, %v", said, err)
	}
	r.term(t)
	if err := r.endWhole(); err != nil {
		t.Error(err)
	}
	if said, err := checkStore(t.Context(), a.values); err != nil || strings.Contains(said, "process") {
		t.Errorf("without one it says %q, %v", said, err)
	}
}
