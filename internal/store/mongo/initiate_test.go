package mongo

import (
	"context"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/hack/mongod/replicaset"
)

// startUninitiated starts a server that waits for a replica set to be initiated, and returns its
// HOST:PORT.
func startUninitiated(t *testing.T) string {
	t.Helper()
	mongod, err := replicaset.Find()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := l.Addr().String()
	_, port, _ := net.SplitHostPort(host)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, mongod, "--replSet", "rs0", "--dbpath", t.TempDir(), "--port", port, "--nounixsocket", "--quiet")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
	})
	return host
}

func TestASingleServerBecomesAReplicaSetOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	uri := "mongodb://" + startUninitiated(t) + "/?replicaSet=rs0"
	for i, want := range []bool{true, false} {
		initiated, err := InitiateReplicaSet(ctx, uri, "rs0", "")
		if err != nil || initiated != want {
			t.Fatalf("call %d returns %v, %v, want %v", i+1, initiated, err, want)
		}
	}
	if _, err := InitiateReplicaSet(ctx, uri, "rs1", ""); err == nil || !strings.Contains(err.Error(), "another replica set: rs0") {
		t.Errorf("with another name, the error is %v", err)
	}
	s, err := Open(ctx, uri, "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(ctx) }()
	if !s.Replicated() {
		t.Error("the server is not replicated")
	}
	if err := s.TryChangeStream(ctx); err != nil {
		t.Errorf("the server has no change streams: %v", err)
	}
}

func TestAServerWithoutReplSetIsReportedAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	mongod, err := replicaset.Find()
	if err != nil {
		t.Fatal(err)
	}
	set, err := replicaset.StartStandalone(t.Context(), mongod)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	if _, err := InitiateReplicaSet(t.Context(), set.URI, "rs0", ""); err == nil || !strings.Contains(err.Error(), "replSet") {
		t.Errorf("the error is %v", err)
	}
}
