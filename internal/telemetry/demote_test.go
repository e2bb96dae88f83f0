package telemetry

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestADemotedErrorIsLoggedAtDebug(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]int{"info": 1, "debug": 2} {
		var out bytes.Buffer
		log, err := NewLogger(LogOptions{Level: level, Format: FormatJSON, Out: &out})
		if err != nil {
			t.Fatal(err)
		}
		log = Demote(log, func(_ error, message string) bool { return message == "expected" }).WithName("lib").WithValues("k", 1)
		log.Error(errors.New("lost the race"), "expected")
		log.Error(errors.New("no route"), "unexpected")
		if n := strings.Count(out.String(), "\n"); n != want {
			t.Errorf("at %s there are %d lines, want %d: %s", level, n, want, &out)
		}
		if n := strings.Count(out.String(), `"level":"error"`); n != 1 {
			t.Errorf("at %s there are %d errors: %s", level, n, &out)
		}
	}
}
