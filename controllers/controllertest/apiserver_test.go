package controllertest

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
)

// The servers that all tests of the package share. With -short they are not started.
var (
	cluster  *rest.Config
	mongoURI string
)

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	ctrl.SetLogger(logr.Discard())
	flag.Parse()
	if testing.Short() {
		return m.Run()
	}
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		fmt.Fprintln(os.Stderr, "set KUBEBUILDER_ASSETS to the folder that hack/kube/get.sh prints, or test with -short")
		return 1
	}
	env := &envtest.Environment{
		BinaryAssetsDirectory: assets,
		CRDDirectoryPaths:     []string{filepath.Join("..", "..", "config", "crd", "bases")}, ErrorIfCRDPathMissing: true,
		ControlPlaneStartTimeout: timeout, ControlPlaneStopTimeout: timeout, CRDInstallOptions: envtest.CRDInstallOptions{MaxTime: timeout},
	}
	config, err := env.Start()
	if err != nil {
		fmt.Fprintln(os.Stderr, "start the API server:", err)
		return 1
	}
	defer func() { _ = env.Stop() }()
	config.QPS, config.Burst = 500, 1000
	cluster = config
	if mongoURI = os.Getenv("CLAUSEA_TEST_MONGO_URI"); mongoURI == "" {
		mongod, err := replicaset.Find()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		set, err := replicaset.Start(context.Background(), mongod, "", 3)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer set.Close()
		mongoURI = set.URI
	}
	return m.Run()
}

// clusterClient returns a client of the API server and an empty namespace.
func clusterClient(t *testing.T) (client.Client, string) {
	t.Helper()
	if cluster == nil {
		t.Skip("starts an API server")
	}
	c, err := client.New(cluster, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	if err := c.Create(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	return c, ns.Name
}

// onCluster returns a backend on the API server. Its runs are in an embedded store.
func onCluster(t *testing.T) *backend {
	t.Helper()
	c, ns := clusterClient(t)
	o := options()
	o.Cache = cache.Options{DefaultNamespaces: map[string]cache.Config{ns: {}}}
	m, err := ctrl.NewManager(cluster, o)
	if err != nil {
		t.Fatal(err)
	}
	s, log := openEmbedded(t), &eventLog{stored: c}
	start(t, m, s, log)
	return &backend{t: t, client: c, namespace: ns, store: s, queue: &queue.Queue{Runs: s}, events: log}
}

// openMongo opens an empty database and drops it after the test.
func openMongo(t *testing.T) store.Store {
	t.Helper()
	if mongoURI == "" {
		t.Skip("starts MongoDB")
	}
	s, err := mongo.Open(t.Context(), mongoURI, "test_"+rand.Text())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Drop(context.Background()), s.Close(context.Background())); err != nil {
			t.Errorf("remove the database: %v", err)
		}
	})
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
