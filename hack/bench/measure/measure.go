// Package measure runs programs on one core and says what they took.
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
	"time"
)

// Run is what one run of a program took.
type Run struct {
	CPU  time.Duration // user and system time of the process
	Wall time.Duration
	Peak int64 // most resident memory, bytes
}

// Program is one to run.
type Program struct {
	Argv []string
	Env  []string // added to this process's own
	// OK are exit codes beside 0 that are no failure.
	OK []int
	// Limit is how long it may take.
	Limit time.Duration
}

// PinSelf binds this process, which serves the sites, to the first core, so that
// the programs on the last one have it to themselves: it starts itself anew under
// taskset. On one core, or without taskset, it does nothing.
func PinSelf() error {
	const mark = "CLAUSEA_BENCH_PINNED"
	if os.Getenv(mark) != "" || pin("0") == nil {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("pin the bench to a core: %w", err)
	}
	cmd := exec.Command(pin("0")[0], append(append(pin("0")[1:], self), os.Args[1:]...)...)
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

// Pinned says whether programs have a core of their own.
func Pinned() bool { return pin("0") != nil }

func pin(core string) []string {
	path, err := exec.LookPath("taskset")
	if err != nil || runtime.NumCPU() < 2 && os.Getenv("CLAUSEA_BENCH_PINNED") == "" {
		return nil
	}
	return []string{path, "-c", core}
}

// Do runs p on the second core.
func Do(ctx context.Context, p Program) (Run, error) {
	if p.Limit <= 0 {
		p.Limit = 10 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, p.Limit)
	defer cancel()
	argv := append(pin("1"), p.Argv...)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(append(os.Environ(), "GOMAXPROCS=1"), p.Env...)
	var stderr tail
	cmd.Stderr = &stderr
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return Run{}, fmt.Errorf("run %s: %w", p.Argv[0], err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	peak, err := watch(cmd.Process.Pid, done)
	st := cmd.ProcessState
	if ctx.Err() != nil {
		return Run{}, fmt.Errorf("run %s: it did not end within %v", p.Argv[0], p.Limit)
	}
	if err != nil && (st == nil || !slices.Contains(p.OK, st.ExitCode())) {
		return Run{}, fmt.Errorf("run %s: %w: %s", strings.Join(p.Argv[:min(len(p.Argv), 4)], " "), err, &stderr)
	}
	return Run{CPU: st.UserTime() + st.SystemTime(), Wall: time.Since(begun), Peak: peak}, nil
}

// watch reads a process' peak of resident memory until it is done. (The peak in
// its rusage begins with the parent's, which had the memory before the exec.)
func watch(pid int, done <-chan error) (peak int64, err error) {
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

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-2000):]
	return len(p), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.b)) }
