package e2e

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// buildTimeout limits one command that installs or builds.
	buildTimeout = 10 * time.Minute
	// waitTimeout limits the wait for one condition.
	waitTimeout = 2 * time.Minute
	// pollInterval is the time between two checks of a condition.
	pollInterval = 50 * time.Millisecond
	// reloadInterval is the time between two requests for a page that shall change.
	reloadInterval = 500 * time.Millisecond
)

// root is the folder of the repository.
var root = filepath.Join("..", "..", "..")

// process is a program that runs until the test ends.
type process struct {
	name   string
	exited chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
}

// Write implements io.Writer. It collects the output.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// start starts a program in a folder, with environment variables besides those of the test. The
// test ends it with all processes that it started.
func start(t *testing.T, dir string, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{name: filepath.Base(name), exited: make(chan struct{})}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = p, p
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.exited)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-p.exited
		if t.Failed() {
			t.Logf("the output of %s:\n%s", p.name, p.output())
		}
	})
	return p
}

// waitFor waits until the output matches a pattern, and returns its first group.
func (p *process) waitFor(t *testing.T, pattern *regexp.Regexp) string {
	t.Helper()
	for deadline := time.Now().Add(waitTimeout); ; {
		if found := pattern.FindStringSubmatch(p.output()); found != nil {
			return found[1]
		}
		select {
		case <-p.exited:
			t.Fatalf("%s exited before its output matched %s", p.name, pattern)
		case <-time.After(pollInterval):
		}
		if time.Now().After(deadline) {
			t.Fatalf("timed out waiting until the output of %s matches %s", p.name, pattern)
		}
	}
}

// run runs a command in a folder of the repository until it ends.
func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), buildTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = filepath.Join(root, dir), append(os.Environ(), "NEXT_TELEMETRY_DISABLED=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, errors.Join(err, context.Cause(ctx)), out)
	}
}

// freePort returns a port on which nothing listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
