package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"syscall"
	"time"
)

// Bounds of a child. Memory is what its heap, stacks and buffers may take together.
const (
	// MaxCPU is the processor time that a child may use, of all its threads together:
	// how long that takes by the clock is for the machine's other work to say.
	MaxCPU = 5 * time.Second
	// MaxTime is how long a child may take by the clock: one that hangs uses no
	// processor time. It is far above MaxCPU, so that a busy machine does not lose a
	// document by it.
	MaxTime   = 30 * time.Second
	MaxMemory = 160 << 20
	// softMemory is where the child begins to collect garbage hard.
	softMemory = 112 << 20
	// maxGrowth is what the system lets the child map after it has begun: two of Go's
	// arenas, and the stacks of threads.
	maxGrowth = 148 << 20
	// grace is what the parent waits beyond MaxTime before it kills the child, and for
	// the end of its output after that.
	grace = 5 * time.Second
	// cpuGrace is what a child may use beyond MaxCPU to end by itself. The system counts
	// whole seconds (setrlimit(2), RLIMIT_CPU).
	cpuGrace = time.Second
	// watchEvery is how often a child looks at its memory.
	watchEvery = 5 * time.Millisecond
)

// Exit codes by which a child says what was wrong. They lie above those of the runtime
// and the race detector (66), and below those of shells.
const (
	exitOther = iota + 80
	exitNoText
	exitEncrypted
	exitMalformed
	exitTooLarge
	exitTooSlow
)

var exits = []struct {
	code int
	err  error
}{
	{exitNoText, ErrNoText}, {exitEncrypted, ErrEncrypted}, {exitMalformed, ErrMalformed}, {exitTooLarge, ErrTooLarge}, {exitTooSlow, ErrTooSlow},
}

// Reader reads PDFs in child processes, one at a time: each may take MaxMemory.
// It is safe for concurrent use.
type Reader struct {
	command []string
	turn    chan struct{}
	maxCPU  time.Duration // that a child uses before the system ends it
	maxTime time.Duration // after which a child is killed
	started func(pid int) // told of each child, in tests
}

// NewReader makes a Reader whose children are run by command, a path and arguments;
// it must end in a call of Serve.
func NewReader(command ...string) *Reader {
	return &Reader{command: command, turn: make(chan struct{}, 1), maxCPU: MaxCPU, maxTime: MaxTime + grace}
}

// Read is the text of a PDF as Markdown. Errors are those of this package, wrapped,
// or the context's. The child is killed when ctx ends.
func (r *Reader) Read(ctx context.Context, body []byte) (string, error) {
	if len(body) > MaxBytes {
		return "", fmt.Errorf("%w: %d bytes are more than %d", ErrTooLarge, len(body), MaxBytes)
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return "", fmt.Errorf("wait to read a PDF: %w", ctx.Err())
	}
	limited, cancel := context.WithTimeout(ctx, r.maxTime)
	defer cancel()
	cmd := exec.CommandContext(limited, r.command[0], r.command[1:]...)
	// No environment: what reads a stranger's file must not know our secrets.
	cmd.Env = []string{}
	cmd.Stdin = bytes.NewReader(body)
	cmd.WaitDelay = grace
	out, complaint := &bounded{most: maxText + 1<<20}, &bounded{most: 4 << 10}
	cmd.Stdout, cmd.Stderr = out, complaint
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
	case limited.Err() != nil, r.outOfCPU(cmd.ProcessState):
		return "", ErrTooSlow
	}
	return "", childError(err, complaint.String())
}

// outOfCPU says that the system ended a child that used more processor time than it
// may and did not end by itself.
func (r *Reader) outOfCPU(p *os.ProcessState) bool {
	return p != nil && !p.Exited() && p.UserTime()+p.SystemTime() >= r.maxCPU
}

// childError is the error of this package that a child ended with.
func childError(err error, complaint string) error {
	said, _, _ := strings.Cut(strings.TrimSpace(complaint), "\n")
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return fmt.Errorf("start the reader of PDFs: %w", err)
	}
	for _, e := range exits {
		if exit.ExitCode() == e.code {
			if said == "" || said == e.err.Error() {
				return e.err
			}
			return fmt.Errorf("%w: %s", e.err, strings.TrimPrefix(said, e.err.Error()+": "))
		}
	}
	for _, w := range []string{"out of memory", "cannot allocate memory", "pthread_create failed", "failed to create new OS thread", "ThreadSanitizer failed to allocate"} {
		if strings.Contains(complaint, w) { // the system's limit was met first
			return ErrTooLarge
		}
	}
	return fmt.Errorf("%w: its reader ended with %w: %s", ErrMalformed, err, said)
}

// bounded keeps what is written up to a bound, and refuses more.
type bounded struct {
	bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		return 0, errors.New("more than the reader of PDFs may write")
	}
	return b.Buffer.Write(p)
}

// Serve is all that a child does: it bounds itself, reads a PDF from in, writes its
// text to out and what was wrong to complaints, and returns its exit code.
func Serve(in io.Reader, out, complaints io.Writer) int {
	return serveWithin(MaxCPU, MaxTime, in, out, complaints)
}

func serveWithin(cpu, most time.Duration, in io.Reader, out, complaints io.Writer) int {
	bound(cpu, most)
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	code, err := serve(ctx, in, out)
	if err != nil {
		fmt.Fprintln(complaints, firstLine(err.Error()))
	}
	return code
}

func serve(ctx context.Context, in io.Reader, out io.Writer) (int, error) {
	body, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	if err != nil {
		return exitOther, fmt.Errorf("read standard input: %w", err)
	}
	text, err := Extract(ctx, body)
	for _, e := range exits {
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

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s[:min(len(s), 500)]
}

// bound makes the process end by itself when it takes too long or too much memory,
// however the parser hangs. The system's limit is the stricter one, where there is
// one: it also holds between two looks.
func bound(cpu, most time.Duration) {
	debug.SetMemoryLimit(softMemory)
	limitMemory(maxGrowth)
	limitCPU(cpu)
	time.AfterFunc(most+grace/2, func() { os.Exit(exitTooSlow) })
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		for range time.Tick(watchEvery) {
			metrics.Read(sample)
			if sample[0].Value.Uint64()-sample[1].Value.Uint64() > MaxMemory {
				os.Exit(exitTooLarge)
			}
		}
	}()
}

// limitCPU bounds the processor time of all the process's threads (setrlimit(2),
// RLIMIT_CPU): the system sends SIGXCPU then, and SIGKILL after cpuGrace.
func limitCPU(most time.Duration) {
	used := make(chan os.Signal, 1)
	signal.Notify(used, syscall.SIGXCPU)
	go func() {
		<-used
		os.Exit(exitTooSlow)
	}()
	var limit syscall.Rlimit
	seconds(&limit.Cur, most)
	seconds(&limit.Max, most+cpuGrace)
	_ = syscall.Setrlimit(syscall.RLIMIT_CPU, &limit) // refused only where there is a stricter one
}

// seconds sets a limit, whose type is not the same on all systems.
func seconds[N int64 | uint64](limit *N, d time.Duration) { *limit = N(d / time.Second) }
