package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// testLease is the lease duration in these tests. It is long enough that a live process does
// not lose its leases on a busy machine.
const testLease = "15s"

// programProcess is the program running as a child process.
type programProcess struct {
	cmd    *exec.Cmd
	exited chan struct{}
	err    error // result of Wait

	mu  sync.Mutex
	out bytes.Buffer
}

// Write implements io.Writer. It collects the output of the process.
func (r *programProcess) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.Write(p)
}

func (r *programProcess) output() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.String()
}

func startProgram(t *testing.T, args ...string) *programProcess {
	t.Helper()
	return startProgramWithEnv(t, nil, args...)
}

// startProgramWithEnv starts the program with environment variables in addition to those of
// this process.
func startProgramWithEnv(t *testing.T, env []string, args ...string) *programProcess {
	t.Helper()
	return startProgramIn(t, "", env, args...)
}

// startProgramIn is startProgramWithEnv with another working directory.
func startProgramIn(t *testing.T, dir string, env []string, args ...string) *programProcess {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a process")
	}
	r := &programProcess{cmd: exec.Command(os.Args[0]), exited: make(chan struct{})}
	r.cmd.Env = append(append(append(os.Environ(), "METRICS_PORT=0"), env...), argsEnv+"="+strings.Join(args, "\n"))
	r.cmd.Dir, r.cmd.Stdout, r.cmd.Stderr = dir, r, r
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		r.err = r.cmd.Wait()
		close(r.exited)
	}()
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		<-r.exited
	})
	return r
}

// startStandalone starts a standalone process that can reach the test sites.
func startStandalone(t *testing.T, w *testSites, uri string, flags ...string) *programProcess {
	t.Helper()
	return startStandaloneWithEnv(t, w, nil, uri, flags...)
}

// startStandaloneWithEnv is startStandalone with further environment variables.
func startStandaloneWithEnv(t *testing.T, w *testSites, env []string, uri string, flags ...string) *programProcess {
	t.Helper()
	args := []string{"standalone", "--store", uri, "--port", "0", "--lease-duration", testLease, "--ca-file", w.caFile, "--connect-to", ":443:" + w.addr,
		"--allow-address", "127.0.0.1/32", "--log-format", "json"}
	return startProgramWithEnv(t, env, append(args, flags...)...)
}

// waitUntil waits until ok returns true. It fails the test if the process exits first.
func (r *programProcess) waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(waitTimeout); !ok(); {
		select {
		case <-r.exited:
			t.Fatalf("the process exited before %s: %v\n%s", what, r.err, r.output())
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("timed out waiting for %s\n%s", what, r.output())
		}
	}
}

var addressPattern = regexp.MustCompile(`"message":"started"[^\n]*"listenAddress":"[^"]*:([0-9]+)"`)

// port waits for the process to start and returns the port of its probes and API.
func (r *programProcess) port(t *testing.T) string {
	t.Helper()
	var found []string
	r.waitUntil(t, "the start", func() bool {
		found = addressPattern.FindStringSubmatch(r.output())
		return found != nil
	})
	return found[1]
}

// getReadyz requests /readyz. The status is 0 if the port is closed.
func getReadyz(port string) (status int, body string) {
	c := http.Client{Timeout: time.Minute}
	res, err := c.Get("http://127.0.0.1:" + port + "/readyz")
	if err != nil {
		return 0, ""
	}
	defer func() { _ = res.Body.Close() }()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

func (r *programProcess) terminate(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// waitForExit waits for the process to exit after a signal. It returns an error if the process
// fails or does not exit.
func (r *programProcess) waitForExit() error {
	select {
	case <-r.exited:
	case <-time.After(waitTimeout):
		return fmt.Errorf("the process does not exit after the signal:\n%s", r.output())
	}
	if r.err != nil {
		return fmt.Errorf("the process exits with %w:\n%s", r.err, r.output())
	}
	return nil
}

// waitForCleanExit is waitForExit for a process that can also finish its work in time.
func (r *programProcess) waitForCleanExit() error {
	err := r.waitForExit()
	if err == nil && strings.Contains(r.output(), "before all work was finished") {
		err = fmt.Errorf("the process exited before its work was finished:\n%s", r.output())
	}
	return err
}

// checkReadinessStaysDown polls the readiness probe from a signal until the process exits. It
// returns an error if the process becomes ready again.
func (r *programProcess) checkReadinessStaysDown(port string) error {
	shuttingDown := false
	for {
		status, body := getReadyz(port)
		switch {
		case status == http.StatusServiceUnavailable && strings.Contains(body, "shutting down"):
			shuttingDown = true
		case status == http.StatusOK && shuttingDown:
			return errors.New("the process is ready again after the signal")
		case status == 0:
			return nil
		}
		select {
		case <-r.exited:
			return nil
		case <-time.After(2 * time.Millisecond):
		}
	}
}
