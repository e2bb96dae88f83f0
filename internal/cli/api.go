package cli

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	apimanifests "github.com/clausea/crawler/config/api"
	"github.com/clausea/crawler/controllers/index"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

func newAPICommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "api",
		Short: "Serve the HTTP API",
		Long: `Serve the HTTP API of an operator or of standalone processes. Any number of processes
can serve it. They neither crawl nor control crawls. Companies and CrawlJobs are in
Kubernetes, or in the store; everything else is in MongoDB, so MONGO_URI is required, unless
this process alone uses an embedded store. /openapi.json describes the API.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.exitAfterSignal(cmd.Context(), a.serveProcess(cmd.Context(), settings.CommandAPI))
		},
	}
	return a.withSettings(cmd, settings.CommandAPI)
}

// apiDrainTimeout is how long requests in progress may take after a signal. Streams of events end
// with the signal.
const apiDrainTimeout = 15 * time.Second

// apiProcess serves the API or the dashboard, and nothing else.
type apiProcess struct {
	endpoints
	role     string // settings.CommandAPI or settings.CommandDashboard
	registry *prometheus.Registry
	metrics  *telemetry.StoreMetrics
	store    store.Store
	scheme   *runtime.Scheme
	backends *apiBackends
}

// serveProcess serves the API or the dashboard until ctx ends.
func (a *app) serveProcess(ctx context.Context, role string) error {
	kubernetes := inKubernetes(a.values)
	folder := embeddedFolder(a.values)
	if kubernetes && folder != "" {
		return usage("with resources in Kubernetes, the documents are in the MongoDB of the operator: set MONGO_URI, or set CLAUSEA_RESOURCES to Store")
	}
	stopTracing, err := a.startTracing(ctx, role)
	if err != nil {
		return err
	}
	defer stopTracing()
	p, err := a.newAPIProcess(role)
	if err != nil {
		return err
	}
	defer p.backends.close()
	if folder != "" { // another process that owns the folder explains the failure better than its port does
		if err := p.openStore(ctx); err != nil {
			return err
		}
	}
	defer func() {
		if p.store != nil {
			_ = p.store.Close(context.WithoutCancel(ctx))
		}
	}()
	if err := p.serve(ctx, prometheus.Gatherers{p.registry, prometheus.GathererFunc(controllerMetrics)}); err != nil {
		return err
	}
	defer p.closePorts(apiDrainTimeout)
	var m ctrl.Manager
	if kubernetes {
		m, err = p.connectToCluster(ctx)
	} else {
		m, err = p.connectToStore(ctx)
	}
	if err != nil {
		return err
	}
	if folder != "" {
		stop, err := serveSocket(ctx, a.values, folder, apiParts{store: p.store, backends: p.backends, log: a.log.WithName("api")})
		if err != nil {
			return err
		}
		defer stop()
	}
	p.log.Info("started", "role", role, "version", buildVersion(), "store", storeKind(p.v), "listenAddress", p.main.addr, "metricsAddress", p.metricsServer.addr)
	if err := runUntilShutdown(ctx, m.Start, shutdownTimeout); err != nil {
		return fmt.Errorf("serve the %s: %w", role, err)
	}
	return nil
}

// newAPIProcess creates what needs neither the store nor the cluster.
func (a *app) newAPIProcess(role string) (*apiProcess, error) {
	ctrl.SetLogger(libraryLog(a.log))
	p := &apiProcess{role: role, endpoints: endpoints{v: a.values, log: a.log, redact: a.redact.String}, registry: telemetry.NewRegistry(buildVersion())}
	p.expectAPI()
	p.ready.set(componentStore, "the store is not open yet")
	var err error
	if p.metrics, err = telemetry.NewStoreMetrics(p.registry, storeOperations()); err != nil {
		return nil, err
	}
	if p.scheme, err = newScheme(); err != nil {
		return nil, err
	}
	p.backends, err = newAPIBackends(a.values, a.log)
	return p, err
}

// openStore opens the store, unless it is open.
func (p *apiProcess) openStore(ctx context.Context) error {
	if p.store != nil {
		return nil
	}
	s, err := openProcessStore(ctx, p.v, p.log, &p.ready)
	if err != nil {
		return err
	}
	p.store = measuredStore{s, p.metrics}
	p.pinger = p.store
	p.ready.set(componentStore, "")
	return nil
}

// managerOptions returns the options of a Manager without controllers, whose cache has the
// resources.
func (p *apiProcess) managerOptions() ctrl.Options {
	drain := drainTimeout
	return ctrl.Options{
		Cache:  cache.Options{DefaultTransform: cache.TransformStripManagedFields()},
		Scheme: p.scheme, Logger: libraryLog(p.log), GracefulShutdownTimeout: &drain,
		Metrics: metricsserver.Options{BindAddress: "0"}, HealthProbeBindAddress: "0",
	}
}

// connectToStore opens the store and returns a Manager with the resources in it.
func (p *apiProcess) connectToStore(ctx context.Context) (ctrl.Manager, error) {
	if err := p.openStore(ctx); err != nil {
		return nil, err
	}
	m, err := kubestore.NewManager(ctx, p.store, p.managerOptions(), "", "", kubestore.Election{Log: p.log})
	if err != nil {
		return nil, err
	}
	return m, p.addResources(ctx, m, kubestore.NewClient(p.store, p.scheme), apiNamespace(p.v, false))
}

// connectToCluster opens the store and returns a Manager with the resources in the cluster, once
// both are available.
func (p *apiProcess) connectToCluster(ctx context.Context) (ctrl.Manager, error) {
	config, err := ctrl.GetConfig()
	if err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("load the kubeconfig: %w; run it in a pod, set KUBECONFIG to the path of a kubeconfig, or set CLAUSEA_RESOURCES to Store", err)}
	}
	config.QPS, config.Burst = clientQPS, clientBurst
	namespace := apiNamespace(p.v, true)
	check, err := p.newClusterCheck(config, namespace)
	if err != nil {
		return nil, err
	}
	if err := p.waitForStart(ctx, check, p.openStore); err != nil {
		return nil, err
	}
	o := p.managerOptions()
	o.Cache.DefaultNamespaces = map[string]cache.Config{namespace: {}}
	m, err := ctrl.NewManager(config, o)
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	if err := m.Add(check); err != nil {
		return nil, fmt.Errorf("add the readiness checks: %w", err)
	}
	p.ready.set(componentCaches, "") // the component of the API covers them
	c, err := client.New(config, client.Options{Scheme: p.scheme, HTTPClient: m.GetHTTPClient(), Mapper: m.GetRESTMapper()})
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	return m, p.addResources(ctx, m, c, namespace)
}

func (p *apiProcess) newClusterCheck(config *rest.Config, namespace string) (*clusterCheck, error) {
	permissions, err := requiredPermissions(apimanifests.Role, namespace, namespace)
	if err != nil {
		return nil, err
	}
	return newClusterCheck(config, clusterClient{"API", "config/api", permissions}, p.log, &p.ready)
}

// addResources adds the API over the resources of m. c reads their current state.
func (p *apiProcess) addResources(ctx context.Context, m ctrl.Manager, c client.Client, namespace string) error {
	if err := index.Register(ctx, m.GetFieldIndexer()); err != nil {
		return err
	}
	resources := service.Resources{Client: c, Cache: m.GetCache(), Namespace: namespace}
	return p.addAPI(ctx, m, apiParts{store: p.store, backends: p.backends, resources: resources, metrics: p.registry, log: p.log.WithName(p.role), dashboardOnly: p.role == settings.CommandDashboard})
}

// inKubernetes reports whether the resources are in Kubernetes.
func inKubernetes(v *settings.Values) bool {
	if v.Resources == "Auto" {
		_, err := os.Stat(namespaceFile) // the token and this file are mounted together
		return err == nil
	}
	return v.Resources == "Kubernetes"
}
