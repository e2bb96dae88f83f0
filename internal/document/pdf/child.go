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

// Bounds of a child. Time is the child's own, of the clock; memory is what its heap,
// stacks and buffers may take together.
const (
	Deadline  = 5 * time.Second
	MaxMemory = 160 << 20
	// softMemory is where the child begins to collect garbage hard.
	softMemory = 112 << 20
	// maxGrowth is what the system lets the child map after it has begun: two of Go's
	// arenas, and the stacks of threads.
	maxGrowth = 148 << 20
	// grace is what the parent waits beyond the deadline before it kills the child.
	grace = time.Second
	// watchEvery is how often a child looks at its memory.
	watchEvery = 5 * time.Millisecond
)

// Exit codes by which a child says what was wrong. They lie above those that the
// runtime and shells use.
const (
	exitOther = iota + 64
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
	started func(pid int) // told of each child, in tests
}

// NewReader makes a Reader whose children are run by command, a path and arguments;
// it must end in a call of Serve.
func NewReader(command ...string) *Reader {
	return &Reader{command: command, turn: make(chan struct{}, 1)}
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
	limited, cancel := context.WithTimeout(ctx, Deadline+grace)
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
	case limited.Err() != nil:
		return "", ErrTooSlow
	}
	return "", childError(err, complaint.String())
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
	for _, w := range []string{"out of memory", "cannot allocate memory", "pthread_create failed", "failed to create new OS thread"} {
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
	bound()
	ctx, cancel := context.WithTimeout(context.Background(), Deadline)
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
func bound() {
	debug.SetMemoryLimit(softMemory)
	limitMemory(maxGrowth)
	time.AfterFunc(Deadline+grace/2, func() { os.Exit(exitTooSlow) })
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
