// Package clustertest runs the program in a cluster with a real API server, controller manager
// and scheduler. kubectl applies config/default. The operator runs in the pod of its Deployment
// with only the permissions of its role, and crawls run in the pods of Jobs. Only the kubelet is
// fake: it runs the command of each pod as a local process and writes the status of the pod.
package clustertest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/cli"
)

// argsEnv holds the arguments with which the test binary runs as the program.
const argsEnv = "CLAUSEA_TEST_ARGS"

// testCluster is shared by all tests. It is nil if a required program is missing.
var testCluster *cluster

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "pdf-text" { // a PDF child process, which has no environment
		os.Exit(cli.Main(os.Args[1:]))
	}
	if args := os.Getenv(argsEnv); args != "" {
		os.Exit(cli.Main(strings.Split(args, "\n")))
	}
	flag.Parse()
	// The tests spend most of their time waiting for leases and for new pods of Jobs.
	if err := flag.Set("test.parallel", "5"); err != nil {
		panic(err)
	}
	os.Exit(runAll(m))
}

func runAll(m *testing.M) (code int) {
	ctrl.SetLogger(logr.Discard())
	if testing.Short() {
		return m.Run()
	}
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		fmt.Fprintln(os.Stderr, "set KUBEBUILDER_ASSETS to the folder that hack/kube/get.sh prints, or test with -short")
		return 1
	}
	mongod, err := replicaset.Find()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w, err := startCluster(ctx, assets, mongod)
	if err != nil {
		fmt.Fprintln(os.Stderr, "start the cluster:", err)
		return 1
	}
	defer func() {
		if err := w.close(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the cluster:", err)
			code = 1
		}
	}()
	testCluster = w
	code = m.Run()
	if flag.Lookup("test.run").Value.String() == "" && code == 0 {
		code = w.checkPermissions()
	}
	return code
}
