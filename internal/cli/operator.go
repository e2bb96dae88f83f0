package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/run/kubejob"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/settings"
)

// +kubebuilder:rbac:groups=coordination.k8s.io,resources=leases,verbs=get;list;watch;create;update;patch;delete

// The client's rate to the API server. Its defaults (20 and 30) are what makes
// operators slow; status writes are few, so that this is for the start and for bursts.
const (
	clientQPS   = 100
	clientBurst = 200
)

func newOperator(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "operator",
		Short: "Run the controllers on Kubernetes",
		Long: `Run the controllers of Companies and CrawlJobs on Kubernetes, in a pod or with the
kubeconfig of KUBECONFIG. Documents are kept in MongoDB. Crawls run in this process,
or as Kubernetes Jobs on any node.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.signalled(cmd.Context(), a.operator(cmd)) },
	}
	return a.configured(cmd, settings.CommandOperator)
}

func (a *app) operator(cmd *cobra.Command) error {
	ctx := cmd.Context()
	pod, err := workerPod(a.values)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return &exitError{exitUsage, fmt.Errorf("find the cluster: run in a pod, or set KUBECONFIG: %w", err)}
	}
	config.QPS, config.Burst = clientQPS, clientBurst
	r, err := a.newRole(ctx, nil)
	if err != nil {
		return err
	}
	defer r.end()
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	o := r.managerOptions(scheme)
	o.LeaderElection, o.LeaderElectionID, o.LeaderElectionNamespace = true, "clausea-operator", a.values.LeaderNamespace
	o.LeaderElectionReleaseOnCancel = true
	if ns := a.values.WatchNamespace; ns != "" {
		o.Cache.DefaultNamespaces = map[string]cache.Config{ns: {}}
	}
	m, err := ctrl.NewManager(config, o)
	if err != nil {
		return fmt.Errorf("connect to the cluster: %w", err)
	}
	launcher := &kubejob.Launcher{
		Queue: &queue.Queue{Runs: r.store}, Client: m.GetClient(), Pod: pod, Default: v1alpha1.Execution(a.values.Execution),
	}
	if err := r.setUp(ctx, m, launcher, m.GetEventRecorder("clausea")); err != nil {
		return err
	}
	return r.run(ctx, m)
}

// workerPod is what the settings say of the pods of execution Job.
func workerPod(v *settings.Values) (kubejob.Pod, error) {
	if v.Execution == string(v1alpha1.ExecutionJob) && v.WorkerImage == "" {
		return kubejob.Pod{}, v.Wrong(&v.WorkerImage, "", "the image of the workers' pods, since execution is Job")
	}
	memory, err := resource.ParseQuantity(v.WorkerMemory)
	if err != nil {
		return kubejob.Pod{}, v.Wrong(&v.WorkerMemory, v.WorkerMemory, "a quantity such as 384Mi")
	}
	optional := false
	return kubejob.Pod{
		Image: v.WorkerImage, PriorityClassName: v.WorkerPriorityClass,
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("50m"), corev1.ResourceMemory: resource.MustParse("96Mi")},
			Limits:   corev1.ResourceList{corev1.ResourceMemory: memory},
		},
		EnvFrom: []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: v.WorkerSecret}, Optional: &optional}}},
	}, nil
}
