package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newMigrate() *cobra.Command {
	var uri string
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the store's collections and indexes to the form that this version needs",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, applied, err := openMigrated(cmd.Context(), uri)
			if err != nil {
				return err
			}
			defer func() { _ = s.Close(cmd.Context()) }()
			for _, name := range applied {
				fmt.Fprintln(cmd.OutOrStdout(), "applied", name)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d applied; the store is up to date\n", len(applied))
			return err
		},
	}
	cmd.Flags().StringVar(&uri, "store", "", "store: MongoDB's URI or a folder (default MONGO_URI, CLAUSEA_DATA_DIR or ./data)")
	return cmd
}
