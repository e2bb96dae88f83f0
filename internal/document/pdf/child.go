package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"time"
)

// Limits of a child process.
const (
	// MaxCPU limits the CPU time of all threads of a child together. The wall-clock time
	// that this takes depends on the load of the machine.
	MaxCPU = 5 * time.Second
	// MaxTime limits the wall-clock time, for a child that hangs without using the CPU.
	// It is far above MaxCPU, because a child waits for the CPU on a loaded machine.
	MaxTime = 30 * time.Second
	// MaxMemory limits heap, stacks and buffers together, in bytes.
	MaxMemory = 160 << 20
	// softMemoryLimit is the soft memory limit of the Go runtime (debug.SetMemoryLimit).
	softMemoryLimit = 112 << 20
	// maxMemoryGrowth limits the private memory that the child maps after its start: two arenas
	// of the Go heap and the stacks of threads.
	maxMemoryGrowth = 148 << 20
	// exitGrace is the time beyond MaxTime after which the parent kills the child. The parent
	// then waits as long again for the end of the output.
	exitGrace = 5 * time.Second
	// cpuGrace is the CPU time beyond MaxCPU in which a child can exit by itself. The kernel
	// counts whole seconds (setrlimit(2), RLIMIT_CPU).
	cpuGrace = time.Second
	// memoryCheckInterval is the interval at which a child checks its memory.
	memoryCheckInterval = 5 * time.Millisecond
)

// Exit codes of a child. They lie above those of the Go runtime and the race detector (66)
// and below those of shells (126 and more).
const (
	exitOther = iota + 80
	exitNoText
	exitEncrypted
	exitMalformed
	exitTooLarge
	exitTooSlow
)

// exitCodes maps exit codes to errors.
var exitCodes = []struct {
	code int
	err  error
}{
	{exitNoText, ErrNoText}, {exitEncrypted, ErrEncrypted}, {exitMalformed, ErrMalformed}, {exitTooLarge, ErrTooLarge}, {exitTooSlow, ErrTooSlow},
}

// Reader reads PDF files in child processes, one at a time, because each may use MaxMemory.
// It is safe for concurrent use. Create it with NewReader.
type Reader struct {
	command []string
	slot    chan struct{} // holds an element while a child runs
	maxCPU  time.Duration // after which the kernel ends a child
	maxTime time.Duration // after which the Reader kills a child
	started func(pid int) // called with the process ID of each child; nil except in tests
}

// NewReader returns a Reader that starts each child with command: the path of a program and
// its arguments. The program must call Serve and exit with its result.
func NewReader(command ...string) *Reader {
	return &Reader{command: command, slot: make(chan struct{}, 1), maxCPU: MaxCPU, maxTime: MaxTime + exitGrace}
}

// Read converts a PDF to Markdown. It waits until no other child of the Reader runs. When ctx
// ends, Read kills the child and returns an error that wraps the error of ctx. Other errors
// wrap one of this package's errors, unless the child cannot be started.
func (r *Reader) Read(ctx context.Context, body []byte) (string, error) {
	if len(body) > MaxBytes {
		return "", fmt.Errorf("%w: %d bytes are more than %d", ErrTooLarge, len(body), MaxBytes)
	}
	select {
	case r.slot <- struct{}{}:
		defer func() { <-r.slot }()
	case <-ctx.Done():
		return "", fmt.Errorf("wait to read a PDF: %w", ctx.Err())
	}
	limited, cancel := context.WithTimeout(ctx, r.maxTime)
	defer cancel()
	cmd := exec.CommandContext(limited, r.command[0], r.command[1:]...)
	// The environment is empty: a process that parses an untrusted file must hold no secrets.
	cmd.Env = []string{}
	cmd.Stdin = bytes.NewReader(body)
	cmd.WaitDelay = exitGrace
	out, stderr := &limitedBuffer{limit: maxTextBytes + 1<<20}, &limitedBuffer{limit: 4 << 10}
	cmd.Stdout, cmd.Stderr = out, stderr
	err := cmd.Start()
	if err == nil {
		if r.started != nil {
			r.started(cmd.Process.Pid)
		}
		err = cmd.Wait()
	}
	switch {
	case err == nil:
		return out.String(), nil
	case ctx.Err() != nil:
		return "", fmt.Errorf("read a PDF: %w", ctx.Err())
	case limited.Err() != nil, r.exceededCPU(cmd.ProcessState):
		return "", ErrTooSlow
	}
	return "", childError(err, stderr.String())
}

