package scale

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/company"
	"github.com/clausea/crawler/controllers/crawljob"
	"github.com/clausea/crawler/controllers/index"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/demo"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/run/records"
	"github.com/clausea/crawler/internal/store"
)

const (
	crawls      = 10
	crawlsDelay = 500 * time.Millisecond // between the requests of a crawl
)

// writeCounts counts the controllers' writes of objects and of events.
type writeCounts struct{ objects, events atomic.Int64 }

// countingStore counts the writes to the objects of a store.
type countingStore struct {
	store.Objects
	n *writeCounts
}

func (c *countingStore) count(kind string) {
	if kind == "Event" {
		c.n.events.Add(1)
	} else {
		c.n.objects.Add(1)
	}
}

func (c *countingStore) CreateObject(ctx context.Context, o store.Object) (store.Object, error) {
	c.count(o.Kind)
	return c.Objects.CreateObject(ctx, o)
}

func (c *countingStore) UpdateObject(ctx context.Context, o store.Object) (store.Object, error) {
	c.count(o.Kind)
	return c.Objects.UpdateObject(ctx, o)
}

func (c *countingStore) DeleteObject(ctx context.Context, k store.ObjectKey, version string) error {
	c.count(k.Kind)
	return c.Objects.DeleteObject(ctx, k, version)
}

// countingTransport counts the writes to an API server.
type countingTransport struct {
	http.RoundTripper
	n *writeCounts
}

func (c *countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case r.Method == http.MethodGet:
	case strings.Contains(r.URL.Path, "/events"):
		c.n.events.Add(1)
	default:
		c.n.objects.Add(1)
	}
	return c.RoundTripper.RoundTrip(r)
}

// countWrites crawls the demo site for several Companies with the real engine and counts the
// controllers' writes to the API in the meantime.
func (b *backend) countWrites(ctx context.Context, s crawlStore) (n *writeCounts, fetched int64, took time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n = &writeCounts{}
	site, err := demo.Start(ctx)
	if err != nil {
		return nil, 0, 0, err
	}
	defer site.Close()
	o := ctrl.Options{Scheme: scheme, Logger: logr.Discard(), Metrics: metricsserver.Options{BindAddress: "0"}}
	var m ctrl.Manager
	var people client.Client
	var recorder events.EventRecorder
	if b.config != nil {
		config := rest.CopyConfig(b.config)
		config.Wrap(func(rt http.RoundTripper) http.RoundTripper { return &countingTransport{rt, n} })
		if m, err = ctrl.NewManager(config, o); err != nil {
			return nil, 0, 0, fmt.Errorf("connect to the API server: %w", err)
		}
		if people, err = client.New(b.config, client.Options{Scheme: scheme}); err != nil {
			return nil, 0, 0, fmt.Errorf("connect to the API server: %w", err)
		}
		recorder = m.GetEventRecorder("clausea")
	} else {
		counted := &countingStore{s, n}
		if m, err = kubestore.NewManager(ctx, counted, o, "", "", kubestore.Election{}); err != nil {
			return nil, 0, 0, err
		}
		people, recorder = kubestore.NewClient(s, scheme), kubestore.NewRecorder(ctx, counted, logr.Discard())
	}
	if err := setUpControllers(ctx, m, s, site, recorder); err != nil {
		return nil, 0, 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- m.Start(ctx) }()
	begun := time.Now()
	err = runCrawls(ctx, people)
	took = time.Since(begun)
	if err == nil {
		// The last event and the status of the last Company follow the end of its crawl.
		select {
		case <-time.After(2 * time.Second):
		case <-ctx.Done():
		}
	}
	cancel()
	if merr := <-ended; err == nil {
		err = merr
	}
	fetched, _ = site.RequestCounts()
	return n, fetched, took, err
}

// skipNames allows two controllers with the same name in one process.
func skipNames() controller.Options {
	yes := true
	return controller.Options{SkipNameValidation: &yes}
}

// setUpControllers sets up both controllers, with workers for all crawls at the same time.
func setUpControllers(ctx context.Context, m ctrl.Manager, s crawlStore, site *demo.Site, recorder events.EventRecorder) error {
	to, err := fetch.ParseConnectTo(":443:" + site.Addr)
	if err != nil {
		return err
	}
	f, err := fetch.New(fetch.Config{
		Guard: netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}), CAFile: site.CAFile, ConnectTo: []fetch.ConnectTo{to},
	})
	if err != nil {
		return err
	}
	jobs := &crawljob.Reconciler{Client: m.GetClient(), Runner: &queue.Queue{Runs: s}, Recorder: recorder}
	companies := &company.Reconciler{Client: m.GetClient(), Records: records.Records{Store: s}, Recorder: recorder}
	pool := &queue.Pool{
		Store: s, MaxConcurrentRuns: crawls, Log: logr.Discard(),
		Runner: &run.Runner{Engine: crawl.New(f), Store: s, Log: logr.Discard(), WorkerID: "bench"},
	}
	if err := index.Register(ctx, m.GetFieldIndexer()); err != nil {
		return err
	}
	if err := jobs.SetupWithManager(m, skipNames()); err != nil {
		return err
	}
	if err := companies.SetupWithManager(m, skipNames()); err != nil {
		return err
	}
	return m.Add(pool)
}

// runCrawls creates a Company and a CrawlJob for each crawl and waits until the crawls finish.
func runCrawls(ctx context.Context, k resourceClient) error {
	for i := range crawls {
		c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: fmt.Sprint("crawled-", i)}}
		c.Spec.Domains = []v1alpha1.Domain{demo.Domain}
		c.Spec.Crawl = &v1alpha1.CrawlLimits{Delay: &metav1.Duration{Duration: crawlsDelay}}
		j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: c.Name}}
		j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: c.Name}
		for _, obj := range []client.Object{c, j} {
			if err := k.Create(ctx, obj); err != nil {
				return fmt.Errorf("create crawl %d: %w", i, err)
			}
		}
	}
	for i := range crawls {
		for {
			j := &v1alpha1.CrawlJob{}
			if err := k.Get(ctx, client.ObjectKey{Namespace: "default", Name: fmt.Sprint("crawled-", i)}, j); err != nil {
				return fmt.Errorf("read crawl %d: %w", i, err)
			}
			if j.Finished() {
				if v1alpha1.IsFailure(j.Status.Reason) {
					return fmt.Errorf("crawl %d failed: %s", i, j.Status.Message)
				}
				break
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(pollInterval):
			}
		}
	}
	return nil
}
