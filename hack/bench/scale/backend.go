package scale

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
	"github.com/clausea/crawler/internal/store/sqlite"
)

var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(s))
	utilruntime.Must(v1alpha1.AddToScheme(s))
	return s
}()

// backend stores the resources.
type backend struct {
	name string
	// args run the program's controllers on the backend. kubeconfig is the file for the
	// API server, or "".
	args         []string
	kubeconfig   string
	config       *rest.Config
	profiles     string // prefix of the files for CPU profiles
	programCount int
	folder       string // of the embedded store
	openStore    func(context.Context) (crawlStore, error)
	close        func()
}

// withClient calls do with a client of the backend. The embedded store has one owner: if a
// program has opened it, the client uses its socket.
func (b *backend) withClient(ctx context.Context, do func(resourceClient) error) error {
	switch {
	case b.config != nil:
		k, err := client.New(b.config, client.Options{Scheme: scheme})
		if err != nil {
			return fmt.Errorf("connect to the API server: %w", err)
		}
		return do(k)
	case b.folder != "":
		if c := dialSocket(ctx, b.folder); c != nil {
			defer c.close()
			return do(c)
		}
	}
	s, err := b.openStore(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	return do(kubestore.NewClient(s, scheme))
}

// apiServerBackend starts etcd and an API server.
func apiServerBackend(dir string) (*backend, error) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		return nil, errors.New("find an API server: set KUBEBUILDER_ASSETS to the folder that hack/kube/get.sh prints")
	}
	env := &envtest.Environment{BinaryAssetsDirectory: assets, CRDDirectoryPaths: []string{filepath.Join("config", "crd", "bases")}, ErrorIfCRDPathMissing: true}
	config, err := env.Start()
	if err != nil {
		return nil, fmt.Errorf("start an API server: %w", err)
	}
	b := &backend{name: "API server", close: func() { _ = env.Stop() }}
	user, err := env.AddUser(envtest.User{Name: "clausea", Groups: []string{"system:masters"}}, nil)
	if err != nil {
		b.close()
		return nil, fmt.Errorf("create a user of the API server: %w", err)
	}
	text, err := user.KubeConfig()
	if err != nil {
		b.close()
		return nil, fmt.Errorf("write a kubeconfig: %w", err)
	}
	b.kubeconfig = filepath.Join(dir, "kubeconfig")
	if err := os.WriteFile(b.kubeconfig, text, 0o600); err != nil {
		b.close()
		return nil, fmt.Errorf("write a kubeconfig: %w", err)
	}
	config.QPS = -1 // the client of the benchmark must not be throttled
	b.config = config
	b.args = []string{"operator", "--leader-election-namespace", "default", "--store", filepath.Join(dir, "documents")}
	return b, nil
}

// crawlStore is what controllers and crawls use of a store.
type crawlStore interface {
	run.Store
	store.Objects
	Close(ctx context.Context) error
}

// mongoDBBackend starts MongoDB with one member.
func mongoDBBackend(ctx context.Context, dir string) (*backend, error) {
	bin, err := replicaset.Find()
	if err != nil {
		return nil, err
	}
	set, err := replicaset.Start(ctx, bin, filepath.Join(dir, "mongod"), 1)
	if err != nil {
		return nil, err
	}
	uri := strings.Replace(set.URI, "/?", "/scale?", 1)
	return &backend{
		name: "kubestore, MongoDB", args: []string{"standalone", "--store", uri}, close: set.Close,
		openStore: func(ctx context.Context) (crawlStore, error) {
			s, err := mongo.Open(ctx, uri, "")
			if err != nil {
				return nil, err
			}
			_, err = s.Migrate(ctx)
			return s, err
		},
	}, nil
}

func embeddedBackend(dir string) *backend {
	folder := filepath.Join(dir, "embedded")
	return &backend{
		name: "kubestore, embedded", args: []string{"standalone", "--store", folder}, folder: folder, close: func() {},
		openStore: func(ctx context.Context) (crawlStore, error) { return sqlite.Open(ctx, folder) },
	}
}

// fillConcurrency is the number of concurrent writers that fill a backend.
const fillConcurrency = 16

// fill creates the resources.
func (b *backend) fill(ctx context.Context, companies int) error {
	if b.config != nil {
		k, err := client.New(b.config, client.Options{Scheme: scheme})
		if err != nil {
			return fmt.Errorf("connect to the API server: %w", err)
		}
		return forEach(ctx, companies, func(ctx context.Context, i int) error { return createResources(ctx, k, i) })
	}
	s, err := b.openStore(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	return forEach(ctx, companies, func(ctx context.Context, i int) error { return putResources(ctx, s, i) })
}

// createResources creates a Company and its CrawlJobs through the API server.
func createResources(ctx context.Context, k client.Client, i int) error {
	var last *v1alpha1.CrawlJob
	for n := range jobsPerCompany {
		last = newCrawlJob(i, n)
		if err := k.Create(ctx, last); err != nil {
			return err
		}
		setCompleteStatus(last)
		if err := k.Status().Update(ctx, last); err != nil {
			return err
		}
	}
	c := newCompany(i)
	if err := k.Create(ctx, c); err != nil {
		return err
	}
	setCrawledStatus(c, last)
	return k.Status().Update(ctx, c)
}

// putResources writes a Company and its CrawlJobs to a store in their final form, which
// is faster than creating and updating them through a client.
func putResources(ctx context.Context, s store.Objects, i int) error {
	made := func(m *metav1.ObjectMeta) {
		m.UID, m.Generation, m.CreationTimestamp = types.UID(uuid.NewString()), 1, metav1.Now().Rfc3339Copy()
	}
	var last *v1alpha1.CrawlJob
	for n := range jobsPerCompany {
		last = newCrawlJob(i, n)
		made(&last.ObjectMeta)
		limit := int32(3) // the default of the schema
		last.Spec.BackoffLimit = &limit
		setCompleteStatus(last)
		if err := createObject(ctx, s, last, last.Kind, last.ObjectMeta); err != nil {
			return err
		}
	}
	c := newCompany(i)
	made(&c.ObjectMeta)
	setCrawledStatus(c, last)
	return createObject(ctx, s, c, c.Kind, c.ObjectMeta)
}

func createObject(ctx context.Context, s store.Objects, obj any, kind string, m metav1.ObjectMeta) error {
	b, err := json.Marshal(obj)
	if err != nil {
		return fmt.Errorf("encode %s: %w", m.Name, err)
	}
	o := store.Object{ObjectKey: store.ObjectKey{Kind: kind, Namespace: m.Namespace, Name: m.Name}, UID: string(m.UID), Labels: m.Labels, JSON: b}
	_, err = s.CreateObject(ctx, o)
	return err
}

// forEach calls do for 0 to n-1, with fillConcurrency concurrent calls.
func forEach(ctx context.Context, n int, do func(context.Context, int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range fillConcurrency {
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return nil
				}
				if err := do(ctx, i); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}
