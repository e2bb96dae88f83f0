// Package cli holds the commands, one a file. Each is a small composition root;
// it is the only package that knows all others.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit codes, as the commands' contract has them.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitMissing = 3 // done, but an expected type of document is missing
)

// exitError ends a command with a code; a nil Err was reported already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// Main runs the command that args name and returns its exit code.
func Main(args []string) int {
	if len(args) == 1 && args[0] == pdfCommand {
		return runPDFChild()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return newApp().main(ctx, args, os.Stdout, os.Stderr)
}

func (a *app) main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot(a, stdout, stderr)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	var e *exitError
	if !errors.As(err, &e) {
		e = &exitError{exitFailed, err}
		if !a.running { // cobra did not get as far as the command: the call is wrong
			e = &exitError{exitUsage, fmt.Errorf("%w; %s --help says more", err, cmd.CommandPath())}
		}
	}
	if e.err != nil {
		a.printError(stderr, e.err)
	}
	return e.code
}

func newRoot(a *app, stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:           "clausea",
		Short:         "Finds companies' legal documents, keeps every version, says what changed",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	a.settings.AddGlobalFlags(root.PersistentFlags())
	root.SetUsageFunc(a.usage)
	root.AddCommand(newCrawl(a), newInspect(a), newDiff(a), newGet(a), newExport(a), newCheck(a), newDemo(a), newMigrate(a), newStandalone(a), newOperator(a), newWorker(a), newApply(a), newDelete(a), newWait(a), newConfig(a), newVersion())
	root.SetHelpCommand(newHelp())
	root.InitDefaultCompletionCmd()
	completeChoices(root, root.PersistentFlags())
	for _, c := range root.Commands() {
		if c.HasSubCommands() {
			onlyCommands(c)
		}
	}
	a.markRunning(root)
	return root
}

// onlyCommands makes cmd, which does nothing itself, refuse what is no command of it.
func onlyCommands(cmd *cobra.Command) {
	cmd.Args = nil
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usage("unknown command %q for %q; %s --help lists them", args[0], cmd.CommandPath(), cmd.CommandPath())
		}
		return cmd.Help()
	}
}

// markRunning notes when a command's own code is reached.
func (a *app) markRunning(cmd *cobra.Command) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			a.running = true
			return run(cmd, args)
		}
	}
	for _, child := range cmd.Commands() {
		a.markRunning(child)
	}
}

// newHelp is cobra's help, but that help for what is not there is an error.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usage("there is no command %q", args)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// exactly is cobra.ExactArgs with the exit code for usage.
func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := cobra.ExactArgs(n)(cmd, args); err != nil {
			return &exitError{exitUsage, err}
		}
		return nil
	}
}
