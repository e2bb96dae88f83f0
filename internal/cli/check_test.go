package cli

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/settings"
)

func TestCheckReadsThroughARunningStandaloneProcess(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	r := startProgram(t, "standalone", "--store", folder, "--port", "0", "--log-format", "json")
	r.port(t)
	a := newApp()
	a.env = environment(map[string]string{"CLAUSEA_DATA_DIR": folder})
	if err := a.loadSettings(settings.CommandCheck, io.Discard); err != nil {
		t.Fatal(err)
	}
	result, err := checkStore(t.Context(), a.values)
	if err != nil || !strings.Contains(result, "standalone process") || !strings.Contains(result, "0 companies, 0 documents") {
		t.Errorf("with a standalone process: %q, %v", result, err)
	}
	r.terminate(t)
	if err := r.waitForCleanExit(); err != nil {
		t.Error(err)
	}
	if result, err := checkStore(t.Context(), a.values); err != nil || strings.Contains(result, "process") {
		t.Errorf("without a standalone process: %q, %v", result, err)
	}
}

func TestCheckFailsForAMissingStoreOnlyIfOneIsConfigured(t *testing.T) {
	t.Chdir(t.TempDir()) // the default location of the store is relative
	for name, c := range map[string]struct {
		env    map[string]string
		failed bool
	}{
		"default":    {nil, false},
		"configured": {map[string]string{"CLAUSEA_DATA_DIR": "elsewhere"}, true},
	} {
		a := newApp()
		a.env = environment(c.env)
		if err := a.loadSettings(settings.CommandCheck, io.Discard); err != nil {
			t.Fatal(err)
		}
		result, err := checkStore(t.Context(), a.values)
		var out bytes.Buffer
		if a.printCheck(&out, "store", result, err) != c.failed || !strings.Contains(out.String(), "no store in") {
			t.Errorf("%s: %s", name, &out)
		}
	}
	if created, err := os.ReadDir("."); err != nil || len(created) > 0 {
		t.Errorf("check created %v, %v", created, err)
	}
}
