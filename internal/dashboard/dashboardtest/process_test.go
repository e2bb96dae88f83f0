package dashboardtest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// processTimeout limits the build, the start and the end of the program.
const processTimeout = 10 * time.Minute

// process is the program in standalone mode, as a child process with an embedded store.
type process struct {
	t      *testing.T
	exited chan struct{}
	err    error // result of Wait

	mu  sync.Mutex
	out bytes.Buffer
}

// Write implements io.Writer. It collects the output of the process.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *process) output() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Clone(p.out.Bytes())
}

var (
	programMu sync.Mutex
	program   string // the path of the program, once it is built
)

// TestMain removes the program after the tests.
func TestMain(m *testing.M) {
	code := m.Run()
	if program != "" {
		_ = os.RemoveAll(filepath.Dir(program))
	}
	os.Exit(code)
}

// buildProgram builds the program once, with the race detector if the tests have it, so that the
// packages come from the build cache.
func buildProgram(t *testing.T) string {
	t.Helper()
	programMu.Lock()
	defer programMu.Unlock()
	if program != "" {
		return program
	}
	dir, err := os.MkdirTemp("", "clausea-dashboardtest") // not of t: other tests use it later
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), processTimeout)
	defer cancel()
	path := filepath.Join(dir, "clausea")
	build := exec.CommandContext(ctx, "go", append(append([]string{"build"}, buildFlags...), "-o", path, "github.com/clausea/crawler")...)
	if out, err := build.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	program = path
	return path
}

var startedPattern = regexp.MustCompile(`"message":"started"[^\n]*"listenAddress":"[^"]*:([0-9]+)"`)

// startStandalone starts the program over an empty store, for crawls of a site. It returns the
// origin of its dashboard.
func startStandalone(t *testing.T, s *site) string {
	t.Helper()
	p := &process{t: t, exited: make(chan struct{})}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), buildProgram(t), "standalone", "--store", t.TempDir(), "--port", "0", "--metrics-port", "0", "--delay", "0",
		"--ca-file", s.caFile, "--connect-to", siteHost+":443:"+s.addr, "--allow-address", "127.0.0.1/32", "--log-format", "json", "--log-level", "info")
	cmd.Env = append(os.Environ(), "DASHBOARD_PASSWORD="+password)
	cmd.Stdout, cmd.Stderr = p, p
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.exited)
	}()
	t.Cleanup(func() { p.stop(cmd) })
	deadline := time.After(processTimeout)
	for {
		if found := startedPattern.FindSubmatch(p.output()); found != nil {
			return "http://127.0.0.1:" + string(found[1])
		}
		select {
		case <-p.exited:
			t.Fatalf("the process exited before its start: %v\n%s", p.err, p.output())
		case <-deadline:
			t.Fatalf("timed out waiting for the start\n%s", p.output())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// stop ends the process with a signal, and shows its output if the test failed.
func (p *process) stop(cmd *exec.Cmd) {
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Error(err)
	}
	select {
	case <-p.exited:
	case <-time.After(time.Minute):
		p.t.Error("the process did not exit within a minute after SIGTERM")
		_ = cmd.Process.Kill()
		<-p.exited
	}
	if p.t.Failed() {
		out := p.output()
		p.t.Logf("the output of the process ends with\n%s", out[max(0, len(out)-8000):])
	}
}
