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

// testLease is how long these processes are believed after their last sign of life:
// long enough that a busy machine costs none that lives its leases.
const testLease = "15s"

// programProcess is the program as a process of its own.
type programProcess struct {
	cmd    *exec.Cmd
	exited chan struct{}
	err    error // of its end

	mu  sync.Mutex
	out bytes.Buffer
}

// Write keeps what the process says.
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
	r := &programProcess{cmd: exec.Command(os.Args[0]), exited: make(chan struct{})}
	r.cmd.Env = append(os.Environ(), argsEnv+"="+strings.Join(args, "\n"))
	r.cmd.Stdout, r.cmd.Stderr = r, r
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

// startStandalone starts a process that crawls the town.
func startStandalone(t *testing.T, w *testSites, uri string, flags ...string) *programProcess {
	t.Helper()
	args := []string{"standalone", "--store", uri, "--port", "0", "--lease", testLease, "--ca-file", w.caFile, "--connect-to", ":443:" + w.addr,
		"--allow-address", "127.0.0.1/32", "--log-format", "json"}
	return startProgram(t, append(args, flags...)...)
}

// waitUntil waits until ok, or until the process has ended.
func (r *programProcess) waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(waitTimeout); !ok(); {
		select {
		case <-r.exited:
			t.Fatalf("the process ended before %s: %v\n%s", what, r.err, r.output())
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come about\n%s", what, r.output())
		}
	}
}

var addressPattern = regexp.MustCompile(`"address":"[^"]*:([0-9]+)"`)

// port is that of the probes; the process has started once it is there.
func (r *programProcess) port(t *testing.T) string {
	t.Helper()
	var found []string
	r.waitUntil(t, "its start", func() bool {
		found = addressPattern.FindStringSubmatch(r.output())
		return found != nil
	})
	return found[1]
}

// getReadyz asks /readyz; the status is 0 where nobody listens any more.
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

// waitForExit waits for the end after a signal, and says what is wrong with it.
func (r *programProcess) waitForExit() error {
	select {
	case <-r.exited:
	case <-time.After(waitTimeout):
		return fmt.Errorf("it does not end after the signal:\n%s", r.output())
	}
	if r.err != nil {
		return fmt.Errorf("it ends with %w:\n%s", r.err, r.output())
	}
	return nil
}

// waitForCleanExit is end, of a process that had all it needed to end its work too.
func (r *programProcess) waitForCleanExit() error {
	err := r.waitForExit()
	if err == nil && strings.Contains(r.output(), "before all was done") {
		err = fmt.Errorf("it ended before its work had:\n%s", r.output())
	}
	return err
}

// checkReadinessStaysDown watches the probe from a signal to the end: what is gone must not come back.
func (r *programProcess) checkReadinessStaysDown(port string) error {
	gone := false
	for {
		status, body := getReadyz(port)
		switch {
		case status == http.StatusServiceUnavailable && strings.Contains(body, "shutting down"):
			gone = true
		case status == http.StatusOK && gone:
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
