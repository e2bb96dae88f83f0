package clustertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
)

var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(s))
	utilruntime.Must(v1alpha1.AddToScheme(s))
	return s
}()

const (
	operatorNamespace = "clausea"
	otherNamespace    = "crawler" // of the test of the installation
	operatorUser      = "system:serviceaccount:clausea:clausea-operator"
	priorityClass     = "crawls"
	workerMemory      = "300Mi"
)

// cluster is a control plane with fake nodes and a MongoDB.
type cluster struct {
	env        *envtest.Environment
	config     *rest.Config
	admin      client.Client
	dir        string
	kubectl    string
	kubeconfig string // the administrator's
	auditLog   string
	mongo      *replicaset.Set
	store      store.Store
	starter    *starter
	programs   []*exec.Cmd
	kubelet    *fakeKubelet
}

func startCluster(ctx context.Context, assets, mongod string) (_ *cluster, err error) {
	w := &cluster{starter: newStarter(), kubectl: filepath.Join(assets, "kubectl")}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.dir, err = os.MkdirTemp("", "clustertest"); err != nil {
		return nil, err
	}
	if w.mongo, err = replicaset.Start(ctx, mongod, "", 1); err != nil {
		return nil, err
	}
	if w.store, err = mongo.Open(ctx, w.mongo.URI, ""); err != nil {
		return nil, err
	}
	if err := w.startAPIServer(assets); err != nil {
		return nil, err
	}
	for name, args := range map[string][]string{
		"kube-controller-manager": {"--controllers=job-controller,garbage-collector-controller,ttl-after-finished-controller,serviceaccount-controller,namespace-controller,deployment-controller,replicaset-controller", "--use-service-account-credentials=false"},
		"kube-scheduler":          nil,
	} {
		if err := w.startProgram(filepath.Join(assets, name), args...); err != nil {
			return nil, err
		}
	}
	operator, err := w.userFile(operatorUser, "system:serviceaccounts", "system:serviceaccounts:"+operatorNamespace)
	if err != nil {
		return nil, err
	}
	other, err := w.userFile("system:serviceaccount:"+otherNamespace+":clausea-operator", "system:serviceaccounts", "system:serviceaccounts:"+otherNamespace)
	if err != nil {
		return nil, err
	}
	w.kubelet = &fakeKubelet{client: w.admin, config: w.config, starter: w.starter, dir: w.dir, accounts: map[string]string{
		"clausea/clausea-operator": operator, otherNamespace + "/clausea-operator": other,
	}}
	if err := w.kubelet.start(ctx); err != nil {
		return nil, err
	}
	if err := w.install(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

// auditPolicy logs the requests of the operator without bodies.
const auditPolicy = `{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
	"rules": [{"level": "Metadata", "users": ["` + operatorUser + `"]}, {"level": "None"}]}`

func (w *cluster) startAPIServer(assets string) error {
	w.auditLog = filepath.Join(w.dir, "audit.log")
	policy := filepath.Join(w.dir, "audit.json")
	if err := os.WriteFile(policy, []byte(auditPolicy), 0o600); err != nil {
		return err
	}
	w.env = &envtest.Environment{BinaryAssetsDirectory: assets, ControlPlaneStartTimeout: waitTimeout, ControlPlaneStopTimeout: waitTimeout}
	// The default admission plugins, including ServiceAccount, and the enforcement of owner
	// reference permissions, which some clusters use.
	w.env.ControlPlane.GetAPIServer().Configure().
		Disable("disable-admission-plugins").Set("enable-admission-plugins", "OwnerReferencesPermissionEnforcement").
		Set("authorization-mode", "RBAC").Set("audit-policy-file", policy).Set("audit-log-path", w.auditLog)
	config, err := w.env.Start()
	if err != nil {
		return fmt.Errorf("start the API server: %w", err)
	}
	config.QPS, config.Burst = 500, 1000
	w.config, w.kubeconfig = config, filepath.Join(w.dir, "admin.kubeconfig")
	if err := os.WriteFile(w.kubeconfig, w.env.KubeConfig, 0o600); err != nil {
		return err
	}
	w.admin, err = client.New(config, client.Options{Scheme: scheme})
	return err
}

func (w *cluster) startProgram(path string, args ...string) error {
	log, err := os.Create(filepath.Join(w.dir, filepath.Base(path)+".log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the child process has a duplicate
	cmd := exec.CommandContext(context.Background(), path, append([]string{"--kubeconfig=" + w.kubeconfig, "--leader-elect=false", "--secure-port=0"}, args...)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := w.starter.start(cmd); err != nil {
		return fmt.Errorf("start %s: %w", path, err)
	}
	w.programs = append(w.programs, cmd)
	return nil
}

// userFile creates the kubeconfig of a user.
func (w *cluster) userFile(name string, groups ...string) (string, error) {
	u, err := w.env.AddUser(envtest.User{Name: name, Groups: groups}, nil)
	if err != nil {
		return "", err
	}
	b, err := u.KubeConfig()
	if err != nil {
		return "", err
	}
	path := filepath.Join(w.dir, strings.ReplaceAll(name, ":", "-")+".kubeconfig")
	return path, os.WriteFile(path, b, 0o600)
}

// install follows the installation steps in docs/operating.md.
func (w *cluster) install(ctx context.Context) error {
	class := &schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: priorityClass}, Value: -10}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: operatorNamespace}}
	for _, obj := range []client.Object{class, namespace, w.operatorSecret(operatorNamespace, w.mongo.URI)} {
		if err := w.admin.Create(ctx, obj); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	if _, err := w.run(ctx, "apply", "-k", filepath.Join(configFolder, "default")); err != nil {
		return err
	}
	_, err := w.run(ctx, "wait", "--for=condition=Established", "crd/companies.crawl.clausea.co", "crd/crawljobs.crawl.clausea.co", "--timeout=5m")
	return err
}

// configFolder has the manifests.
var configFolder = filepath.Join("..", "..", "..", "config")

// operatorSecret returns the Secret of an operator that uses the MongoDB at uri.
func (w *cluster) operatorSecret(namespace, uri string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "clausea"}, StringData: map[string]string{
		"MONGO_URI": uri, "PORT": "0", "METRICS_PORT": "0", "LOG_FORMAT": "json",
		"CLAUSEA_EXECUTION": "Job", "CLAUSEA_MAX_CONCURRENT_CRAWLS": "0", "CLAUSEA_LEASE_DURATION": "5s", "CLAUSEA_ALLOW_ADDRESS": "127.0.0.1/32",
		"CLAUSEA_WORKER_PRIORITY_CLASS": priorityClass, "CLAUSEA_WORKER_MEMORY": workerMemory,
		"CLAUSEA_BROWSER": browserURL, "CRAWLER_PROXY": "",
	}}
}

// browserURL is a remote browser that no crawl in these tests uses.
const browserURL = "ws://127.0.0.1:9"

// run runs kubectl as the administrator.
func (w *cluster) run(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, w.kubectl, append([]string{"--kubeconfig", w.kubeconfig}, args...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// close stops everything, beginning with the pods.
func (w *cluster) close() error {
	if w.kubelet != nil {
		w.kubelet.close()
	}
	for _, p := range w.programs {
		_ = p.Process.Kill()
		_ = p.Wait() // always fails: the process was killed
	}
	var err error
	if w.env != nil && w.config != nil {
		err = w.env.Stop()
	}
	if w.store != nil {
		_ = w.store.Close(context.Background())
	}
	if w.mongo != nil {
		w.mongo.Close()
	}
	w.starter.close()
	return errors.Join(err, os.RemoveAll(w.dir))
}
