package cli

import (
	"bytes"
	"io"
	"os"
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
	if err := a.loadSettings(settings.CommandCheck, io.Discard); err != nil {
		t.Fatal(err)
	}
	said, err := checkStore(t.Context(), a.values)
	if err != nil || !strings.Contains(said, "standalone process") || !strings.Contains(said, "0 companies, 0 documents") {
		t.Errorf("beside a standalone process it says %q, %v", said, err)
	}
	r.terminate(t)
	if err := r.waitForCleanExit(); err != nil {
		t.Error(err)
	}
	if said, err := checkStore(t.Context(), a.values); err != nil || strings.Contains(said, "process") {
		t.Errorf("without one it says %q, %v", said, err)
	}
}

func TestCheckOfAStoreThatIsNotThereFailsOnlyWhereOneWasNamed(t *testing.T) {
	t.Chdir(t.TempDir()) // the store's default place is in it
	for name, c := range map[string]struct {
		env    map[string]string
		failed bool
	}{
		"by default":      {nil, false},
		"where one named": {map[string]string{"CLAUSEA_DATA_DIR": "elsewhere"}, true},
	} {
		a := newApp()
		a.env = environment(c.env)
		if err := a.loadSettings(settings.CommandCheck, io.Discard); err != nil {
			t.Fatal(err)
		}
		said, err := checkStore(t.Context(), a.values)
		var out bytes.Buffer
		if a.printCheck(&out, "store", said, err) != c.failed || !strings.Contains(out.String(), "there is no store in") {
			t.Errorf("%s: %s", name, &out)
		}
	}
	if made, err := os.ReadDir("."); err != nil || len(made) > 0 {
		t.Errorf("it made %v, %v", made, err)
	}
}
