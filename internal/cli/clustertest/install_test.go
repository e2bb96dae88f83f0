package clustertest

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// This test is not parallel: it uninstalls the operator that the other tests share, and installs
// it again at the end. Each step is one of docs/operating.md.
func TestInstallationBreaksLoudlyAndUninstallsWithoutLosingDocuments(t *testing.T) {
	if testCluster == nil {
		t.Skip("starts a cluster")
	}
	_, settings := demoSite(t)
	b := newSequentialFixture(t, settings)
	i := &installation{fixture: b, overlay: b.writeOverlay()}

	first := b.createJob("first", 0, nil)
	b.waitForEnd(first, v1alpha1.ConditionComplete, "")
	documents := b.documents(first)

	t.Log("delete a Company whose documents are to be deleted with it")
	i.createCompany("erased")
	i.kubectl("delete", "companies.crawl.clausea.co", "erased", "-n", b.namespace, "--timeout=60s")
	i.checkCompanyDocuments("erased", 0)

	t.Log("uninstall in the wrong order, without an operator that could remove the finalizers")
	i.kubectl("-n", operatorNamespace, "scale", "deployment/clausea-operator", "--replicas=0")
	b.waitUntil("the end of the operator", func() (bool, string) { return i.operatorPods(operatorNamespace) == 0, "its pod exists" })
	i.createCompany("waiting")
	i.kubectl("delete", "-k", filepath.Join(configFolder, "default"), "--wait=false")
	i.waitForDiscoveredDeletion()
	i.checkDocuments(documents)

	t.Log("install in another namespace over what is left, with a wrong password")
	i.kubectl("create", "namespace", otherNamespace)
	wrong := strings.Replace(testCluster.mongo.URI, "mongodb://", "mongodb://user:s3cret@", 1)
	i.createSecret(wrong)
	i.kubectl("apply", "-k", i.overlay)
	i.waitForReadiness("the wrong password", "store: open MongoDB at ", "the server rejected the user or the password")

	t.Log("correct the Secret: the operator completes the deletion and reports that the definitions are gone")
	if err := b.client.Delete(t.Context(), testCluster.operatorSecret(otherNamespace, "")); err != nil {
		t.Fatal(err)
	}
	i.createSecret(testCluster.mongo.URI)
	i.kubectl("-n", otherNamespace, "delete", "pod", "-l", "app.kubernetes.io/component=operator")
	i.waitForReadiness("the missing definitions", "cluster: the custom resource definition", "run kubectl apply -k config/crd")
	i.checkDocuments(documents)
	i.checkCompanyDocuments("waiting", 1)

	t.Log("install the definitions again: the running operator continues, and the history is still there")
	i.installDefinitions()
	second := b.createJob("second", 0, nil)
	b.waitForEnd(second, v1alpha1.ConditionComplete, "")
	if n := second.Status.Documents; n == nil || n.Unchanged != int64(len(documents)) {
		t.Errorf("the second crawl found %+v, want %d unchanged documents", n, len(documents))
	}

	t.Log("delete the definitions under the running operator, and install them again")
	i.createCompany("kept")
	i.kubectl("delete", "-k", filepath.Join(configFolder, "crd"), "--timeout=60s")
	i.checkDocuments(documents)
	i.checkCompanyDocuments("kept", 1)
	i.waitForReadiness("the deleted definitions", "cluster: the custom resource definition", "run kubectl apply -k config/crd")
	i.installDefinitions()

	t.Log("uninstall in the documented order")
	i.createCompany("last")
	i.kubectl("delete", "companies.crawl.clausea.co,crawljobs.crawl.clausea.co", "--all", "--all-namespaces", "--timeout=60s")
	i.kubectl("delete", "-k", i.overlay, "--timeout=60s")
	i.checkDocuments(documents)
	i.checkCompanyDocuments("last", 0)
	i.checkNothingIsLeft()

	t.Log("delete the definitions without an operator, and remove the finalizers")
	i.kubectl("apply", "-k", filepath.Join(configFolder, "crd"))
	i.kubectl("wait", "--for=condition=Established", "crd/companies.crawl.clausea.co", "crd/crawljobs.crawl.clausea.co", "--timeout=60s")
	target := demoTarget(0)
	left := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: b.namespace, Name: "left", Finalizers: []string{v1alpha1.CompanyFinalizer}}}
	left.Spec.Target = target
	if err := b.client.Create(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	i.kubectl("delete", "-k", filepath.Join(configFolder, "crd"), "--wait=false")
	i.removeFinalizers()
	i.kubectl("wait", "--for=delete", "crd/companies.crawl.clausea.co", "--timeout=60s")

	i.kubectl("wait", "--for=delete", "namespace/"+operatorNamespace, "--timeout=60s")
	if err := testCluster.install(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// installation is an installation by an overlay of config/default.
type installation struct {
	*fixture
	overlay string
}

// writeOverlay copies the manifests and adds an overlay that changes only the namespace.
func (b *fixture) writeOverlay() string {
	b.t.Helper()
	folder := b.t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "config"), os.DirFS(configFolder)); err != nil {
		b.t.Fatal(err)
	}
	overlay := filepath.Join(folder, "overlay")
	if err := os.Mkdir(overlay, 0o700); err != nil {
		b.t.Fatal(err)
	}
	lines := "namespace: " + otherNamespace + "\nresources: [../config/default]\n"
	if err := os.WriteFile(filepath.Join(overlay, "kustomization.yaml"), []byte(lines), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return overlay
}

func (i *installation) kubectl(args ...string) {
	i.t.Helper()
	began := time.Now()
	if _, err := testCluster.run(i.t.Context(), args...); err != nil {
		i.t.Fatal(err)
	}
	i.t.Logf("kubectl %s (%v)", strings.Join(args, " "), time.Since(began).Round(100*time.Millisecond))
}

// removeFinalizers runs the command of docs/operating.md.
func (i *installation) removeFinalizers() {
	i.t.Helper()
	doc, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "operating.md"))
	if err != nil {
		i.t.Fatal(err)
	}
	const start, end = "      for kind in companies", "      done\n\n"
	_, rest, found := strings.Cut(string(doc), start)
	body, _, ended := strings.Cut(rest, end)
	if !found || !ended {
		i.t.Fatal("docs/operating.md does not have the command")
	}
	cmd := exec.CommandContext(i.t.Context(), "sh", "-c", start+body+end)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+testCluster.kubeconfig, "PATH="+filepath.Dir(testCluster.kubectl)+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "patched") {
		i.t.Fatalf("the command fails: %v: %s", err, out)
	}
}

