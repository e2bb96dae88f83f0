package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/settings"
)

func newMigrate(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Migrate the store to the schema of this version",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, applied, err := openMigrated(cmd.Context(), a.values)
			if err != nil {
				return err
			}
			defer func() { _ = s.Close(cmd.Context()) }()
			for _, name := range applied {
				fmt.Fprintln(cmd.OutOrStdout(), "applied", name)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d migrations applied; the store is up to date\n", len(applied))
			return err
		},
	}
	cmd.AddCommand(newMigrateReplicaSet(a))
	return a.withSettings(cmd, settings.CommandMigrate)
}
