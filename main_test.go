package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A test can't take the system's zones from the process, so it looks at what is linked.
func TestTheProgramBringsItsOwnTimeZones(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatalf("list what the program is built of: %v", err)
	}
	if !slices.Contains(strings.Fields(string(out)), "time/tzdata") {
		t.Error("without time/tzdata Europe/Paris is no time zone on a host without zoneinfo")
	}
}
