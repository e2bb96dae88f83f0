package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/crawljob"
	"github.com/clausea/crawler/internal/run/kubejob"
	"github.com/clausea/crawler/internal/settings"
)

// Leader election needs a Lease, and records events in the core API group. Both are in the
// namespace of the operator; kustomize replaces the namespace of the markers.
// +kubebuilder:rbac:groups=coordination.k8s.io,resources=leases,verbs=get;create;update,namespace=clausea
// +kubebuilder:rbac:groups="",resources=events,verbs=create;patch,namespace=clausea

// The rate limit of the client. The defaults of 20 and 30 slow the operator down at start
// and during bursts. API priority and fairness protects the API server.
const (
	clientQPS   = 500
	clientBurst = 1000
)

func newOperator(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "operator",
		Short: "Run the controllers on Kubernetes",
		Long: `Run the controllers of Companies and CrawlJobs on Kubernetes, in a pod or with the
kubeconfig in KUBECONFIG. Documents are stored in MongoDB, so MONGO_URI is required. Crawls
run in this process or as Kubernetes Jobs on any node. Until MongoDB responds and the cluster
has the custom resource definitions and permissions, /readyz names what is missing.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.exitAfterSignal(cmd.Context(), a.operator(cmd)) },
	}
	return a.withSettings(cmd, settings.CommandOperator)
}

func (a *app) operator(cmd *cobra.Command) error {
	ctx := cmd.Context()
	if a.values.Store.IsEmpty() && a.values.MongoURI.IsEmpty() {
		return usage("the operator stores documents in MongoDB: set MONGO_URI, for example from the Secret clausea in the namespace of the operator")
	}
	pod, err := workerPod(a.values, a.log)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	if embeddedFolder(a.values) != "" && a.values.Execution == string(v1alpha1.ExecutionJob) {
		return usage("execution Job requires MongoDB, which the operator shares with the worker pods: set MONGO_URI, or set execution to InProcess")
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return &exitError{exitUsage, fmt.Errorf("load the kubeconfig: %w; run the operator in a pod, or set KUBECONFIG to the path of a kubeconfig", err)}
	}
	config.QPS, config.Burst = clientQPS, clientBurst
	leaseNamespace, err := leaderNamespace(a.values)
	if err != nil {
		return err
	}
	p, err := a.newProcess(ctx, settings.CommandOperator, nil)
	if err != nil {
		return err
	}
	defer p.end()
	client, err := operatorClient(a.values.WatchNamespace, leaseNamespace)
	if err != nil {
		return err
	}
	check, err := newClusterCheck(config, client, a.log, &p.ready)
	if err != nil {
		return err
	}
	if err := p.waitForStart(ctx, check, p.openStore); err != nil {
		return err
	}
	m, err := a.newOperatorManager(config, p, leaseNamespace)
	if err != nil {
		return err
	}
	launcher := &kubejob.Launcher{
		Queue: p.queue(), RunEnded: p.recordWorkerPodRun, Client: m.GetClient(), APIReader: m.GetAPIReader(), Namespace: a.values.WatchNamespace,
		Pod: pod, Default: v1alpha1.Execution(a.values.Execution),
	}
	jobs := &crawljob.Reconciler{Runner: launcher, Recorder: m.GetEventRecorder(eventComponent), WatchKubernetesJobs: true}
	if err := p.setUp(ctx, m, jobs, companyDefinition{reader: m.GetAPIReader(), discovery: check.discovery}); err != nil {
		return err
	}
	for _, r := range []manager.Runnable{check, &cacheSync{cache: m.GetCache(), ready: &p.ready}} {
		if err := m.Add(r); err != nil {
			return fmt.Errorf("add the readiness checks: %w", err)
		}
	}
	return p.run(ctx, m)
}

// newOperatorManager returns the Manager of the operator.
func (a *app) newOperatorManager(config *rest.Config, p *process, leaseNamespace string) (manager.Manager, error) {
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	o := p.managerOptions(scheme)
	o.LeaderElection, o.LeaderElectionID, o.LeaderElectionNamespace = true, "clausea-operator", leaseNamespace
	o.LeaderElectionReleaseOnCancel = true
	if ns := a.values.WatchNamespace; ns != "" {
		o.Cache.DefaultNamespaces = map[string]cache.Config{ns: {}}
	}
	// Cache only the Jobs and pods of this operator.
	own := cache.ByObject{Label: labels.SelectorFromSet(kubejob.Labels())}
	o.Cache.ByObject = map[client.Object]cache.ByObject{&batchv1.Job{}: own, &corev1.Pod{}: own}
	m, err := ctrl.NewManager(config, o)
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	return m, nil
}

// cacheSync reports that the informers of a Manager have listed their resources.
type cacheSync struct {
	cache cache.Cache
	ready *readyState
}

// Start implements manager.Runnable.
func (c *cacheSync) Start(ctx context.Context) error {
	c.ready.set(componentCaches, "waiting for the informers to list the resources")
	if c.cache.WaitForCacheSync(ctx) {
		c.ready.set(componentCaches, "")
	}
	return nil
}

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (c *cacheSync) NeedLeaderElection() bool { return false }
