package apitest

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// adminKey is the key of the settings.
const adminKey = "suite-admin-key"

var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(s))
	utilruntime.Must(v1alpha1.AddToScheme(s))
	return s
}()

// deployment is an API with its own namespace and its own store. No controller runs: the tests
// write what controllers and crawls write.
type deployment struct {
	t         *testing.T
	store     store.Store
	resources service.Resources
	endpoints service.WebhookEndpoints
	url       string
	// connect opens the store of another process, or returns the same store if only one process
	// can open it.
	connect func(t *testing.T) store.Store
}

// deployments opens a new deployment of each kind by its name.
var deployments = map[string]func(t *testing.T) *deployment{
	"operator":             newOperator,
	"standalone, MongoDB":  func(t *testing.T) *deployment { return newStandalone(t, newMongoDB(t)) },
	"standalone, embedded": func(t *testing.T) *deployment { return newStandalone(t, newEmbedded(t)) },
}

// connector opens a store.
type connector func(t *testing.T) store.Store

// newEmbedded creates an embedded store. Only one process can open it.
func newEmbedded(t *testing.T) connector {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return func(*testing.T) store.Store { return s }
}

// newMongoDB creates a database, which is dropped after the test.
func newMongoDB(t *testing.T) connector {
	t.Helper()
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	name := "test_" + rand.Text()
	open := func(t *testing.T) *mongo.Store {
		t.Helper()
		s, err := mongo.Open(t.Context(), mongoURI, name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := open(t)
	t.Cleanup(func() {
		if err := errors.Join(first.Drop(context.Background()), first.Close(context.Background())); err != nil {
			t.Errorf("remove the database: %v", err)
		}
	})
	if _, err := first.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T) store.Store {
		t.Helper()
		s := open(t)
		t.Cleanup(func() { _ = s.Close(context.Background()) })
		return s
	}
}

// newOperator is a namespace of the API server, with its records in MongoDB.
func newOperator(t *testing.T) *deployment {
	t.Helper()
	connect := newMongoDB(t)
	c, err := client.New(cluster, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	if err := c.Create(t.Context(), namespace); err != nil {
		t.Fatal(err)
	}
	m, err := ctrl.NewManager(cluster, managerOptions(cache.Options{DefaultNamespaces: map[string]cache.Config{namespace.Name: {}}}))
	if err != nil {
		t.Fatal(err)
	}
	return newDeployment(t, connect, connect(t), c, m, namespace.Name)
}

// newStandalone has its resources and its records in one store.
func newStandalone(t *testing.T, connect connector) *deployment {
	t.Helper()
	s := connect(t)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	m, err := kubestore.NewManager(ctx, s, managerOptions(cache.Options{}), "", "", kubestore.Election{})
	if err != nil {
		t.Fatal(err)
	}
	return newDeployment(t, connect, s, kubestore.NewClient(s, scheme), m, kubestore.DefaultNamespace)
}

func managerOptions(o cache.Options) ctrl.Options {
	return ctrl.Options{Scheme: scheme, Logger: logr.Discard(), Metrics: metricsserver.Options{BindAddress: "0"}, Cache: o}
}

// newDeployment starts the manager, for its cache, and the API.
func newDeployment(t *testing.T, connect connector, s store.Store, c client.Client, m ctrl.Manager, namespace string) *deployment {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the manager ended: %v", err)
		}
	})
	for _, kind := range []client.Object{&v1alpha1.Company{}, &v1alpha1.CrawlJob{}} {
		if _, err := m.GetCache().GetInformer(t.Context(), kind); err != nil {
			t.Fatal(err)
		}
	}
	changes, err := service.CountCompanyChanges(ctx, m.GetCache())
	if err != nil {
		t.Fatal(err)
	}
	d := &deployment{t: t, store: s, resources: service.Resources{Client: c, Cache: m.GetCache(), Namespace: namespace, CompanyChanges: changes}, connect: connect}
	d.serve()
	return d
}

// serve starts the API over the store of the deployment.
func (d *deployment) serve() {
	d.t.Helper()
	authenticator := service.NewAuthenticator(d.store, adminKey)
	server, err := httpapi.New(httpapi.Options{
		Services: service.New(service.Dependencies{
			Store: d.store, Resources: d.resources, Authenticator: authenticator, Endpoints: d.endpoints, Log: logr.Discard(),
		}),
		Version: "test", Authenticate: authenticator.Authenticate, Limiter: ratelimit.NewMemory(), Limits: httpapi.DefaultLimits(), Idempotency: d.store, Log: logr.Discard(), Stop: d.t.Context(),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	h := httptest.NewServer(server.Handler())
	d.t.Cleanup(h.Close)
	d.url = h.URL
}

// replica starts the API of another process on the same deployment.
func (d *deployment) replica() *deployment {
	d.t.Helper()
	r := *d
	r.store = d.connect(d.t)
	r.serve()
	return &r
}

// key returns the key of a company in the store.
func (d *deployment) key(company string) string {
	return v1alpha1.StoreKey(d.resources.Namespace, company)
}
