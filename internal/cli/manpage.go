package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/clausea/crawler/internal/settings"
)

// manualName returns the name of the manual page of a command: clausea-get for clausea get.
func manualName(cmd *cobra.Command) string {
	return strings.ReplaceAll(cmd.CommandPath(), " ", "-")
}

// manualPage returns the manual page of a command in the macros of man(7), with the sections that
// man-pages(7) names. An empty date leaves the page undated.
func manualPage(cmd *cobra.Command, date string) string {
	cmd.InitDefaultHelpFlag()
	p := &roff{}
	// A date is not escaped: mandoc(1) would not recognize it.
	p.line(fmt.Sprintf(`.TH "%s" "1" "%s" "clausea %s" "Clausea Crawler"`, roffText(strings.ToUpper(manualName(cmd))), date, roffText(buildVersion())))
	p.macro("SH", "NAME")
	p.line(roffText(manualName(cmd)) + ` \- ` + roffText(cmd.Short))
	p.macro("SH", "SYNOPSIS")
	if cmd.Runnable() && !isGroup(cmd) {
		p.macro("B", cmd.UseLine())
	} else {
		p.macro("B", cmd.CommandPath()+" COMMAND")
	}
	p.macro("SH", "DESCRIPTION")
	p.text(cmp.Or(cmd.Long, cmd.Short+"."))
	writeCommands(p, cmd)
	for i, g := range flagGroups(cmd) {
		if i == 0 {
			p.macro("SH", "OPTIONS")
		}
		if i > 0 || g.name != "Flags" {
			p.macro("SS", g.name)
		}
		g.flags.VisitAll(func(f *pflag.Flag) { writeOption(p, f) })
	}
	writeEnvironment(p, cmd)
	p.macro("SH", "EXIT STATUS")
	p.text("0 on success, 1 on failure, 2 for wrong usage or an invalid setting, and 3 if documents of an expected type are missing. A command that a signal interrupts exits with 128 plus the number of the signal.")
	if cmd.HasExample() {
		p.macro("SH", "EXAMPLES")
		p.preformatted(exampleLines(cmd.Example))
	}
	writeSeeAlso(p, cmd)
	return p.String()
}

// writeCommands lists the commands below cmd.
func writeCommands(p *roff, cmd *cobra.Command) {
	if !cmd.HasAvailableSubCommands() {
		return
	}
	p.macro("SH", "COMMANDS")
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			p.macro("TP", "")
			p.macro("B", child.CommandPath())
			p.text(child.Short + ".")
		}
	}
}

// writeOption describes a flag as pflag's help does, which hides zero defaults.
func writeOption(p *roff, f *pflag.Flag) {
	if f.Hidden {
		return
	}
	value, help := pflag.UnquoteUsage(f)
	name := "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	p.macro("TP", "")
	if value == "" {
		p.macro("B", name)
	} else {
		p.macro("BI", name+" ", value)
	}
	switch f.DefValue {
	case "", "0", "false", "[]", "0s":
	default:
		help += " (default " + f.DefValue + ")"
	}
	p.text(help)
}

// writeEnvironment describes the settings of cmd that have no flag.
func writeEnvironment(p *roff, cmd *cobra.Command) {
	command := cmd.Annotations[commandAnnotation]
	if command == "" {
		return
	}
	p.macro("SH", "ENVIRONMENT")
	rows := settings.New().EnvOnly(command)
	for _, row := range rows {
		p.macro("TP", "")
		p.macro("B", strings.Join(row.Env, ", "))
		p.text(row.Help)
	}
	if len(rows) > 0 {
		p.macro("PP")
	}
	p.text("Each setting is also an environment variable and an entry of the settings file. clausea config print shows the effective values and their sources.")
}

// writeSeeAlso refers to the pages of the parent and of the commands below cmd.
func writeSeeAlso(p *roff, cmd *cobra.Command) {
	related := documented(cmd)[1:]
	if cmd.HasParent() {
		related = append([]*cobra.Command{cmd.Parent()}, related...)
	}
	if len(related) == 0 {
		return
	}
	p.macro("SH", "SEE ALSO")
	for i, other := range related {
		end := ","
		if i == len(related)-1 {
			end = ""
		}
		p.macro("BR", manualName(other), " (1)"+end)
	}
}
