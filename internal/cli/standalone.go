package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/controllers/crawljob"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/kubestore/remote"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/settings"
)

func newStandalone(a *app) *cobra.Command {
	var withDemo bool
	cmd := &cobra.Command{
		Use:   "standalone",
		Short: "Run the controllers and the crawls without Kubernetes, over MongoDB or one file",
		Long: `Run the controllers and the crawls without Kubernetes. Companies and CrawlJobs lie in
MongoDB, where several such processes share the work and elect a leader, or in the
embedded store of one process. clausea apply, get, delete and wait take the same
manifests as kubectl does.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.exitAfterSignal(cmd.Context(), a.standalone(cmd, withDemo))
		},
	}
	cmd.Flags().BoolVar(&withDemo, "demo", false, "watch a bundled company whose site changes, and show what becomes of it; nothing is kept unless --store names a folder")
	return a.withSettings(cmd, settings.CommandStandalone)
}

func (a *app) standalone(cmd *cobra.Command, withDemo bool) error {
	ctx := cmd.Context()
	var shown *demoRunner
	var connecting func(network, at string) error
	if withDemo {
		var err error
		if shown, err = newDemoRunner(ctx, a.values, cmd.OutOrStdout()); err != nil {
			return err
		}
		defer shown.close()
		connecting = shown.guardConnection
	}
	r, err := a.newProcess(ctx, connecting)
	if err != nil {
		return err
	}
	defer r.end()
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	lock := "clausea-standalone"
	if folder := embeddedFolder(a.values); folder != "" {
		lock = "" // the folder has one process
		stop, err := remote.Listen(filepath.Join(folder, socketName), r.store, r.store)
		if err != nil {
			return err
		}
		defer stop()
	}
	m, err := kubestore.NewManager(ctx, r.store, r.managerOptions(scheme), lock, r.pool.Runner.Holder, kubestore.Election{})
	if err != nil {
		return err
	}
	if err := m.Add(&kubestore.EventCleaner{Objects: r.store, Log: r.log}); err != nil {
		return fmt.Errorf("add the sweeper of events: %w", err)
	}
	// What ends after a signal is told of too; each write is bounded.
	recorder := kubestore.NewRecorder(context.WithoutCancel(ctx), r.store, r.log)
	if err := r.setUp(ctx, m, &crawljob.Reconciler{Runner: &queue.Queue{Runs: r.store}, Recorder: recorder}); err != nil {
		return err
	}
	if shown != nil {
		shown.store, shown.client, shown.served = r.store, kubestore.NewClient(r.store, scheme), r.serverAddr
		if err := m.Add(shown); err != nil {
			return fmt.Errorf("add the demo: %w", err)
		}
	}
	return r.run(ctx, m)
}

// socketName is where a standalone process on an embedded store takes the commands
// of others: the store's file is its own.
const socketName = "clausea.sock"

// embeddedFolder is the folder of the embedded store, empty where the store is MongoDB.
func embeddedFolder(v *settings.Values) string {
	at := storeURI(v)
	if strings.HasPrefix(at, "mongodb://") || strings.HasPrefix(at, "mongodb+srv://") {
		return ""
	}
	return strings.TrimPrefix(at, "sqlite:")
}
