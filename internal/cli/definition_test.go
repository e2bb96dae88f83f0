package cli

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/config/rbac"
	"github.com/clausea/crawler/controllers/company"
)

// fakeDefinitionReader reads a definition, or returns an error.
type fakeDefinitionReader struct {
	client.Reader // the other methods are not used
	deletedAt     *metav1.Time
	err           error
}

func (f fakeDefinitionReader) Get(_ context.Context, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	obj.SetName(key.Name)
	obj.SetDeletionTimestamp(f.deletedAt)
	return f.err
}

// discoveryOf returns the discovery of an API server that answers with a status and a body.
func discoveryOf(t *testing.T, status int, body string) discovery.DiscoveryInterface {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(srv.Close)
	d, err := discovery.NewDiscoveryClientForConfig(&rest.Config{Host: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADefinitionIsBeingDeletedOnceItHasADeletionTimestamp(t *testing.T) {
	t.Parallel()
	crd := schema.GroupResource{Group: "apiextensions.k8s.io", Resource: "customresourcedefinitions"}
	now := metav1.Now()
	for name, c := range map[string]struct {
		reader        fakeDefinitionReader
		deleted, fail bool
	}{
		"installed":     {reader: fakeDefinitionReader{}},
		"being deleted": {reader: fakeDefinitionReader{deletedAt: &now}, deleted: true},
		"deleted":       {reader: fakeDefinitionReader{err: apierrors.NewNotFound(crd, company.DefinitionName)}, deleted: true},
		"unknown":       {reader: fakeDefinitionReader{err: apierrors.NewServiceUnavailable("etcd is down")}, fail: true},
	} {
		deleted, lag, err := companyDefinition{reader: c.reader}.BeingDeleted(t.Context())
		if deleted != c.deleted || lag != 0 || (err != nil) != c.fail {
			t.Errorf("%s: the answer is %v, %v, %v", name, deleted, lag, err)
		}
	}
}

func TestDiscoveryTellsOfADeletedDefinitionWithoutThePermissionToReadIt(t *testing.T) {
	t.Parallel()
	crd := schema.GroupResource{Group: "apiextensions.k8s.io", Resource: "customresourcedefinitions"}
	reader := fakeDefinitionReader{err: apierrors.NewForbidden(crd, company.DefinitionName, nil)}
	const list = `{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "crawl.clausea.co/v1alpha1", "resources": [`
	for name, c := range map[string]struct {
		status        int
		body          string
		deleted, fail bool
	}{
		"installed":     {status: http.StatusOK, body: list + `{"name": "companies", "verbs": ["create", "delete", "get"]}]}`},
		"being deleted": {status: http.StatusOK, body: list + `{"name": "companies", "verbs": ["delete", "get"]}]}`, deleted: true},
		"deleted":       {status: http.StatusOK, body: list + `{"name": "crawljobs", "verbs": ["create"]}]}`, deleted: true},
		"all deleted":   {status: http.StatusNotFound, body: `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}`, deleted: true},
		"restricted":    {status: http.StatusForbidden, body: `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "code": 403}`},
		"rejected":      {status: http.StatusUnauthorized, body: `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Unauthorized", "code": 401}`, fail: true},
	} {
		deleted, lag, err := companyDefinition{reader: reader, discovery: discoveryOf(t, c.status, c.body)}.BeingDeleted(t.Context())
		if deleted != c.deleted || (err != nil) != c.fail || lag != discoveryLag || lag < time.Second {
			t.Errorf("%s: the answer is %v, %v, %v", name, deleted, lag, err)
		}
	}
}

func TestTheOperatorStartsWithoutThePermissionToReadDefinitions(t *testing.T) {
	t.Parallel()
	all, err := requiredPermissions(rbac.Roles, "", "crawler")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Resource == "customresourcedefinitions" {
			t.Errorf("the operator requires %+v", p)
		}
	}
}
