// Package apitest tests the HTTP API on every deployment: with an API server and MongoDB, as the
// operator uses it, and in standalone mode on MongoDB and on the embedded store. Each behavior is
// called over HTTP, and must be the same on all of them.
package apitest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/clausea/crawler/hack/mongod/replicaset"
)

// The servers that all tests of the package share. With -short they are not started.
var (
	cluster  *rest.Config
	mongoURI string
)

// serverTimeout bounds the start and the stop of a server.
const serverTimeout = 5 * time.Minute

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	ctrl.SetLogger(logr.Discard())
	flag.Parse()
	if testing.Short() {
		return m.Run()
	}
	stop, err := startServers(context.Background())
	defer stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// startServers starts an API server and MongoDB at the same time. stop stops what has started.
func startServers(ctx context.Context) (stop func(), err error) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		return func() {}, errors.New("set KUBEBUILDER_ASSETS to the folder that hack/kube/get.sh prints, or test with -short")
	}
	env := &envtest.Environment{
		BinaryAssetsDirectory: assets,
		CRDDirectoryPaths:     []string{filepath.Join("..", "..", "..", "config", "crd", "bases")}, ErrorIfCRDPathMissing: true,
		ControlPlaneStartTimeout: serverTimeout, ControlPlaneStopTimeout: serverTimeout, CRDInstallOptions: envtest.CRDInstallOptions{MaxTime: serverTimeout},
	}
	started := make(chan error, 1)
	go func() {
		config, err := env.Start()
		if err == nil {
			config.QPS, config.Burst = 500, 1000
			cluster = config
		}
		started <- err
	}()
	set, mongoErr := startMongoDB(ctx)
	if err = <-started; err != nil {
		err = fmt.Errorf("start the API server: %w", err)
	}
	stop = func() {
		_ = env.Stop()
		if set != nil {
			set.Close()
		}
	}
	return stop, errors.Join(err, mongoErr)
}

// startMongoDB starts a replica set with one member, unless the environment names another one.
func startMongoDB(ctx context.Context) (*replicaset.Set, error) {
	if mongoURI = os.Getenv("CLAUSEA_TEST_MONGO_URI"); mongoURI != "" {
		return nil, nil
	}
	mongod, err := replicaset.Find()
	if err != nil {
		return nil, err
	}
	set, err := replicaset.Start(ctx, mongod, "", 1)
	if err == nil {
		mongoURI = set.URI
	}
	return set, err
}
