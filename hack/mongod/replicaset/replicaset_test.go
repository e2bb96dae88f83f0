package replicaset

import (
	"context"
	"net"
	"strings"
	"testing"
)

func TestStartRetriesOnOtherPortsIfOneIsTaken(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	mongod, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	other, err := Start(t.Context(), mongod, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	unresponsive, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unresponsive.Close() })
	taken := []string{other.members[0].host, unresponsive.Addr().String()}
	tries := 0
	s, err := startOn(t.Context(), func(ctx context.Context, n int) ([]int, error) {
		ports, err := freePorts(ctx, n)
		if err == nil && tries < len(taken) {
			at, err := net.ResolveTCPAddr("tcp", taken[tries])
			if err != nil {
				return nil, err
			}
			ports[0] = at.Port
		}
		tries++
		return ports, err
	}, mongod, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if tries != len(taken)+1 {
		t.Errorf("the set was started after %d attempts, with %d ports taken", tries, len(taken))
	}
	for _, host := range taken {
		if strings.Contains(s.URI, host) {
			t.Errorf("the set uses the port of another process, %s: %s", host, s.URI)
		}
	}
	if _, err := s.Primary(t.Context()); err != nil {
		t.Error(err)
	}
}
