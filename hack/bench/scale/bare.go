package scale

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/cli"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store/mongo"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// Children are the measured programs.
var Children = map[string]func(args []string) error{
	// clausea is the complete program.
	"clausea": func(args []string) error {
		if code := cli.Main(args); code != 0 {
			os.Exit(code)
		}
		return nil
	},
	"bare": bare,
	// fetch only sends requests.
	"fetch": fetchList,
}

// bare runs a minimal controller on a stock manager. It only gets each object from the
// cache, and the framework counts the reconcile.
func bare(args []string) error {
	flags := flag.NewFlagSet("bare", flag.ContinueOnError)
	at := flags.String("store", "", "store; empty means the cluster of KUBECONFIG")
	port := flags.String("port", "0", "port of the metrics")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ctrl.SetLogger(logr.Discard())
	o := ctrl.Options{Scheme: scheme, Logger: logr.Discard(), Metrics: metricsserver.Options{BindAddress: "127.0.0.1:" + *port}}
	m, end, err := bareManager(ctx, *at, o)
	if err != nil {
		return err
	}
	defer end()
	for name, obj := range map[string]client.Object{"company": &v1alpha1.Company{}, "crawljob": &v1alpha1.CrawlJob{}} {
		get := reconcile.Func(func(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
			one, ok := obj.DeepCopyObject().(client.Object)
			if !ok {
				return reconcile.Result{}, fmt.Errorf("a %s has no metadata", name)
			}
			return reconcile.Result{}, client.IgnoreNotFound(m.GetClient().Get(ctx, req.NamespacedName, one))
		})
		err := ctrl.NewControllerManagedBy(m).Named(name).For(obj).WithOptions(controller.Options{MaxConcurrentReconciles: 4}).Complete(get)
		if err != nil {
			return fmt.Errorf("set up %s: %w", name, err)
		}
	}
	return m.Start(ctx)
}

func bareManager(ctx context.Context, at string, o ctrl.Options) (ctrl.Manager, func(), error) {
	if at == "" {
		config, err := ctrl.GetConfig()
		if err != nil {
			return nil, nil, fmt.Errorf("find the cluster: %w", err)
		}
		m, err := ctrl.NewManager(config, o)
		return m, func() {}, err
	}
	var s crawlStore
	var err error
	if strings.HasPrefix(at, "mongodb://") {
		s, err = mongo.Open(ctx, at, "")
	} else {
		s, err = sqlite.Open(ctx, at)
	}
	if err != nil {
		return nil, nil, err
	}
	m, err := kubestore.NewManager(ctx, s, o, "", "", kubestore.Election{})
	return m, func() { _ = s.Close(context.WithoutCancel(ctx)) }, err
}
