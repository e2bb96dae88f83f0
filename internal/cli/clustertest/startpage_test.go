package clustertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The commands that need an image, nodes or a ready pod are left out.
func TestTheCommandsOfTheKubectlPageInstallEverything(t *testing.T) {
	if testCluster == nil {
		t.Skip("starts a cluster")
	}
	t.Parallel()
	assets := filepath.Dir(testCluster.kubectl)
	w := &cluster{starter: newStarter(), kubectl: testCluster.kubectl, dir: t.TempDir()} // an API server alone
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.startAPIServer(assets); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join("..", "..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "start-kubectl.md"))
	if err != nil {
		t.Fatal(err)
	}
	needsPods := regexp.MustCompile(`rollout|wait|port-forward`)
	script, commands := "set -euo pipefail\n", 0
	for _, m := range regexp.MustCompile(`(?m)^    ((?:make|kubectl) .*)$`).FindAllStringSubmatch(string(page), -1) {
		if !needsPods.MatchString(m[1]) {
			script += m[1] + "\n"
			commands++
		}
	}
	if commands < 8 {
		t.Fatalf("the page has only %d commands that need no pod:\n%s", commands, script)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "KUBECONFIG="+w.kubeconfig, "PATH="+assets+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the commands of the page failed: %v\n%s", err, out)
	}
	for _, part := range []string{
		"deployment.apps/clausea-operator serverside-applied", "deployment.apps/clausea-api serverside-applied", "deployment.apps/clausea-dashboard serverside-applied",
		"company.crawl.clausea.co/example-com created", "crawljob.crawl.clausea.co/example-com-now created",
	} {
		if !strings.Contains(string(out), part) {
			t.Errorf("the output of the commands does not contain %q:\n%s", part, out)
		}
	}
	image, err := w.run(t.Context(), "-n", operatorNamespace, "get", "deployment", "clausea-operator", "-o", "jsonpath={.spec.template.spec.containers[0].image}")
	if err != nil || image != "registry.example/clausea:v1" {
		t.Errorf("the operator has the image %q, %v", image, err)
	}
}
