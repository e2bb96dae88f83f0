package report

import (
	"bytes"
	"strings"
	"testing"
)

func TestCloseIsTrueOnlyIfAllRequirementsAreMeasuredAndMet(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		do   func(*Report)
		want bool
		line string
	}{
		"met":          {func(r *Report) { r.AtMost("a", 1, 1, " ms"); r.AtLeast("b", 2, 1, "") }, true, "| a | 1 ms | at most 1 ms | PASS |"},
		"over":         {func(r *Report) { r.AtMost("a", 1.001, 1, "") }, false, "| a | 1.001 | at most 1 | FAIL |"},
		"under":        {func(r *Report) { r.AtLeast("a", 0.5, 1, "") }, false, "| a | 0.5 | at least 1 | FAIL |"},
		"not measured": {func(r *Report) { r.AtMost("a", 1, 2, ""); r.Unmeasured("b", "no core") }, false, "NOT MEASURED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r := New(&out)
			r.Section("One")
			tt.do(r)
			if got := r.Close(); got != tt.want {
				t.Errorf("Close returned %v, want %v", got, tt.want)
			}
			if flat := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(flat, tt.line) {
				t.Errorf("no %q in:\n%s", tt.line, out.String())
			}
		})
	}
}

func TestMissingFiguresAreRepeatedAtTheEnd(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := New(&out)
	r.Missing("a rival", "it crashed")
	r.Close()
	if !strings.Contains(out.String(), "**a rival is NOT MEASURED**: it crashed") || !strings.HasSuffix(out.String(), "NOT MEASURED: a rival\n") {
		t.Errorf("got:\n%s", out.String())
	}
}
