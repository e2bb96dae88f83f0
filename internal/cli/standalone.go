package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/kubestore/remote"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/settings"
)

func newStandalone(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "standalone",
		Short: "Run the controllers and the crawls without Kubernetes, over MongoDB or one file",
		Long: `Run the controllers and the crawls without Kubernetes. Companies and CrawlJobs lie in
MongoDB, where several such processes share the work and elect a leader, or in the
embedded store of one process. clausea apply, get, delete and wait take the same
manifests as kubectl does.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.signalled(cmd.Context(), a.standalone(cmd)) },
	}
	return a.configured(cmd, settings.CommandStandalone)
}

func (a *app) standalone(cmd *cobra.Command) error {
	ctx := cmd.Context()
	r, err := a.newRole(ctx)
	if err != nil {
		return err
	}
	defer r.end()
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	lock := "clausea-standalone"
	if folder := embedded(a.values); folder != "" {
		lock = "" // the folder has one process
		stop, err := remote.Listen(filepath.Join(folder, socketName), r.store)
		if err != nil {
			return err
		}
		defer stop()
	}
	m, err := kubestore.Manager(ctx, r.store, r.managerOptions(scheme), lock, r.pool.Runner.Holder, kubestore.Election{})
	if err != nil {
		return err
	}
	if err := m.Add(&kubestore.Sweeper{Objects: r.store, Log: r.log}); err != nil {
		return fmt.Errorf("add the sweeper of events: %w", err)
	}
	// What ends after a signal is told of too; each write is bounded.
	recorder := kubestore.NewRecorder(context.WithoutCancel(ctx), r.store, r.log)
	if err := r.setUp(ctx, m, &queue.Queue{Runs: r.store}, recorder); err != nil {
		return err
	}
	return r.run(ctx, m)
}

// socketName is where a standalone process on an embedded store takes the commands
// of others: the store's file is its own.
const socketName = "clausea.sock"

// embedded is the folder of the embedded store, empty where the store is MongoDB.
func embedded(v *settings.Values) string {
	at := storeOf(v)
	if strings.HasPrefix(at, "mongodb://") || strings.HasPrefix(at, "mongodb+srv://") {
		return ""
	}
	return strings.TrimPrefix(at, "sqlite:")
}
