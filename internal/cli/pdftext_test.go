package cli

import (
	"strings"
	"testing"
)

func TestInspectReadsPDFsInAChildProcess(t *testing.T) {
	t.Parallel()
	code, out, errs := call(t, nil, "inspect", "../run/testdata/dpa.pdf", "-o", "json")
	if code != exitDone || !strings.Contains(out, `"type": "data_processing_agreement"`) || !strings.Contains(out, `"updatedDate": "2024-03-05"`) {
		t.Errorf("exit code %d: %s\n%s", code, errs, out)
	}
	if !strings.Contains(out, "technical and organisational measures") {
		t.Errorf("a hyphenated word is not joined:\n%s", out)
	}
}
