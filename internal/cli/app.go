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

// app is what one call of the program has: its settings, and what they make.
type app struct {
	settings *settings.Set
	env      settings.Environment
	// The following are there once a command that is configured runs.
	values *settings.Values
	log    logr.Logger
	redact telemetry.Redactor
	// running says that a command's own code was reached: an error before is
	// about how it was called.
	running bool
}

func newApp() *app {
	return &app{settings: settings.New(), env: settings.ProcessEnvironment(), log: logr.Discard()}
}

// commandAnnotation is where a cobra command has its name in the table of settings.
const commandAnnotation = "clausea.command"

// withSettings gives cmd the flags of the settings that command uses, and loads the
// settings before it runs.
func (a *app) withSettings(cmd *cobra.Command, command string) *cobra.Command {
	a.settings.AddFlags(cmd.Flags(), command)
	completeChoices(cmd, cmd.Flags())
	cmd.Annotations = map[string]string{commandAnnotation: command}
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return a.loadSettings(command, cmd.ErrOrStderr()) }
	return cmd
}

// outputFlag gives cmd the flag that says in which form it answers, the first one if
// nothing is said.
func outputFlag(cmd *cobra.Command, p *string, forms ...string) {
	last := len(forms) - 1
	cmd.Flags().StringVarP(p, "output", "o", forms[0], "`form` of the output: "+strings.Join(forms[:last], ", ")+" or "+forms[last])
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(forms, cobra.ShellCompDirectiveNoFileComp))
}

// completeChoices lets the shell complete settings that have few values.
func completeChoices(cmd *cobra.Command, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if words := settings.FlagChoices(f); len(words) > 0 {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
		}
	})
}

// loadSettings finds the settings of a command and makes its logger, which writes to w.
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
	return nil
}

// printError writes a command's error for a person, without secrets.
func (a *app) printError(w io.Writer, err error) {
	_, _ = fmt.Fprintln(w, "clausea:", a.redact.String(err.Error()))
}

// reportSecondError says a second error beside a command's own, which may be none, and
// gives the one to end with.
func (a *app) reportSecondError(w io.Writer, own, second error) error {
	a.printError(w, second)
	var e *exitError
	if own == nil || errors.As(own, &e) && e.err == nil {
		return &exitError{code: exitFailed}
	}
	return own
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
