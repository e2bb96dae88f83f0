package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store/mongo"
)

// initiateTimeout limits waiting for a MongoDB server that starts.
const initiateTimeout = 5 * time.Minute

func newMigrateReplicaSet(a *app) *cobra.Command {
	var name, host string
	cmd := &cobra.Command{
		Use:   "replica-set",
		Short: "Make a single MongoDB server a replica set, which transactions and watches require",
		Long: `Initiate a replica set with the one server of MONGO_URI, which runs with --replSet, and wait until
it accepts writes. The command waits up to five minutes for a server that starts. It succeeds too if the
server already is a member of that replica set.`,
		Example: `  mongod --replSet rs0 &
  MONGO_URI=mongodb://127.0.0.1:27017 clausea migrate replica-set`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if embeddedFolder(a.values) != "" {
				return usage("migrate replica-set: MONGO_URI is not set")
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), initiateTimeout)
			defer cancel()
			initiated, err := mongo.InitiateReplicaSet(ctx, storeURI(a.values), name, host)
			if err != nil {
				return err
			}
			text := "the replica set %s was initiated before\n"
			if initiated {
				text = "initiated the replica set %s\n"
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), text, name)
			return err
		},
	}
	cmd.Flags().StringVar(&name, "name", "rs0", "`name` of the replica set, as in --replSet of the server")
	cmd.Flags().StringVar(&host, "host", "", "`HOST:PORT` of the server for its clients; defaults to the one in MONGO_URI")
	return a.withSettings(cmd, settings.CommandMigrate)
}
