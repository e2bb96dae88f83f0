package export

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// commandTimeout bounds each git command, so that one that waits for a lock or a
// network file system cannot hang the export for ever.
const commandTimeout = 30 * time.Minute

// killDelay is how long git has to remove its temporary files after SIGTERM.
const killDelay = 5 * time.Second

// importRef is the ref that a run imports to. HEAD follows it only when the files
// are in the folder, so a run that is interrupted leaves HEAD where it was.
const importRef = "refs/clausea/export"

// repository is a git repository with a working tree.
type repository struct {
	git string // path of the program
	dir string
}

// openRepository opens the repository in dir and creates it when dir is empty or
// missing. It refuses a folder that contains anything else.
func openRepository(ctx context.Context, dir string) (*repository, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("the export needs git 2.25 or later: install it and add it to PATH: %w", err)
	}
	r := &repository{git: git, dir: dir}
	if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
		return r, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, errors.New("the folder is neither empty nor a git repository")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := r.run(ctx, nil, nil, "init", "--quiet", "--template="); err != nil {
		return nil, err
	}
	return r, r.run(ctx, nil, nil, "symbolic-ref", "HEAD", "refs/heads/main")
}

// head returns the hash of the commit that HEAD points to, or "" in a repository
// without commits.
func (r *repository) head(ctx context.Context) (string, error) {
	var out bytes.Buffer
	err := r.run(ctx, nil, &out, "rev-parse", "--verify", "--quiet", "HEAD")
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 && len(exit.Stderr) == 0 {
		return "", nil
	}
	return strings.TrimSpace(out.String()), err
}

// messages calls handle with the message of each commit that head reaches.
func (r *repository) messages(ctx context.Context, head string, handle func(string)) error {
	out, w := io.Pipe()
	go func() {
		w.CloseWithError(r.run(ctx, nil, w, "rev-list", "--encoding=UTF-8", "--format=%B%x00", head))
	}()
	defer func() { _ = out.Close() }()
	in := bufio.NewReader(out)
	for {
		message, err := in.ReadString(0)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		handle(message)
	}
}

// importCommits runs git fast-import with the stream that write produces. It
// creates no commit when write fails.
func (r *repository) importCommits(ctx context.Context, write func(*fastImport) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		stream := &fastImport{w: bufio.NewWriter(w)}
		err := write(stream)
		if err == nil {
			err = stream.done()
		}
		if err != nil {
			cancel() // the end of the input alone would be reported as a corrupt stream
		}
		w.CloseWithError(err)
		written <- err
	}()
	// importRef belongs to the export: --force moves it away from an interrupted run.
	err := r.run(ctx, in, nil, "fast-import", "--quiet", "--done", "--force")
	_ = in.CloseWithError(errImportEnded)
	if writeErr := <-written; writeErr != nil && !errors.Is(writeErr, errImportEnded) {
		return writeErr
	}
	return err
}

var errImportEnded = errors.New("git fast-import ended")

// publish brings the files, which importRef has new contents for, into the folder,
// and then moves HEAD from the commit head to importRef. It fails if HEAD has moved.
func (r *repository) publish(ctx context.Context, head string, files []string) error {
	paths := strings.NewReader(strings.Join(files, "\x00"))
	if err := r.run(ctx, paths, nil, "checkout", "--quiet", importRef, "--pathspec-from-file=-", "--pathspec-file-nul"); err != nil {
		return err
	}
	if err := r.run(ctx, nil, nil, "update-ref", "-m", "clausea export", "HEAD", importRef, head); err != nil {
		return err
	}
	return r.run(ctx, nil, nil, "update-ref", "-d", importRef)
}

// run runs a git command in the repository. The error contains git's message.
func (r *repository) run(ctx context.Context, in io.Reader, out io.Writer, args ...string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, commandTimeout, fmt.Errorf("it did not finish within %s", commandTimeout))
	defer cancel()
	command := args[0]
	args = append([]string{
		"-c", "core.autocrlf=false", "-c", "core.hooksPath=" + os.DevNull,
		"--literal-pathspecs", "--git-dir=.git", "--work-tree=.",
	}, args...)
	cmd := exec.CommandContext(ctx, r.git, args...)
	cmd.Dir = r.dir
	cmd.Env = environment()
	cmd.Stdin, cmd.Stdout = in, out
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = killDelay
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		exit.Stderr = stderr.Bytes()
	}
	if text := strings.TrimSpace(stderr.String()); text != "" {
		return fmt.Errorf("git %s: %w: %s", command, err, text)
	}
	return fmt.Errorf("git %s: %w", command, err)
}

// environment returns the variables of this process without those that point git
// at another repository, and with messages in English.
func environment() []string {
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "GIT_") {
			env = append(env, e)
		}
	}
	return append(env, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0")
}
