package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clausea/crawler/internal/settings"
)

// usage writes the usage text of a command. Unlike cobra's, it groups the flags and lists
// the environment variables of settings that have no flag.
func (a *app) usage(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	var b strings.Builder
	b.WriteString("Usage:\n")
	if cmd.Runnable() && !isGroup(cmd) {
		fmt.Fprintf(&b, "  %s\n", cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND\n\nCommands:\n", cmd.CommandPath())
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				fmt.Fprintf(&b, "  %-*s  %s\n", c.NamePadding(), c.Name(), c.Short)
			}
		}
	}
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	for _, g := range flagGroups(cmd) {
		fmt.Fprintf(&b, "\n%s:\n%s\n", g.name, strings.TrimRight(g.flags.FlagUsages(), " \n"))
	}
	a.writeVariables(&b, cmd)
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nRun %s COMMAND --help for the help of a command.\n", cmd.CommandPath())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// settingsHelp ends the help of commands that have settings.
const settingsHelp = `
docs/configuration.md lists the environment variable of each setting and describes the
settings file. clausea config print shows the effective values and their sources.
`

// writeVariables writes the variables of the settings that have no flag.
func (a *app) writeVariables(b *strings.Builder, cmd *cobra.Command) {
	command := cmd.Annotations[commandAnnotation]
	if command == "" {
		return
	}
	if rows := a.settings.EnvOnly(command); len(rows) > 0 {
		b.WriteString("\nEnvironment:\n")
		for _, row := range rows {
			fmt.Fprintf(b, "      %-20s %s\n", strings.Join(row.Env, ", "), row.Help)
		}
	}
	b.WriteString(settingsHelp)
}

// flagGroup is a group of flags with a heading.
type flagGroup struct {
	name  string
	flags *pflag.FlagSet
}

// flagGroups returns the flags of a command: its own flags first, then the groups of
// settings.
func flagGroups(cmd *cobra.Command) []flagGroup {
	byName := map[string]*pflag.FlagSet{}
	add := func(f *pflag.Flag) {
		group := settings.FlagGroup(f)
		if byName[group] == nil {
			byName[group] = pflag.NewFlagSet(group, pflag.ContinueOnError)
		}
		byName[group].AddFlag(f)
	}
	cmd.NonInheritedFlags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	var out []flagGroup
	for _, group := range append([]string{""}, settings.Groups()...) {
		fs := byName[group]
		if fs == nil || !fs.HasAvailableFlags() {
			continue
		}
		name := group
		if name == "" {
			name = "Flags"
		}
		out = append(out, flagGroup{name, fs})
	}
	return out
}
