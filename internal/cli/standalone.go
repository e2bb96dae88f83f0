package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/controllers/crawljob"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/settings"
)

func newStandalone(a *app) *cobra.Command {
	var withDemo bool
	cmd := &cobra.Command{
		Use:   "standalone",
		Short: "Run the controllers, the crawls and the HTTP API without Kubernetes, with MongoDB or a single file",
		Long: `Run the controllers, the crawls and the HTTP API without Kubernetes. Companies and
CrawlJobs are stored in MongoDB or in the embedded store. With MongoDB, several processes
share the work and elect a leader; the embedded store allows one process. clausea apply, get,
delete and wait accept the same manifests as kubectl.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.exitAfterSignal(cmd.Context(), a.standalone(cmd, withDemo))
		},
	}
	cmd.Flags().BoolVar(&withDemo, "demo", false, "crawl a bundled demo company whose site changes, and show the results; the data is discarded unless --store names a folder")
	return a.withSettings(cmd, settings.CommandStandalone)
}

func (a *app) standalone(cmd *cobra.Command, withDemo bool) error {
	ctx := cmd.Context()
	var demo *demoRunner
	var onConnect func(network, addr string) error
	if withDemo {
		var err error
		if demo, err = newDemoRunner(ctx, a.values, cmd.OutOrStdout()); err != nil {
			return err
		}
		defer demo.close()
		onConnect = demo.guardConnection
	}
	p, err := a.newProcess(ctx, settings.CommandStandalone, onConnect)
	if err != nil {
		return err
	}
	defer p.end()
	if err := p.openStore(ctx); err != nil {
		return err
	}
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	backends, err := newAPIBackends(a.values, a.log)
	if err != nil {
		return err
	}
	defer backends.close()
	lock := standaloneLock
	if folder := embeddedFolder(a.values); folder != "" {
		lock = "" // only one process can open the folder
		stop, err := serveSocket(ctx, a.values, folder, apiParts{store: p.store, backends: backends, log: a.log.WithName("api")})
		if err != nil {
			return err
		}
		defer stop()
	}
	ctx, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	m, err := kubestore.NewManager(ctx, p.store, p.managerOptions(scheme), lock, p.pool.Runner.WorkerID, kubestore.Election{OnLost: lose, Log: p.log})
	if err != nil {
		return err
	}
	if err := m.Add(&kubestore.EventCleaner{Objects: p.store, Log: p.log}); err != nil {
		return fmt.Errorf("add the event cleaner: %w", err)
	}
	// The recorder also records events after a signal. Each of its writes has a timeout.
	recorder := kubestore.NewRecorder(context.WithoutCancel(ctx), p.store, p.log)
	if err := p.setUp(ctx, m, &crawljob.Reconciler{Runner: p.queue(), Recorder: recorder}, nil); err != nil {
		return err
	}
	resources := service.Resources{Client: kubestore.NewClient(p.store, scheme), Cache: m.GetCache(), Namespace: apiNamespace(a.values, false)}
	if err := p.addAPI(ctx, m, apiParts{store: p.store, backends: backends, resources: resources, metrics: p.metrics.registry, log: a.log.WithName("api")}); err != nil {
		return err
	}
	if demo != nil {
		demo.process, demo.store, demo.client = p, p.store, kubestore.NewClient(p.store, scheme)
		if err := m.Add(demo); err != nil {
			return fmt.Errorf("add the demo: %w", err)
		}
	}
	err = p.run(ctx, m)
	if cause := context.Cause(ctx); errors.Is(cause, kubestore.ErrLeadershipLost) {
		return fmt.Errorf("run the controllers: %w; restart this process to make it a candidate again", cause)
	}
	return err
}

// embeddedFolder returns the folder of the embedded store, or "" if the store is MongoDB.
func embeddedFolder(v *settings.Values) string {
	at := storeURI(v)
	if strings.HasPrefix(at, "mongodb://") || strings.HasPrefix(at, "mongodb+srv://") {
		return ""
	}
	return strings.TrimPrefix(at, "sqlite:")
}
