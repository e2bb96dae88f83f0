// Package clustertest runs the program as a cluster does: a real API server,
// controller manager and scheduler, config/manager applied by kubectl, the operator
// in the pod of its Deployment with the rights of its role and no others, and crawls
// in the pods of Jobs. Only the kubelet is played: it starts each pod's command as a
// process here and writes what becomes of it.
package clustertest

import (
	"context"
	"errors"
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

// argsEnv makes the test binary the program itself, with these arguments.
const argsEnv = "CLAUSEA_TEST_ARGS"

// testCluster is what all tests share; nil where a program that it needs was not given.
var testCluster *cluster

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "pdf-text" { // a worker's child, without an environment
		os.Exit(cli.Main(os.Args[1:]))
	}
	if args := os.Getenv(argsEnv); args != "" {
		os.Exit(cli.Main(strings.Split(args, "\n")))
	}
	flag.Parse()
	// Tests wait for others most of the time: for leases, and for a Job's next pod.
	if err := flag.Set("test.parallel", "5"); err != nil {
		panic(err)
	}
	os.Exit(runAll(m))
}

func runAll(m *testing.M) (code int) {
	ctrl.SetLogger(logr.Discard())
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	mongod, err := replicaset.Find()
	if assets == "" || errors.Is(err, replicaset.ErrNoBinary) {
		fmt.Fprintln(os.Stdout, "SKIP: crawls in Kubernetes Jobs are NOT tested: set KUBEBUILDER_ASSETS and MONGOD to what hack/kube/get.sh and hack/mongod/get.sh print")
		if os.Getenv("CI") != "" {
			return 1
		}
		return m.Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w, err := startCluster(ctx, assets, mongod)
	if err != nil {
		fmt.Fprintln(os.Stderr, "the cluster did not start:", err)
		return 1
	}
	defer func() {
		if err := w.close(); err != nil {
			fmt.Fprintln(os.Stderr, "the cluster did not end cleanly:", err)
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
