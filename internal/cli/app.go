package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/telemetry"
)

// app is the state of one invocation of the program.
type app struct {
	settings *settings.Set
	env      settings.Environment
	// loadSettings sets these fields before a command with settings runs.
	values *settings.Values
	log    logr.Logger
	redact telemetry.Redactor
	// running is true once the code of a command has started. Earlier errors are usage
	// errors.
	running bool
	// ownsProcess is true if the loggers of libraries, which the process has once, may be
	// replaced. Tests run several apps in one process.
	ownsProcess bool
}

func newApp() *app {
	return &app{settings: settings.New(), env: settings.ProcessEnvironment(), log: logr.Discard()}
}

// commandAnnotation holds the name of a cobra command in the table of settings.
const commandAnnotation = "clausea.command"

// withSettings adds the flags of the settings that command uses to cmd, and loads the
// settings before cmd runs.
func (a *app) withSettings(cmd *cobra.Command, command string) *cobra.Command {
	a.settings.AddFlags(cmd.Flags(), command)
	completeChoices(cmd, cmd.Flags())
	cmd.Annotations = map[string]string{commandAnnotation: command}
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return a.loadSettings(command, cmd.ErrOrStderr()) }
	return cmd
}

// outputFlag adds the --output flag to cmd. The first format is the default.
func outputFlag(cmd *cobra.Command, p *string, formats ...string) {
	last := len(formats) - 1
	cmd.Flags().StringVarP(p, "output", "o", formats[0], "output `format`: "+strings.Join(formats[:last], ", ")+" or "+formats[last])
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

// invalidOutput returns the usage error for an output format that is not one of formats.
func invalidOutput(format string, formats ...string) error {
	last := len(formats) - 1
	return usage("invalid output format %q; use %s or %s", format, strings.Join(formats[:last], ", "), formats[last])
}

// completeChoices registers shell completion for the values of enumeration settings.
func completeChoices(cmd *cobra.Command, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if words := settings.FlagChoices(f); len(words) > 0 {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
		}
	})
}

// loadSettings loads the settings of a command and creates its logger, which writes to w.
func (a *app) loadSettings(command string, w io.Writer) error {
	v, err := a.settings.Load(command, a.env)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	a.values = v
	a.redact = telemetry.NewRedactor(v.Secrets()...)
	a.log, err = telemetry.NewLogger(telemetry.LogOptions{
		Level: v.LogLevel, Format: v.LogFormat, Terminal: isTerminal(w), Out: w, Redact: a.redact,
	})
	if err != nil {
		return &exitError{exitUsage, err}
	}
	if a.ownsProcess {
		captureLogs(a.log)
	}
	return nil
}

// printError writes an error to w with secrets redacted.
func (a *app) printError(w io.Writer, err error) {
	_, _ = fmt.Fprintln(w, "clausea:", a.redact.String(err.Error()))
}

// reportSecondError prints second and returns the error with which the command ends: first,
// unless it is nil or was already printed.
func (a *app) reportSecondError(w io.Writer, first, second error) error {
	a.printError(w, second)
	var e *exitError
	if first == nil || errors.As(first, &e) && e.err == nil {
		return &exitError{code: exitFailed}
	}
	return first
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
