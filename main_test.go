package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The process cannot hide the time zones of the system, so the test checks the linked
// packages instead.
func TestProgramEmbedsTheTimeZoneDatabase(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatalf("list the packages of the program: %v", err)
	}
	if !slices.Contains(strings.Fields(string(out)), "time/tzdata") {
		t.Error("time/tzdata is not linked; on a host without zoneinfo, time zones such as Europe/Paris would be unknown")
	}
}
