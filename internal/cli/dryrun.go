package cli

import (
	"github.com/spf13/cobra"
)

// The values of --dry-run, as of kubectl.
const (
	dryRunNone   = "none"
	dryRunClient = "client"
	dryRunServer = "server"
)

// dryRun is the value of --dry-run.
type dryRun string

// addDryRun adds --dry-run to a command that changes resources.
func addDryRun(cmd *cobra.Command, d *dryRun) {
	*d = dryRunNone
	cmd.Flags().Var(d, "dry-run", "`mode`: none; client to check the input without opening the store or the cluster; server to check it there as well, without changing anything")
	cmd.Flags().Lookup("dry-run").NoOptDefVal = dryRunClient
	_ = cmd.RegisterFlagCompletionFunc("dry-run", cobra.FixedCompletions([]string{dryRunNone, dryRunClient, dryRunServer}, cobra.ShellCompDirectiveNoFileComp))
}

// String implements pflag.Value.
func (d *dryRun) String() string { return string(*d) }

// Type implements pflag.Value.
func (d *dryRun) Type() string { return "string" }

// Set implements pflag.Value.
func (d *dryRun) Set(s string) error {
	switch s {
	case dryRunNone, dryRunClient, dryRunServer:
		*d = dryRun(s)
		return nil
	}
	return usage("invalid mode %q; use none, client or server", s)
}

// suffix returns what kubectl appends to the name of an action that was not performed.
func (d dryRun) suffix() string {
	switch d {
	case dryRunClient:
		return " (dry run)"
	case dryRunServer:
		return " (server dry run)"
	}
	return ""
}
