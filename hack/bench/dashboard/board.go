package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/dashboard"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/signin"
	"github.com/clausea/crawler/internal/store"
)

// password is the password of the owner.
const password = "correct horse battery staple"

// startTimeout bounds the time until the cache has all companies.
const startTimeout = 5 * time.Minute

// board is a dashboard in this process.
type board struct {
	handler http.Handler
	routes  []dashboard.Route
	cookies []*http.Cookie
	cancel  context.CancelFunc
	ended   chan error
}

// startBoard starts the cache of the companies and a dashboard over s, and signs in.
func startBoard(ctx context.Context, s store.Store) (*board, error) {
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return nil, fmt.Errorf("create the scheme: %w", err)
	}
	ctrl.SetLogger(logr.Discard())
	ctx, cancel := context.WithCancel(ctx)
	b := &board{cancel: cancel, ended: make(chan error, 1)}
	m, err := kubestore.NewManager(ctx, s, ctrl.Options{Scheme: scheme, Logger: logr.Discard(), Metrics: metricsserver.Options{BindAddress: "0"}}, "", "", kubestore.Election{})
	if err != nil {
		cancel()
		return nil, err
	}
	go func() { b.ended <- m.Start(ctx) }()
	if err := b.open(ctx, s, m, scheme); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// open creates the dashboard over the cache of a manager.
func (b *board) open(ctx context.Context, s store.Store, m ctrl.Manager, scheme *runtime.Scheme) error {
	start, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for _, kind := range []client.Object{&v1alpha1.Company{}, &v1alpha1.CrawlJob{}} {
		if _, err := m.GetCache().GetInformer(start, kind); err != nil {
			return fmt.Errorf("fill the cache: %w", err)
		}
	}
	changes, err := service.CountCompanyChanges(ctx, m.GetCache())
	if err != nil {
		return err
	}
	services := service.New(service.Dependencies{
		Store: s, Log: logr.Discard(), Process: service.Process{Version: "bench"},
		Resources: service.Resources{Client: kubestore.NewClient(s, scheme), Cache: m.GetCache(), Namespace: kubestore.DefaultNamespace, CompanyChanges: changes},
	})
	owner := signin.User{Name: signin.Owner, Role: signin.Operator, Hash: signin.NewHash(password)}
	d, err := dashboard.New(dashboard.Options{Services: services, SignIn: signin.New([]signin.User{owner}, ratelimit.NewMemory()), Version: "bench", Log: logr.Discard(), Stop: ctx})
	if err != nil {
		return err
	}
	b.handler, b.routes = d.Handler(), d.Routes()
	form := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost"+dashboard.Base+"/sign-in", strings.NewReader(url.Values{"password": {password}}.Encode()))
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	form.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, form)
	if b.cookies = w.Result().Cookies(); w.Code != http.StatusSeeOther {
		return fmt.Errorf("sign in: status %d", w.Code)
	}
	return nil
}

func (b *board) close() {
	b.cancel()
	if err := <-b.ended; err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "the dashboard's cache ended:", err)
	}
}

// processTime returns the CPU time of this process until now.
func processTime() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("read the CPU time of the process: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// get requests a page. It returns its size in bytes and the time that the dashboard took.
func (b *board) get(ctx context.Context, path string) (size int, took time.Duration, err error) {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+dashboard.Base+path, nil)
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	start := time.Now()
	b.handler.ServeHTTP(w, r)
	took = time.Since(start)
	if w.Code != http.StatusOK {
		return 0, 0, fmt.Errorf("get %s: status %d: %.2000s", path, w.Code, w.Body)
	}
	return w.Body.Len(), took, nil
}
