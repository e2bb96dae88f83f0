package httpapi

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestTheDescriptionPassesTheRulesOfRedocly(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts Node.js")
	}
	b, err := newTestAPI(t, nil).server.Description()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join("..", "..", "hack", "redocly", "lint.sh"), file).CombinedOutput()
	if err != nil {
		t.Errorf("hack/redocly/lint.sh: %v\n%s", err, out)
	}
}
