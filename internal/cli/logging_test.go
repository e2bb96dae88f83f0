package cli

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/telemetry"
)

func TestAFatalErrorIsAJSONLineIfTheLogsAreJSON(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"setting":  {"standalone", "--port", "none"},
		"argument": {"worker"},
		"failure":  {"worker", "--run", "r", "--store", t.TempDir()},
	} {
		code, _, stderr := call(t, map[string]string{"LOG_FORMAT": "json"}, args...)
		var line map[string]any
		if err := json.Unmarshal([]byte(stderr), &line); err != nil || code == exitDone || line["level"] != "error" || line["error"] == "" {
			t.Errorf("%s: exit code %d: %v: %s", name, code, err, stderr)
		}
	}
}

func TestAFatalErrorIsTextOnAConsoleAndInOtherCommands(t *testing.T) {
	t.Parallel()
	for format, args := range map[string][]string{"console": {"worker"}, "json": {"get"}} {
		_, _, stderr := call(t, map[string]string{"LOG_FORMAT": format}, args...)
		if !strings.HasPrefix(stderr, "clausea: ") {
			t.Errorf("%v with the format %s: %s", args, format, stderr)
		}
	}
}

func TestTheEndOfAnElectionThatEndsWithTheProcessIsNoError(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	log, err := telemetry.NewLogger(telemetry.LogOptions{Level: "info", Format: telemetry.FormatJSON, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	log = libraryLog(log)
	log.Error(errors.New("leader election lost"), "error received after stop sequence was engaged")
	log.Error(errors.New("already exists"), "Error initially creating lease lock")
	if out.Len() > 0 {
		t.Errorf("the log is %s", out.String())
	}
	log.Error(errors.New("disk full"), "error received after stop sequence was engaged")
	if !strings.Contains(out.String(), "disk full") {
		t.Errorf("another error is not logged: %q", out.String())
	}
}
