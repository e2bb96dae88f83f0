package measure

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestSpreadHasMinimumMedianAndMaximum(t *testing.T) {
	t.Parallel()
	if got, want := SpreadOf([]float64{3, 1, 2}), (Spread{1, 2, 3}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := SpreadOf([]float64{0.1234}).String(); got != "0.123" {
		t.Errorf("one value is shown as %s", got)
	}
	if got := SpreadOf([]float64{12.34, 123.4, 1.234}).String(); got != "12.3 (1.23-123)" {
		t.Errorf("three values are shown as %s", got)
	}
}

func TestDoMeasuresAProgramAndReportsItsFailure(t *testing.T) {
	t.Parallel()
	if os.Getenv("PATH") == "" {
		t.Fatal("no PATH to find a shell in")
	}
	got, err := Do(t.Context(), Program{Argv: []string{"sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"}})
	if err != nil || got.CPU <= 0 || got.Wall < got.CPU/2 || got.Peak <= 0 {
		t.Errorf("the busy shell cost %+v, %v", got, err)
	}
	if _, err := Do(t.Context(), Program{Argv: []string{"sh", "-c", "echo broken >&2; exit 3"}}); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("the error of a failed program is %v", err)
	}
	if _, err := Do(t.Context(), Program{Argv: []string{"sh", "-c", "exit 8"}, AllowedExitCodes: []int{8}}); err != nil {
		t.Errorf("the error for an allowed exit code is %v", err)
	}
	if _, err := Do(t.Context(), Program{Argv: []string{"sleep", "60"}, Timeout: 50 * time.Millisecond}); err == nil || !strings.Contains(err.Error(), "did not exit") {
		t.Errorf("the error of a program that does not exit is %v", err)
	}
}
