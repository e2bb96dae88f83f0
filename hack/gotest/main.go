// Command gotest runs go test in one or more modules and sorts its results.
//
// It prints the output of failed tests when their package ends, as go test does.
// Last come go test's own result lines of all packages, slowest first, failures at
// the end.
//
//	go run ./hack/gotest -modules .,hack/bench -race -count=1 ./...
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

// run passes args to go test, apart from a leading -modules.
func run(ctx context.Context, args []string) error {
	modules := []string{"."}
	if len(args) > 1 && args[0] == "-modules" {
		modules, args = strings.Split(args[1], ","), args[2:]
	}
	r := &report{out: os.Stdout, verbose: !hasFlag(args, "short")}
	var failed []string
	for _, dir := range modules {
		if err := test(ctx, r, dir, args); err != nil {
			failed = append(failed, fmt.Sprintf("go test in %s: %v", dir, err))
		}
	}
	r.summarize()
	if len(failed) > 0 {
		return errors.New(strings.Join(failed, "; "))
	}
	return nil
}

func hasFlag(args []string, name string) bool {
	for _, a := range args {
		if strings.TrimLeft(a, "-") == name {
			return true
		}
	}
	return false
}

// test runs go test in a module and reads its events into r.
func test(ctx context.Context, r *report, dir string, args []string) error {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	// Tests that end cleanly stop the servers that they started.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := r.read(out); err != nil {
		return err
	}
	return cmd.Wait()
}
