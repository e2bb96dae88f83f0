package oidc

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-logr/logr"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/dashboard"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/oidc"
	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/signin"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// The client of the dashboard at the provider, and the accounts of the provider.
const (
	clientID     = "dashboard"
	clientSecret = "secret of the client"
	operator     = "test-user@127.0.0.1" // has the address test-user@zitadel.ch
	stranger     = "test-user2"
	password     = "verysecure"
)

// system is a dashboard without passwords, and the provider whose users sign in to it.
type system struct {
	dashboard, provider *httptest.Server
}

// listen returns a server whose URL is known before its handler.
func listen(t *testing.T) *httptest.Server {
	s := httptest.NewUnstartedServer(nil)
	s.EnableHTTP2 = false
	t.Cleanup(s.Close)
	return s
}

// start starts both. The role of the operator comes from the user info endpoint.
func start(t *testing.T) system {
	t.Helper()
	out := system{dashboard: listen(t), provider: listen(t)}
	issuer, url := "https://"+out.provider.Listener.Addr().String(), "https://"+out.dashboard.Listener.Addr().String()
	storage.RegisterClients(storage.WebClient(clientID, clientSecret, url+dashboard.CallbackPath))
	out.provider.Config.Handler = exampleop.SetupServer(issuer, storage.NewStorage(storage.NewUserStore(issuer)), slog.New(slog.NewTextHandler(io.Discard, nil)), false)
	out.provider.StartTLS()

	roles, err := oidc.ParseRoles("email:test-user@zitadel.ch=operator")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := oidc.New(oidc.Options{
		Issuer: issuer, ClientID: clientID, ClientSecret: clientSecret, URL: url + dashboard.CallbackPath, Scopes: []string{"email", "profile"},
		Roles: roles, Client: out.provider.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := provider.SessionKey()
	if err != nil {
		t.Fatal(err)
	}
	in := signin.New(nil, ratelimit.NewMemory())
	in.AcceptProvider(oidc.UserPrefix, key)
	stop, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	d, err := dashboard.New(dashboard.Options{Services: services(t), SignIn: in, OIDC: provider, URL: url, Version: "test", Log: logr.Discard(), Stop: stop})
	if err != nil {
		t.Fatal(err)
	}
	out.dashboard.Config.Handler = d.Handler()
	out.dashboard.StartTLS()
	return out
}

// services returns the use cases over an embedded store.
func services(t *testing.T) service.Services {
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
	c := kubestore.NewClient(s, scheme)
	return service.New(service.Dependencies{Store: s, Resources: service.Resources{Client: c, Cache: c, Namespace: kubestore.DefaultNamespace}, Log: logr.Discard()})
}

// client returns a client that trusts both servers: their certificate is the same.
func (s system) client(jar http.CookieJar) *http.Client {
	c := *s.dashboard.Client()
	c.Jar = jar
	return &c
}