// exceededCPU reports whether the kernel ended the child because it exceeded its CPU time.
func (r *Reader) exceededCPU(p *os.ProcessState) bool {
	return p != nil && !p.Exited() && p.UserTime()+p.SystemTime() >= r.maxCPU
}

// childError maps the exit of a child and its standard error to an error of this package.
func childError(err error, stderr string) error {
	message, _, _ := strings.Cut(strings.TrimSpace(stderr), "\n")
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return fmt.Errorf("start the PDF reader: %w", err)
	}
	for _, e := range exitCodes {
		if exit.ExitCode() == e.code {
			if message == "" || message == e.err.Error() {
				return e.err
			}
			return fmt.Errorf("%w: %s", e.err, strings.TrimPrefix(message, e.err.Error()+": "))
		}
	}
	for _, w := range []string{"out of memory", "cannot allocate memory", "pthread_create failed", "failed to create new OS thread", "ThreadSanitizer failed to allocate"} {
		if strings.Contains(stderr, w) { // the kernel's limit applied first
			return ErrTooLarge
		}
	}
	// The message is the report of a fatal error, which would mean nothing to a user.
	return fmt.Errorf("%w: the PDF reader ended with %w", ErrMalformed, err)
}

// limitedBuffer is a buffer that rejects a write beyond its limit.
type limitedBuffer struct {
	bytes.Buffer
	limit int // bytes
}

// Write implements io.Writer.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		return 0, errors.New("output of the PDF reader exceeds its limit")
	}
	return b.Buffer.Write(p)
}

// Serve is the body of a child process. It limits the process, reads a PDF from in, writes
// the text to out and an error to stderr, and returns the exit code, 0 for success.
func Serve(in io.Reader, out, stderr io.Writer) int {
	return serveWithLimits(MaxCPU, MaxTime, in, out, stderr)
}

// serveWithLimits is Serve with other limits.
func serveWithLimits(cpu, wall time.Duration, in io.Reader, out, stderr io.Writer) int {
	limitProcess(cpu, wall)
	ctx, cancel := context.WithTimeout(context.Background(), wall)
	defer cancel()
	code, err := serve(ctx, in, out)
	if err != nil {
		fmt.Fprintln(stderr, firstLine(err.Error()))
	}
	return code
}

// serve extracts the text of the PDF in in and returns the exit code.
func serve(ctx context.Context, in io.Reader, out io.Writer) (int, error) {
	body, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	if err != nil {
		return exitOther, fmt.Errorf("read standard input: %w", err)
	}
	text, err := Extract(ctx, body)
	for _, e := range exitCodes {
		if errors.Is(err, e.err) {
			return e.code, err
		}
	}
	if err != nil {
		return exitOther, err
	}
	if _, err := io.WriteString(out, text); err != nil {
		return exitOther, fmt.Errorf("write the text: %w", err)
	}
	return 0, nil
}

// firstLine returns the first line of s, at most 500 bytes.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s[:min(len(s), 500)]
}

// limitProcess makes the process exit when it exceeds its time or memory, even if the parser
// hangs. It checks the memory every memoryCheckInterval. On Linux a limit of the kernel also
// applies between two checks.
func limitProcess(cpu, wall time.Duration) {
	debug.SetMemoryLimit(softMemoryLimit)
	limitMemory(maxMemoryGrowth)
	limitCPU(cpu)
	time.AfterFunc(wall+exitGrace/2, func() { os.Exit(exitTooSlow) })
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		for range time.Tick(memoryCheckInterval) {
			metrics.Read(sample)
			if sample[0].Value.Uint64()-sample[1].Value.Uint64() > MaxMemory {
				os.Exit(exitTooLarge)
			}
		}
	}()
}