func (i *installation) createSecret(uri string) {
	i.t.Helper()
	if err := i.client.Create(i.t.Context(), testCluster.operatorSecret(otherNamespace, uri)); err != nil {
		i.t.Fatal(err)
	}
}

func (i *installation) operatorPods(namespace string) int {
	i.t.Helper()
	l := &corev1.PodList{}
	if err := i.client.List(i.t.Context(), l, client.InNamespace(namespace)); err != nil {
		i.t.Fatal(err)
	}
	return len(l.Items)
}

// checkDocuments checks that the documents of the first crawl are still stored.
func (i *installation) checkDocuments(want map[string]int) {
	i.t.Helper()
	j := &v1alpha1.CrawlJob{}
	j.Namespace = i.namespace
	target := demoTarget(0)
	j.Spec.Company = &target
	if got := i.documents(j); fmt.Sprint(got) != fmt.Sprint(want) || len(want) < minDocuments {
		i.t.Errorf("the stored documents are %v, want %v", got, want)
	}
}

// checkNothingIsLeft checks that the uninstallation has deleted all objects of the cluster.
func (i *installation) checkNothingIsLeft() {
	i.t.Helper()
	for kind, names := range map[string][]string{
		"CustomResourceDefinition": {"companies.crawl.clausea.co", "crawljobs.crawl.clausea.co"},
		"ClusterRole":              {"clausea-operator", "clausea-viewer", "clausea-editor"},
		"ClusterRoleBinding":       {"clausea-operator"},
	} {
		for _, name := range names {
			u := &unstructured.Unstructured{}
			u.SetAPIVersion(map[bool]string{true: "apiextensions.k8s.io/v1", false: "rbac.authorization.k8s.io/v1"}[kind == "CustomResourceDefinition"])
			u.SetKind(kind)
			if err := i.client.Get(i.t.Context(), client.ObjectKey{Name: name}, u); !apierrors.IsNotFound(err) {
				i.t.Errorf("%s %s is left: %v", kind, name, err)
			}
		}
	}
}

// waitForReadiness waits until /readyz of the newest operator has all the given texts.
func (i *installation) waitForReadiness(what string, texts ...string) {
	i.t.Helper()
	c := http.Client{Timeout: 10 * time.Second}
	i.waitUntil("the readiness: "+what, func() (bool, string) {
		pods := testCluster.kubelet.fakePods(otherNamespace)
		if len(pods) == 0 {
			return false, "no pod"
		}
		pod := pods[len(pods)-1]
		log, port := pod.tail.String(), pod.tail.listenPort()
		if port == "" {
			return false, log
		}
		res, err := c.Get("http://127.0.0.1:" + port + "/readyz")
		if err != nil {
			return false, err.Error()
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		for _, text := range texts {
			if !strings.Contains(string(body), text) {
				return false, fmt.Sprintf("%s %v; the log is %s", body, err, log)
			}
		}
		i.t.Logf("%s: %s", what, body)
		return true, ""
	})
}
