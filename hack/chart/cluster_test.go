package chart

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// startTimeout bounds the start of an API server, which takes 5 s on an idle machine.
const startTimeout = 3 * time.Minute

// cluster is an API server without nodes: pods do not start.
type cluster struct {
	t          *testing.T
	kubeconfig string
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		t.Skip("set KUBEBUILDER_ASSETS to the folder that hack/kube/get.sh prints, or run make chart")
	}
	helm(t, "3")
	log.SetLogger(logr.Discard())
	e := &envtest.Environment{CRDDirectoryPaths: []string{
		filepath.Join(moduleFolder(t, gatewayModule), "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"),
		filepath.Join(moduleFolder(t, prometheusModule), "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"),
		filepath.Join(moduleFolder(t, prometheusModule), "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"),
	}, ErrorIfCRDPathMissing: true, ControlPlaneStartTimeout: startTimeout}
	e.CRDInstallOptions.MaxTime = startTimeout
	config, err := e.Start()
	t.Cleanup(func() {
		if err := e.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	user, err := e.AddUser(envtest.User{Name: "admin", Groups: []string{"system:masters"}}, config)
	if err != nil {
		t.Fatal(err)
	}
	b, err := user.KubeConfig()
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, kubeconfig: filepath.Join(t.TempDir(), "kubeconfig")}
	if err := os.WriteFile(c.kubeconfig, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// try runs a program with input and the cluster, and returns its output with its errors.
func (c *cluster) try(input, program string, args ...string) (string, error) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), helmTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+c.kubeconfig, "HELM_CONFIG_HOME="+c.t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %s: %w: %s", filepath.Base(program), strings.Join(args, " "), err, out)
	}
	return string(out), err
}

func (c *cluster) must(out string, err error) string {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

func (c *cluster) kubectl(args ...string) string {
	c.t.Helper()
	return c.must(c.try("", filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"), args...))
}

// helm runs an action on the release clausea in a namespace. Install and upgrade get the chart.
func (c *cluster) helm(major, action, namespace string, args ...string) (string, error) {
	c.t.Helper()
	all := []string{action, "clausea", "--namespace", namespace}
	if action == "install" || action == "upgrade" {
		all = append(all, chartPath, "--values", "values/default.yaml")
	}
	return c.try("", helm(c.t, major), append(all, args...)...)
}

func (c *cluster) strategy(namespace string) string {
	c.t.Helper()
	return c.kubectl("-n", namespace, "get", "deployment", "clausea-operator", "-o", "jsonpath={.spec.strategy.type} {.spec.strategy.rollingUpdate.maxSurge}")
}

// The steps share the definitions, which are not in a namespace, so they run one after the other.
func TestAnAPIServerAcceptsTheChart(t *testing.T) {
	c := startCluster(t)
	c.applyValueSets()
	const kept = "companies.crawl.clausea.co"
	for _, from := range []string{"3", "4"} {
		namespace := "from-" + from
		c.kubectl("create", "namespace", namespace)
		c.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")

		t.Logf("install with Helm %s over definitions of kubectl", from)
		c.kubectl("apply", "--server-side", "-k", root+"/config/crd")
		if _, err := c.helm(from, "install", namespace); err == nil || !strings.Contains(err.Error(), "cannot be imported") {
			t.Fatalf("the error is %v", err)
		}
		c.must(c.helm(from, "install", namespace, "--take-ownership"))

		t.Log("change the strategy and back, with Helm 4")
		c.must(c.helm("4", "upgrade", namespace, "--set", "operator.strategy.type=Recreate"))
		if got := c.strategy(namespace); got != "Recreate " {
			t.Errorf("the strategy is %q", got)
		}
		c.must(c.helm("4", "upgrade", namespace))
		if got := c.strategy(namespace); got != "RollingUpdate 25%" {
			t.Errorf("the strategy is %q", got)
		}

		t.Log("an upgrade leaves the replicas of an autoscaled API as they are")
		c.must(c.helm("4", "upgrade", namespace, "--set", "api.autoscaling.enabled=true"))
		c.kubectl("-n", namespace, "scale", "deployment/clausea-api", "--replicas=5")
		c.must(c.helm("4", "upgrade", namespace, "--set", "api.autoscaling.enabled=true", "--set", "settings.LOG_LEVEL=debug"))
		if got := c.kubectl("-n", namespace, "get", "deployment", "clausea-api", "-o", "jsonpath={.spec.replicas}"); got != "5" {
			t.Errorf("the API has %s replicas after the upgrade", got)
		}

		t.Log("roll back and uninstall")
		c.kubectl("-n", namespace, "apply", "-f", root+"/config/samples/company_minimal.yaml")
		c.must(c.helm("4", "rollback", namespace))
		c.must(c.helm("4", "uninstall", namespace))
		left := c.kubectl("get", "all,secrets,configmaps,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets,clusterroles,clusterrolebindings", "-A", "-l", "app.kubernetes.io/instance=clausea", "-o", "name")
		if left != "" && !strings.Contains(left, "No resources found") {
			t.Errorf("the uninstallation leaves\n%s", left)
		}
		c.kubectl("-n", namespace, "get", kept, "example-com")
		c.kubectl("delete", "crd", kept, "crawljobs.crawl.clausea.co")
	}
}

// applyValueSets applies what each value set gives, without storing it.
func (c *cluster) applyValueSets() {
	c.t.Helper()
	c.kubectl("create", "namespace", "clausea")
	c.kubectl("create", "namespace", "legal")
	c.kubectl("label", "namespace", "clausea", "pod-security.kubernetes.io/warn=restricted")
	var all strings.Builder
	for _, path := range valueSets(c.t) {
		all.WriteString("---\n" + render(c.t, path))
	}
	out, err := c.try(all.String(), filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"), "apply", "--server-side", "--dry-run=server", "-f", "-")
	if err != nil || strings.Contains(out, "Warning") {
		c.t.Errorf("%v\n%s", err, out)
	}
	c.t.Logf("the API server accepts %d objects", strings.Count(out, "serverside-applied"))
}
