package cli

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	apimanifests "github.com/clausea/crawler/config/api"
)

// startAPIServer starts an API server of Kubernetes with the definitions. It returns a client of
// its administrator, and the kubeconfig of a user without permissions.
func startAPIServer(t *testing.T, user string) (admin client.Client, kubeconfig string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts an API server of Kubernetes")
	}
	env := &envtest.Environment{
		BinaryAssetsDirectory: os.Getenv("KUBEBUILDER_ASSETS"), CRDDirectoryPaths: []string{filepath.Join(configFolder, "crd", "bases")}, ErrorIfCRDPathMissing: true,
		ControlPlaneStartTimeout: waitTimeout, ControlPlaneStopTimeout: waitTimeout, CRDInstallOptions: envtest.CRDInstallOptions{MaxTime: waitTimeout},
	}
	config, err := env.Start()
	if err != nil {
		t.Fatalf("start an API server: %v; set KUBEBUILDER_ASSETS to the folder that hack/kube/get.sh prints, or test with -short", err)
	}
	t.Cleanup(func() {
		if err := env.Stop(); err != nil {
			t.Error(err)
		}
	})
	u, err := env.AddUser(envtest.User{Name: user}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := u.KubeConfig()
	if err != nil {
		t.Fatal(err)
	}
	kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, b, 0o600); err != nil {
		t.Fatal(err)
	}
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	if admin, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		t.Fatal(err)
	}
	return admin, kubeconfig
}

func TestTheRoleOfTheAPISufficesToServeTheResourcesOfItsNamespace(t *testing.T) {
	t.Parallel()
	admin, kubeconfig := startAPIServer(t, "api")
	env := []string{"API_KEY=first-key", "MONGO_URI=" + startMongo(t, 1).URI, "KUBECONFIG=" + kubeconfig}
	p := startProgramWithEnv(t, env, "api", "--resources", "Kubernetes", "--port", "0", "--log-format", "json")
	var port string
	p.waitUntil(t, "the missing permissions", func() bool {
		_, rest, _ := strings.Cut(p.output(), `"listenAddress":"[::]:`)
		port, _, _ = strings.Cut(rest, `"`)
		_, body := getReadyz(port)
		return strings.Contains(body, "the API lacks permissions") && strings.Contains(body, "apply config/api")
	})
	role := &rbacv1.Role{}
	if err := yaml.Unmarshal([]byte(apimanifests.Role), role); err != nil {
		t.Fatal(err)
	}
	role.Namespace = "default"
	binding := &rbacv1.RoleBinding{
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name}, Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: "api"}},
	}
	binding.Name, binding.Namespace = role.Name, role.Namespace
	for _, o := range []client.Object{role, binding} {
		if err := admin.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	p.waitUntil(t, "readiness", func() bool { status, _ := getReadyz(port); return status == http.StatusOK })
	for _, step := range []struct {
		method, path, body string
		status             int
	}{
		{http.MethodPost, "/v1/companies", `{"name":"acme","spec":{"domains":["acme.test"]}}`, http.StatusCreated},
		{http.MethodGet, "/v1/companies/acme", "", http.StatusOK},
		{http.MethodPost, "/v1/crawls", `{"company":"acme"}`, http.StatusAccepted},
		{http.MethodDelete, "/v1/companies/acme", "", http.StatusNoContent},
		{http.MethodGet, "/v1/companies/acme", "", http.StatusNotFound},
	} {
		if status, body := askAPI(t, port, step.method, step.path, "first-key", step.body); status != step.status {
			t.Errorf("%s %s: status %d, want %d: %s", step.method, step.path, status, step.status, body)
		}
	}
	p.terminate(t)
	if err := p.waitForCleanExit(); err != nil {
		t.Error(err)
	}
}
