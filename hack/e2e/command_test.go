//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// commandTimeout bounds every command. Each waits for pods at most.
const commandTimeout = 5 * time.Minute

// command runs a command and returns its standard output. It fails the test if the command fails.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := try(t, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	return out
}

// try runs a command and returns its standard output. The error has the standard error.
func try(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = os.Getenv("E2E_ROOT")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out), &commandError{err: err, output: string(out) + stderr.String()}
	}
	return string(out), nil
}

// commandError is an error of a command with its output.
type commandError struct {
	err    error
	output string
}

func (e *commandError) Error() string { return e.err.Error() + ": " + strings.TrimSpace(e.output) }

func (e *commandError) Unwrap() error { return e.err }

// kubectl runs kubectl and returns its standard output.
func kubectl(t *testing.T, args ...string) string {
	t.Helper()
	return strings.TrimSpace(command(t, "kubectl", args...))
}

// apply applies a manifest.
func apply(t *testing.T, namespace, manifest string) {
	t.Helper()
	file := t.TempDir() + "/manifest.yaml"
	if err := os.WriteFile(file, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	kubectl(t, "-n", namespace, "apply", "-f", file)
}

// waitUntil waits until condition holds. It returns the time that it waited, and fails the test with
// the last state that condition returned if it does not hold within timeout.
func waitUntil(t *testing.T, what string, timeout time.Duration, condition func() (done bool, state string)) time.Duration {
	t.Helper()
	began := time.Now()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		done, state := condition()
		if done {
			return time.Since(began)
		}
		if time.Since(began) > timeout {
			t.Fatalf("%s: not within %v: %s", what, timeout, state)
		}
		<-tick.C
	}
}

// describeFailure logs the pods, events and logs of a namespace if the test has failed.
func describeFailure(t *testing.T, namespace string) {
	t.Helper()
	if !t.Failed() {
		return
	}
	for _, args := range [][]string{
		{"get", "pods,jobs,companies,crawljobs", "-o", "wide"},
		{"get", "events", "--sort-by=.lastTimestamp"},
		{"logs", "-l", "app.kubernetes.io/component notin (mongodb)", "--all-containers", "--prefix", "--tail=30"},
	} {
		out, err := try(t, "kubectl", append([]string{"-n", namespace}, args...)...)
		t.Logf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// round rounds a duration for a report.
func round(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) }
