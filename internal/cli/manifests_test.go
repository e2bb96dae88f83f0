package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"
)

const managerFolder = "../../config/manager"

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

func TestOperatorMemoryLimitExceedsItsHeapLimit(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(managerFolder, "manager.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c, env := operatorContainer(t, b)
	heap, err := resource.ParseQuantity(strings.TrimSuffix(env["GOMEMLIMIT"], "B"))
	if err != nil {
		t.Fatalf("GOMEMLIMIT is %q: %v", env["GOMEMLIMIT"], err)
	}
	limit := c.Resources.Limits.Memory().Value()
	if free := limit - heap.Value(); free < limit/7 || free > limit/4 {
		t.Errorf("GOMEMLIMIT leaves %d of %d bytes free, want between a seventh and a quarter", free, limit)
	}
}

func TestWorkerImageFollowsTheOperatorImage(t *testing.T) {
	if testing.Short() {
		t.Skip("runs kubectl")
	}
	t.Parallel()
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		t.Fatal("set KUBEBUILDER_ASSETS to the folder that hack/kube/get.sh prints, or test with -short")
	}
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("../../config")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "manager", "kustomization.yaml")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, "images: [{name: clausea, newName: registry.example/clausea, newTag: v1}]\n"...)
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join(assets, "kubectl"), "kustomize", filepath.Dir(file)).CombinedOutput()
	if err != nil {
		t.Fatalf("kubectl kustomize: %v: %s", err, out)
	}
	for _, doc := range strings.Split(string(out), "\n---\n") {
		if !strings.Contains(doc, "kind: Deployment") {
			continue
		}
		c, env := operatorContainer(t, []byte(doc))
		if want := "registry.example/clausea:v1"; c.Image != want || env["CLAUSEA_WORKER_IMAGE"] != want {
			t.Errorf("the operator image is %s, the worker image is %s", c.Image, env["CLAUSEA_WORKER_IMAGE"])
		}
		return
	}
	t.Errorf("want a Deployment in\n%s", out)
}
