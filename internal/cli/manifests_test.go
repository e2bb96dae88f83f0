package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/api/v1alpha1"
	apimanifests "github.com/clausea/crawler/config/api"
)

const configFolder = "../../config"

// operatorContainer returns the container of the operator's Deployment and its environment.
func operatorContainer(t *testing.T, manifest []byte) (c corev1.Container, env map[string]string) {
	t.Helper()
	d := &appsv1.Deployment{}
	if err := yaml.Unmarshal(manifest, d); err != nil || len(d.Spec.Template.Spec.Containers) != 1 {
		t.Fatalf("the operator's Deployment: %v\n%s", err, manifest)
	}
	c, env = d.Spec.Template.Spec.Containers[0], map[string]string{}
	for _, e := range c.Env {
		env[e.Name] = e.Value
	}
	return c, env
}

func TestMemoryLimitsExceedHeapLimits(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"operator", "api", "dashboard"} {
		b, err := os.ReadFile(filepath.Join(configFolder, folder, "deployment.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		c, env := operatorContainer(t, b)
		heap, err := resource.ParseQuantity(strings.TrimSuffix(env["GOMEMLIMIT"], "B"))
		if err != nil {
			t.Fatalf("%s: GOMEMLIMIT is %q: %v", folder, env["GOMEMLIMIT"], err)
		}
		limit := c.Resources.Limits.Memory().Value()
		if free := limit - heap.Value(); free < limit/7 || free > limit/4 {
			t.Errorf("%s: GOMEMLIMIT leaves %d of %d bytes free, want between a seventh and a quarter", folder, free, limit)
		}
	}
}

func TestTheAPIHasPermissionsOnItsResourcesOnly(t *testing.T) {
	t.Parallel()
	permissions, err := requiredPermissions(apimanifests.Role, "legal", "legal")
	if err != nil {
		t.Fatal(err)
	}
	resources := map[string]int{}
	for _, p := range permissions {
		resources[p.Resource]++
		if p.Group != v1alpha1.GroupVersion.Group || p.Namespace != "legal" || p.Subresource != "" {
			t.Errorf("the API needs %+v", p)
		}
	}
	if len(resources) != 2 || resources["companies"] != 7 || resources["crawljobs"] != 7 {
		t.Errorf("the API has permissions on %v", resources)
	}
}

func TestTheDashboardHasThePermissionsOfTheAPI(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(configFolder, "dashboard", "role.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll(apimanifests.Role, "clausea-api", "clausea-dashboard"); string(b) != want {
		t.Errorf("config/dashboard/role.yaml is\n%swant\n%s", b, want)
	}
}

// renderConfig renders a copy of the folder config/NAME with kubectl kustomize, after adding lines to its
// kustomization.
func renderConfig(t *testing.T, name, lines string) []*unstructured.Unstructured {
	t.Helper()
	if testing.Short() {
		t.Skip("runs kubectl")
	}
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		t.Fatal("set KUBEBUILDER_ASSETS to the folder that hack/kube/get.sh prints, or test with -short")
	}
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(configFolder)); err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(folder, "overlay")
	if strings.HasPrefix(lines, "images:") { // replacements run in the same kustomization only
		overlay = filepath.Join(folder, name)
		b, err := os.ReadFile(filepath.Join(overlay, "kustomization.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		lines = string(b) + lines
	} else {
		lines = "resources: [../" + name + "]\n" + lines
	}
	if err := os.MkdirAll(overlay, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(overlay, "kustomization.yaml"), []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join(assets, "kubectl"), "kustomize", overlay).Output()
	if err != nil {
		t.Fatalf("kubectl kustomize: %v", err)
	}
	var all []*unstructured.Unstructured
	for _, doc := range strings.Split(string(out), "\n---\n") {
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatal(err)
		}
		all = append(all, u)
	}
	return all
}

