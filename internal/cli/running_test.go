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

// believed is how long these processes are believed after their last sign of life:
// long enough that a busy machine costs none that lives its leases.
const believed = "15s"

// running is the program as a process of its own.
type running struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // of its end

	mu  sync.Mutex
	out bytes.Buffer
}

// Write keeps what the process says.
func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.Write(p)
}

func (r *running) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.String()
}

func startProgram(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{cmd: exec.Command(os.Args[0]), ended: make(chan struct{})}
	r.cmd.Env = append(os.Environ(), argsEnv+"="+strings.Join(args, "\n"))
	r.cmd.Stdout, r.cmd.Stderr = r, r
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		r.err = r.cmd.Wait()
		close(r.ended)
	}()
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		<-r.ended
	})
	return r
}

// startStandalone starts a process that crawls the town.
func startStandalone(t *testing.T, w *town, uri string, flags ...string) *running {
	t.Helper()
	args := []string{"standalone", "--store", uri, "--port", "0", "--lease", believed, "--ca-file", w.caFile, "--connect-to", ":443:" + w.address,
		"--allow-address", "127.0.0.1/32", "--log-format", "json"}
	return startProgram(t, append(args, flags...)...)
}

// await waits until ok, or until the process has ended.
func (r *running) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); {
		select {
		case <-r.ended:
			t.Fatalf("the process ended before %s: %v\n%s", what, r.err, r.said())
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come about\n%s", what, r.said())
		}
	}
}

var addressPattern = regexp.MustCompile(`"address":"[^"]*:([0-9]+)"`)

// port is that of the probes; the process has started once it is there.
func (r *running) port(t *testing.T) string {
	t.Helper()
	var found []string
	r.await(t, "its start", func() bool {
		found = addressPattern.FindStringSubmatch(r.said())
		return found != nil
	})
	return found[1]
}

// ready asks /readyz; the status is 0 where nobody listens any more.
func ready(port string) (status int, body string) {
	c := http.Client{Timeout: time.Minute}
	res, err := c.Get("http://127.0.0.1:" + port + "/readyz")
	if err != nil {
		return 0, ""
	}
	defer func() { _ = res.Body.Close() }()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

func (r *running) term(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// end waits for the end after a signal, and says what is wrong with it.
func (r *running) end() error {
	select {
	case <-r.ended:
	case <-time.After(patience):
		return fmt.Errorf("it does not end after the signal:\n%s", r.said())
	}
	if r.err != nil {
		return fmt.Errorf("it ends with %w:\n%s", r.err, r.said())
	}
	return nil
}

// endWhole is end, of a process that had all it needed to end its work too.
func (r *running) endWhole() error {
	err := r.end()
	if err == nil && strings.Contains(r.said(), "before all was done") {
		err = fmt.Errorf("it ended before its work had:\n%s", r.said())
	}
	return err
}

// unready watches the probe from a signal to the end: what is gone must not come back.
func (r *running) unready(port string) error {
	gone := false
	for {
		status, body := ready(port)
		switch {
		case status == http.StatusServiceUnavailable && strings.Contains(body, "shutting down"):
			gone = true
		case status == http.StatusOK && gone:
			return errors.New("the process is ready again after the signal")
		case status == 0:
			return nil
		}
		select {
		case <-r.ended:
			return nil
		case <-time.After(2 * time.Millisecond):
		}
	}
}
