package dashboardtest

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/dashboard"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/oidc"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/signin"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// password is the password of the owner.
const password = "correct horse battery staple"

// system is a dashboard over an embedded store.
type system struct {
	t         *testing.T
	store     store.Store
	resources client.Client
	dashboard *dashboard.Server
	url       string
}

func startSystem(t *testing.T) *system {
	t.Helper()
	return startSystemWith(t, nil)
}

// startSystemWith starts a system whose users can also sign in with an identity provider.
func startSystemWith(t *testing.T, provider *oidc.Provider) *system {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	out := &system{t: t, store: s, resources: kubestore.NewClient(s, scheme)}
	services := service.New(service.Dependencies{
		Store: s, Resources: service.Resources{Client: out.resources, Cache: out.resources, Namespace: kubestore.DefaultNamespace}, Log: logr.Discard(),
	})
	owner := signin.User{Name: signin.Owner, Role: signin.Operator, Hash: signin.NewHash(password)}
	stop, cancel := context.WithCancel(t.Context())
	out.dashboard, err = dashboard.New(dashboard.Options{
		Services: services, SignIn: signin.New([]signin.User{owner}, ratelimit.NewMemory()), Version: "test", Log: logr.Discard(), Stop: stop, OIDC: provider,
	})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(out.dashboard.Handler())
	t.Cleanup(h.Close)
	t.Cleanup(cancel)
	out.url = h.URL
	return out
}
