// Package measure runs programs on one core and measures their CPU time and memory.
package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Run is the cost of one run of a program.
type Run struct {
	CPU  time.Duration // user and system time of the process
	Wall time.Duration
	Peak int64 // highest resident memory, bytes
}

// Program is a program to run.
type Program struct {
	Argv []string
	Env  []string // in addition to the environment of this process
	// AllowedExitCodes are exit codes other than 0 that count as success.
	AllowedExitCodes []int
	// Timeout bounds the run; 0 is ten minutes.
	Timeout time.Duration
}

// PinSelf pins this process, which serves the sites, to the first core, so that the
// measured programs have the second core to themselves. It restarts the process under
// taskset. With one core, or without taskset, it does nothing.
func PinSelf() error {
	const mark = "CLAUSEA_BENCH_PINNED"
	if os.Getenv(mark) != "" || tasksetCommand("0") == nil {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("pin the bench to a core: %w", err)
	}
	cmd := exec.Command(tasksetCommand("0")[0], append(append(tasksetCommand("0")[1:], self), os.Args[1:]...)...)
	cmd.Env = append(os.Environ(), mark+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case err != nil:
		return fmt.Errorf("pin the bench to a core: %w", err)
	}
	os.Exit(0)
	return nil
}

// Pinned reports whether the measured programs have a core to themselves.
func Pinned() bool { return tasksetCommand("0") != nil }

func tasksetCommand(core string) []string {
	path, err := exec.LookPath("taskset")
	if err != nil || runtime.NumCPU() < 2 && os.Getenv("CLAUSEA_BENCH_PINNED") == "" {
		return nil
	}
	return []string{path, "-c", core}
}

// Do runs p on the second core.
func Do(ctx context.Context, p Program) (Run, error) {
	r, err := Start(ctx, p)
	if err != nil {
		return Run{}, err
	}
	return r.Wait()
}

// Running is a started program.
type Running struct {
	p         Program
	ctx       context.Context // bounds the run
	cancel    context.CancelFunc
	cmd       *exec.Cmd
	stderr    *tail
	startedAt time.Time
	exited    chan struct{}
	peak      int64
	err       error
}

// Start starts p on the second core. The caller must call Wait or Stop.
func Start(ctx context.Context, p Program) (*Running, error) {
	if p.Timeout <= 0 {
		p.Timeout = 10 * time.Minute
	}
	r := &Running{p: p, stderr: &tail{}, exited: make(chan struct{})}
	r.ctx, r.cancel = context.WithTimeout(ctx, p.Timeout)
	argv := append(tasksetCommand("1"), p.Argv...)
	r.cmd = exec.CommandContext(r.ctx, argv[0], argv[1:]...)
	r.cmd.Env = append(append(os.Environ(), "GOMAXPROCS=1"), p.Env...)
	r.cmd.Stderr = r.stderr
	r.startedAt = time.Now()
	if err := r.cmd.Start(); err != nil {
		r.cancel()
		return nil, fmt.Errorf("run %s: %w", p.Argv[0], err)
	}
	done := make(chan error, 1)
	go func() { done <- r.cmd.Wait() }()
	go func() {
		defer close(r.exited)
		r.peak, r.err = watchPeak(r.cmd.Process.Pid, done)
	}()
	return r, nil
}

// Exited returns a channel that is closed when the program has exited.
func (r *Running) Exited() <-chan struct{} { return r.exited }

// Stop sends SIGTERM to the program and waits for it.
func (r *Running) Stop() (Run, error) {
	_ = r.cmd.Process.Signal(syscall.SIGTERM) // it may have exited
	return r.Wait()
}

// Wait waits until the program exits.
func (r *Running) Wait() (Run, error) {
	<-r.exited
	defer r.cancel()
	st := r.cmd.ProcessState
	if r.ctx.Err() != nil {
		return Run{}, fmt.Errorf("run %s: it did not exit within %v", r.p.Argv[0], r.p.Timeout)
	}
	if r.err != nil && (st == nil || !slices.Contains(r.p.AllowedExitCodes, st.ExitCode())) {
		return Run{}, fmt.Errorf("run %s: %w: %s", strings.Join(r.p.Argv[:min(len(r.p.Argv), 4)], " "), r.err, r.stderr)
	}
	return Run{CPU: st.UserTime() + st.SystemTime(), Wall: time.Since(r.startedAt), Peak: r.peak}, nil
}

// watchPeak polls a process's peak resident memory until done receives. The peak in its
// rusage is of no use: it includes the parent's memory before the exec.
func watchPeak(pid int, done <-chan error) (peak int64, err error) {
	for {
		select {
		case err := <-done:
			return peak, err
		case <-time.After(10 * time.Millisecond):
		}
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil || strings.Contains(string(b), "Name:\ttaskset") {
			continue
		}
		for line := range strings.Lines(string(b)) {
			var kb int64
			if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
				if _, err := fmt.Sscan(v, &kb); err == nil {
					peak = max(peak, kb<<10)
				}
			}
		}
	}
}

// tail is a writer that retains the last 2000 bytes.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-2000):]
	return len(p), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.b)) }
