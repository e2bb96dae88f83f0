// Package cli implements the commands of the program, one per file. Each command is a
// small composition root. Only this package imports all other packages.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit codes of the commands.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitMissing = 3 // done, but a document of an expected type is missing

	// As shells report it, a command that a signal interrupted exits with 128 plus its number.
	exitInterrupted = 128 + int(syscall.SIGINT)
	exitTerminated  = 128 + int(syscall.SIGTERM)
)

// exitError ends a command with an exit code. err is nil if the error was already printed.
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

// usage returns an error with the exit code for wrong usage.
func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// Main runs the command line args, without the name of the program, and returns the exit
// code. SIGINT and SIGTERM cancel the command's context. The signal handler stays installed
// after Main returns, because a signal before the process exits would otherwise replace the
// exit code. The caller must therefore exit immediately.
func Main(args []string) int {
	if len(args) == 1 && args[0] == pdfCommand {
		return runPDFChild()
	}
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := newApp()
	a.ownsProcess = true
	return a.main(ctx, args, os.Stdout, os.Stderr)
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
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			e.code = signalCode(ctx)
		}
		if !a.running { // cobra rejected the arguments before the command ran
			e = &exitError{exitUsage, fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
		}
	}
	if e.err != nil {
		a.reportFatal(stderr, cmd, e)
	}
	return e.code
}

// signalCode returns the exit code of a command whose context a signal canceled. The cause of the
// cancellation names the signal (os/signal.NotifyContext).
func signalCode(ctx context.Context) int {
	if cause := context.Cause(ctx); cause != nil && strings.HasPrefix(cause.Error(), syscall.SIGTERM.String()) {
		return exitTerminated
	}
	return exitInterrupted
}

func newRoot(a *app, stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:           "clausea",
		Short:         "Find the legal documents of companies, store every version, and show what changed",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	a.settings.AddGlobalFlags(root.PersistentFlags())
	root.SetUsageFunc(a.usage)
	root.AddCommand(newCrawl(a), newInspect(a), newDiff(a), newGet(a), newEvents(a), newExport(a), newCheck(a), newMigrate(a), newBackup(a), newRestore(a), newStandalone(a), newOperator(a), newAPICommand(a), newDashboardCommand(a), newHealth(a), newSupportBundle(a), newKeys(a), newMCP(a), newWorker(a), newApply(a), newDelete(a), newDescribe(a), newWait(a), newConfig(a), newVerify(), newMan(), newVersion())
	root.SetHelpCommand(newHelp())
	root.InitDefaultCompletionCmd()
	completeChoices(root, root.PersistentFlags())
	for _, c := range root.Commands() {
		if c.HasSubCommands() && c.RunE == nil {
			onlyCommands(c)
		}
	}
	a.markRunning(root)
	return root
}

// isGroup reports whether a command does nothing but group its subcommands.
func isGroup(cmd *cobra.Command) bool { return cmd.HasAvailableSubCommands() && cmd.Args == nil }

// onlyCommands makes cmd, which has only subcommands, reject unknown ones.
func onlyCommands(cmd *cobra.Command) {
	cmd.Args = nil
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usage("unknown command %q for %q; see %s --help", args[0], cmd.CommandPath(), cmd.CommandPath())
		}
		return cmd.Help()
	}
}

// markRunning makes cmd and its subcommands set a.running when their code starts.
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

// newHelp returns the help command. Unlike cobra's, it fails for an unknown command.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show the help of a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usage("unknown command %q", strings.Join(args, " "))
			}
			target.InitDefaultHelpFlag()
			return target.Help()
		},
	}
}

// exactly accepts n arguments. Any other number is a usage error.
func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		expected := fmt.Sprintf("%d arguments", n)
		switch n {
		case 0:
			expected = "no arguments"
		case 1:
			expected = "1 argument"
		}
		return usage("expected %s, got %d; see %s --help", expected, len(args), cmd.CommandPath())
	}
}
