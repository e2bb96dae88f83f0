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
	"github.com/clausea/crawler/internal/kubestore/remote"
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

// backend is where the resources lie and the controllers run over them.
type backend struct {
	name string
	// args are the program's, to run its controllers and no crawls; kubeconfig is of
	// the API server, if that is the home.
	args         []string
	kubeconfig   string
	config       *rest.Config
	profiles     string // beginning of the names of CPU profiles
	programCount int
	folder       string // of the embedded store, which the process that owns it serves
	openStore    func(context.Context) (store.Store, error)
	close        func()
}

// withClient gives a client of the home to do. Whatever owns the embedded store must run, or
// nobody.
func (h *backend) withClient(ctx context.Context, do func(client.Client) error) error {
	switch {
	case h.config != nil:
		k, err := client.New(h.config, client.Options{Scheme: scheme})
		if err != nil {
			return fmt.Errorf("connect to the API server: %w", err)
		}
		return do(k)
	case h.folder != "":
		if objects, err := remote.Dial(ctx, filepath.Join(h.folder, "clausea.sock")); err == nil {
			return do(kubestore.NewClient(objects, scheme))
		}
	}
	s, err := h.openStore(ctx)
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
		return nil, errors.New("KUBEBUILDER_ASSETS names no API server: set it to what hack/kube/get.sh prints")
	}
	env := &envtest.Environment{BinaryAssetsDirectory: assets, CRDDirectoryPaths: []string{filepath.Join("config", "crd", "bases")}, ErrorIfCRDPathMissing: true}
	config, err := env.Start()
	if err != nil {
		return nil, fmt.Errorf("start an API server: %w", err)
	}
	h := &backend{name: "API server", close: func() { _ = env.Stop() }}
	user, err := env.AddUser(envtest.User{Name: "clausea", Groups: []string{"system:masters"}}, nil)
	if err != nil {
		h.close()
		return nil, fmt.Errorf("make a user of the API server: %w", err)
	}
	text, err := user.KubeConfig()
	if err != nil {
		h.close()
		return nil, fmt.Errorf("write a kubeconfig: %w", err)
	}
	h.kubeconfig = filepath.Join(dir, "kubeconfig")
	if err := os.WriteFile(h.kubeconfig, text, 0o600); err != nil {
		h.close()
		return nil, fmt.Errorf("write a kubeconfig: %w", err)
	}
	config.QPS = -1 // the bench's own client is not what is measured
	h.config = config
	h.args = []string{"operator", "--leader-election-namespace", "default", "--store", filepath.Join(dir, "documents")}
	return h, nil
}

// mongoDBBackend starts a MongoDB of one member.
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
		openStore: func(ctx context.Context) (store.Store, error) {
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
		openStore: func(ctx context.Context) (store.Store, error) { return sqlite.Open(ctx, folder) },
	}
}

// fillConcurrency fill a home at once.
const fillConcurrency = 16

// fill makes the resources.
func (h *backend) fill(ctx context.Context, companies int) error {
	if h.config != nil {
		return h.withClient(ctx, func(k client.Client) error {
			return forEach(ctx, companies, func(ctx context.Context, i int) error { return createResources(ctx, k, i) })
		})
	}
	s, err := h.openStore(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	return forEach(ctx, companies, func(ctx context.Context, i int) error { return putResources(ctx, s, i) })
}

// createResources makes a Company and its jobs by an API server's client.
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

// putResources writes them into a store, each once, as its client would have in the end.
func putResources(ctx context.Context, s store.Objects, i int) error {
	made := func(m *metav1.ObjectMeta) {
		m.UID, m.Generation, m.CreationTimestamp = types.UID(uuid.NewString()), 1, metav1.Now().Rfc3339Copy()
	}
	var last *v1alpha1.CrawlJob
	for n := range jobsPerCompany {
		last = newCrawlJob(i, n)
		made(&last.ObjectMeta)
		limit := int32(3) // as the schema fills in
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
		return fmt.Errorf("write %s as JSON: %w", m.Name, err)
	}
	o := store.Object{ObjectKey: store.ObjectKey{Kind: kind, Namespace: m.Namespace, Name: m.Name}, UID: string(m.UID), Labels: m.Labels, JSON: b}
	_, err = s.CreateObject(ctx, o)
	return err
}

// forEach does something for n things, some at once.
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
