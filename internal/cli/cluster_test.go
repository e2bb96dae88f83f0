package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-logr/logr"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/clausea/crawler/api/v1alpha1"
)

// fakeAPIServer answers discovery and access reviews.
type fakeAPIServer struct {
	resources atomic.Pointer[[]string] // nil: the API group is unknown
	denied    func(authorizationv1.ResourceAttributes) bool
}

func (f *fakeAPIServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/apis/" + v1alpha1.GroupVersion.String():
		names := f.resources.Load()
		if names == nil {
			w.WriteHeader(http.StatusNotFound)
			_ = json.NewEncoder(w).Encode(metav1.Status{Status: "Failure", Reason: metav1.StatusReasonNotFound, Code: http.StatusNotFound})
			return
		}
		list := metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: v1alpha1.GroupVersion.String()}
		for _, n := range *names {
			list.APIResources = append(list.APIResources, metav1.APIResource{Name: n})
		}
		_ = json.NewEncoder(w).Encode(list)
	case "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews":
		review := authorizationv1.SelfSubjectAccessReview{}
		_ = json.NewDecoder(r.Body).Decode(&review)
		review.Status.Allowed = f.denied == nil || !f.denied(*review.Spec.ResourceAttributes)
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(review)
	default:
		http.NotFound(w, r)
	}
}

// startCheck returns a check of a fake API server with all definitions.
func startCheck(t *testing.T, f *fakeAPIServer, watchNamespace string) *clusterCheck {
	t.Helper()
	f.resources.Store(&[]string{"companies", "companies/status", "crawljobs", "crawljobs/status"})
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	config := &rest.Config{Host: srv.URL, QPS: -1, ContentConfig: rest.ContentConfig{ContentType: "application/json"}}
	operator, err := operatorClient(watchNamespace, "crawler")
	if err != nil {
		t.Fatal(err)
	}
	c, err := newClusterCheck(config, operator, logr.Discard(), &readyState{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAClusterWithDefinitionsAndPermissionsIsReady(t *testing.T) {
	t.Parallel()
	c := startCheck(t, &fakeAPIServer{}, "")
	if problem := c.check(t.Context()); problem != "" {
		t.Errorf("the problem is %q", problem)
	}
}

func TestMissingDefinitionsAreNamedWithTheCommandThatInstallsThem(t *testing.T) {
	t.Parallel()
	f := &fakeAPIServer{}
	c := startCheck(t, f, "")
	f.resources.Store(nil)
	if problem := c.check(t.Context()); !strings.Contains(problem, "the custom resource definitions of crawl.clausea.co/v1alpha1 are not installed: run kubectl apply -k config/crd") {
		t.Errorf("without the API group, the problem is %q", problem)
	}
	f.resources.Store(&[]string{"companies"})
	if problem := c.check(t.Context()); !strings.Contains(problem, "the custom resource definition of crawljobs is not installed") {
		t.Errorf("without crawljobs, the problem is %q", problem)
	}
}

func TestMissingPermissionsAreNamedWithTheirNamespace(t *testing.T) {
	t.Parallel()
	for watch, want := range map[string]string{
		"":      "list, patch, watch companies.crawl.clausea.co in all namespaces; create, get, update leases.coordination.k8s.io in namespace crawler",
		"legal": "list, patch, watch companies.crawl.clausea.co in namespace legal; create, get, update leases.coordination.k8s.io in namespace crawler",
	} {
		c := startCheck(t, &fakeAPIServer{denied: func(a authorizationv1.ResourceAttributes) bool {
			return a.Resource == "companies" && a.Subresource == "" || a.Resource == "leases"
		}}, watch)
		if problem := c.check(t.Context()); !strings.Contains(problem, "("+want+"): apply config/rbac") {
			t.Errorf("the problem is %q, want %s", problem, want)
		}
	}
}

func TestAnAPIServerThatDoesNotRespondIsReported(t *testing.T) {
	t.Parallel()
	c, err := newClusterCheck(&rest.Config{Host: "http://127.0.0.1:1"}, clusterClient{}, logr.Discard(), &readyState{})
	if err != nil {
		t.Fatal(err)
	}
	if problem := c.check(t.Context()); !strings.HasPrefix(problem, "the API server does not respond (") {
		t.Errorf("the problem is %q", problem)
	}
}

func TestWaitEndsOnceTheClusterIsComplete(t *testing.T) {
	t.Parallel()
	var reviews atomic.Int64
	f := &fakeAPIServer{denied: func(a authorizationv1.ResourceAttributes) bool { return a.Resource == "leases" && reviews.Add(1) == 1 }}
	c := startCheck(t, f, "")
	if err := c.wait(t.Context()); err != nil || reviews.Load() < 2 {
		t.Errorf("wait returns %v after %d reviews", err, reviews.Load())
	}
	if reasons := c.ready.list(); len(reasons) > 0 {
		t.Errorf("the process is not ready: %v", reasons)
	}
}

func TestASignalEndsTheStartOfAnOperatorWhoseClusterDoesNotRespond(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Parallel()
	asked := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case asked <- struct{}{}:
		default:
		}
		<-r.Context().Done()
	}))
	t.Cleanup(srv.Close)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	text := `{"apiVersion": "v1", "kind": "Config", "current-context": "a", "contexts": [{"name": "a", "context": {"cluster": "a"}}], "clusters": [{"name": "a", "cluster": {"server": "` + srv.URL + `"}}]}`
	if err := os.WriteFile(kubeconfig, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// The store is a folder, so that only the cluster is missing.
	p := startProgramWithEnv(t, []string{"KUBECONFIG=" + kubeconfig}, "operator", "--store", t.TempDir(), "--leader-election-namespace", "crawler", "--port", "0", "--log-format", "json")
	p.waitUntil(t, "a request to the API server", func() bool {
		select {
		case <-asked:
			return true
		default:
			return false
		}
	})
	p.terminate(t)
	if err := p.waitForExit(); err != nil {
		t.Error(err)
	}
}
