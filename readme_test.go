package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// readmeCommands returns the commands of the section Getting started, without their comments.
func readmeCommands(t *testing.T) (commands []string) {
	t.Helper()
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(b), "## Getting started\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, m := range regexp.MustCompile(`(?m)^    ([^#\n]+)`).FindAllStringSubmatch(section, -1) {
		commands = append(commands, strings.TrimSpace(m[1]))
	}
	return commands
}

// TestTheFirstCommandsOfTheReadmeWorkOnACleanCheckout builds the program without the build cache of the
// tests, which takes minutes: make test-pages runs it.
func TestTheFirstCommandsOfTheReadmeWorkOnACleanCheckout(t *testing.T) {
	if os.Getenv("CLAUSEA_TEST_README") == "" {
		t.Skip("make test-pages runs this test")
	}
	t.Parallel()
	commands := readmeCommands(t)
	if !slices.Equal(commands, []string{"make build", "make run", "make test"}) {
		t.Fatalf("the commands of the README are %q", commands)
	}
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	checkout := filepath.Join(t.TempDir(), "crawler")
	if out, err := exec.CommandContext(t.Context(), "git", "clone", "--quiet", "--depth", "1", "file://"+root, checkout).CombinedOutput(); err != nil {
		t.Fatalf("clone the project: %v\n%s", err, out)
	}
	build := exec.CommandContext(t.Context(), "bash", "-c", commands[0])
	build.Dir = checkout
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", commands[0], err, out)
	}
	demo := exec.CommandContext(t.Context(), "bash", "-c", commands[1])
	demo.Dir, demo.Env = checkout, append(os.Environ(), "PORT=0", "METRICS_PORT=0")
	demo.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C reaches make and the program
	stdout, err := demo.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	var output, histories strings.Builder
	interrupted := false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		output.WriteString(lines.Text() + "\n")
		if command, ok := strings.CutPrefix(lines.Text(), "    bin/clausea get histories "); ok {
			histories.WriteString("bin/clausea get histories " + command)
		}
		if !interrupted && strings.HasPrefix(lines.Text(), "The demo is complete. Press Ctrl-C") {
			interrupted = true
			get := exec.CommandContext(t.Context(), "bash", "-c", histories.String())
			get.Dir = checkout
			if out, err := get.CombinedOutput(); err != nil || histories.Len() == 0 || !strings.Contains(string(out), "harbour") {
				t.Errorf("%q: %v\n%s", histories.String(), err, out)
			}
			if err := syscall.Kill(-demo.Process.Pid, syscall.SIGINT); err != nil {
				t.Error(err)
			}
		}
	}
	_ = demo.Wait() // make reports the signal as a failure
	if !interrupted {
		t.Errorf("%s does not complete the demo:\n%s", commands[1], output.String())
	}
	status := exec.CommandContext(t.Context(), "git", "status", "--porcelain")
	status.Dir = checkout
	if out, err := status.Output(); err != nil || len(out) > 0 {
		t.Errorf("the commands changed the checkout: %v\n%s", err, out)
	}
}