func TestWorkerImageFollowsTheOperatorImage(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"default", "manager", "namespaced"} {
		found := false
		for _, u := range renderConfig(t, folder, "images: [{name: clausea, newName: registry.example/clausea, newTag: v1}]\n") {
			if u.GetKind() != "Deployment" {
				continue
			}
			found = true
			b, err := yaml.Marshal(u.Object)
			if err != nil {
				t.Fatal(err)
			}
			c, env := operatorContainer(t, b)
			if want := "registry.example/clausea:v1"; c.Image != want || env["CLAUSEA_WORKER_IMAGE"] != want {
				t.Errorf("%s: the operator image is %s, the worker image is %s", folder, c.Image, env["CLAUSEA_WORKER_IMAGE"])
			}
		}
		if !found {
			t.Errorf("%s has no Deployment", folder)
		}
	}
}

func TestOneLineOfAnOverlayInstallsInAnotherNamespace(t *testing.T) {
	t.Parallel()
	for folder, want := range map[string]int{"default": 2, "manager": 2, "namespaced": 2, "api": 1, "dashboard": 1} {
		subjects := 0
		for _, u := range renderConfig(t, folder, "namespace: crawler\n") {
			if ns := u.GetNamespace(); ns != "" && ns != "crawler" {
				t.Errorf("%s: %s %s is in namespace %s", folder, u.GetKind(), u.GetName(), ns)
			}
			if u.GetKind() == "Namespace" && u.GetName() != "crawler" {
				t.Errorf("%s: the namespace is %s", folder, u.GetName())
			}
			list, _, _ := unstructured.NestedSlice(u.Object, "subjects")
			for _, s := range list {
				subjects++
				if subject, ok := s.(map[string]any); !ok || subject["namespace"] != "crawler" {
					t.Errorf("%s: %s %s binds %v", folder, u.GetKind(), u.GetName(), s)
				}
			}
		}
		if subjects != want {
			t.Errorf("%s has %d subjects, want %d", folder, subjects, want)
		}
	}
}

func TestPermissionsForAllNamespacesIncludeNoLeases(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"default", "namespaced"} {
		for _, u := range renderConfig(t, folder, "") {
			if u.GetKind() == "ClusterRoleBinding" && folder == "namespaced" {
				t.Errorf("namespaced has the ClusterRoleBinding %s", u.GetName())
			}
			b, err := yaml.Marshal(u.Object["rules"])
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(b), "leases") && u.GetKind() != "Role" {
				t.Errorf("%s: %s %s has permissions on leases", folder, u.GetKind(), u.GetName())
			}
		}
	}
}

func TestSampleOverlayGivesTheWorkersItsPodTemplateAndCAFile(t *testing.T) {
	t.Parallel()
	template := filepath.Join(configFolder, "samples", "overlay", "worker.yaml")
	pod, err := workerPod(operatorValues(t, map[string]string{"CLAUSEA_WORKER_TEMPLATE": template, "CLAUSEA_CA_FILE": "/etc/clausea/ca/ca.pem"}), logr.Discard())
	if err != nil || len(pod.Env) != 1 || pod.Env[0].Name != "CLAUSEA_CA_FILE" {
		t.Errorf("the environment of the workers is %v, %v", pod.Env, err)
	}
	for _, u := range renderConfig(t, "samples/overlay", "") {
		if u.GetKind() != "Deployment" {
			continue
		}
		b, err := yaml.Marshal(u.Object)
		if err != nil {
			t.Fatal(err)
		}
		c, env := operatorContainer(t, b)
		if want := "registry.example/clausea:v1"; c.Image != want || env["CLAUSEA_WORKER_IMAGE"] != want || env["CLAUSEA_CA_FILE"] != "/etc/clausea/ca/ca.pem" || len(c.VolumeMounts) != 3 {
			t.Errorf("the operator is %+v", c)
		}
		return
	}
	t.Error("the overlay has no Deployment")
}

func TestGitOpsSampleHasOnlyCompaniesWithASchedule(t *testing.T) {
	t.Parallel()
	all := renderConfig(t, "samples/gitops", "")
	for _, u := range all {
		if _, found, _ := unstructured.NestedMap(u.Object, "spec", "schedule"); u.GetKind() != "Company" || !found {
			t.Errorf("%s %s is in the sample", u.GetKind(), u.GetName())
		}
	}
	if len(all) == 0 {
		t.Error("the sample is empty")
	}
}
