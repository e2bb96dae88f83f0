package cli

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clausea/crawler/internal/settings"
)

//go:embed commands.md.tmpl
var commands string

// WriteMarkdown writes docs/commands.md to w.
func WriteMarkdown(w io.Writer) error {
	t, err := template.New("commands").Funcs(template.FuncMap{
		"flags":    ownFlags,
		"settings": settingsOf,
		"lines":    exampleLines,
		"line":     func(c *cobra.Command) string { return strings.TrimSuffix(c.UseLine(), " [flags]") },
		"cell":     func(s string) string { return strings.ReplaceAll(s, "|", `\|`) },
	}).Parse(commands)
	if err != nil {
		return fmt.Errorf("parse the template of docs/commands.md: %w", err)
	}
	var all []*cobra.Command
	for _, c := range newRoot(newApp(), io.Discard, io.Discard).Commands() {
		all = append(all, leaves(c)...)
	}
	if err := t.Execute(w, all); err != nil {
		return fmt.Errorf("write docs/commands.md: %w", err)
	}
	return nil
}

// exampleLines splits an example into lines without indentation.
func exampleLines(example string) []string {
	lines := strings.Split(example, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return lines
}

// leaves returns the executable commands below c. The completion command, which cobra
// generates and documents, counts as one command.
func leaves(c *cobra.Command) []*cobra.Command {
	if !c.HasAvailableSubCommands() || c.Name() == "completion" {
		return []*cobra.Command{c}
	}
	var all []*cobra.Command
	if !isGroup(c) {
		all = append(all, c)
	}
	for _, child := range c.Commands() {
		all = append(all, leaves(child)...)
	}
	return all
}

// ownFlags returns the flags of a command that are not settings.
func ownFlags(c *cobra.Command) []*pflag.Flag {
	var own []*pflag.Flag
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if settings.FlagGroup(f) == "" && f.Name != "help" {
			own = append(own, f)
		}
	})
	return own
}

// settingsOf returns the settings that are flags of a command, except those that all
// commands share.
func settingsOf(c *cobra.Command) []string {
	var names []string
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if settings.FlagGroup(f) != "" {
			names = append(names, "`--"+f.Name+"`")
		}
	})
	return names
}
