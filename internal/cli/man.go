package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

func newMan() *cobra.Command {
	var date string
	cmd := &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages of all commands to a folder",
		Long: `Write a manual page of each command to a folder, which is created if it does not exist. man -l
shows a page.`,
		Example: "  clausea man ~/.local/share/man/man1\n  man clausea-crawl",
		Args:    exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
				return usage("invalid date %q; use the form 2026-01-31", date)
			}
			return writeManual(cmd.Root(), args[0], date)
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "`date` of the pages, such as 2026-01-31")
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return cmd
}

// writeManual writes the pages of root and of all commands below it to files in dir.
func writeManual(root *cobra.Command, dir, date string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create the folder of the manual pages: %w", err)
	}
	for _, cmd := range documented(root) {
		name := filepath.Join(dir, manualName(cmd)+".1")
		if err := os.WriteFile(name, []byte(manualPage(cmd, date)), 0o644); err != nil {
			return fmt.Errorf("write a manual page: %w", err)
		}
	}
	return nil
}

// documented returns cmd and all visible commands below it, parents first.
func documented(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			all = append(all, documented(child)...)
		}
	}
	return all
}
