package mongo

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

func TestAClientThatIsGivenUpAsItConnectsDoesNotWaitForASilentServer(t *testing.T) {
	t.Parallel()
	const clients = 200
	var opens sync.WaitGroup
	for range clients {
		silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = silent.Close() })
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for {
				c, err := silent.Accept()
				if err != nil {
					return
				}
				t.Cleanup(func() { _ = c.Close() })
				cancel()
			}
		}()
		opens.Go(func() {
			if s, err := Open(ctx, "mongodb://"+silent.Addr().String()+"/x", ""); err == nil {
				t.Error("a silent server is taken for one that answers")
				_ = s.Close(t.Context())
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		opens.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(4 * attemptTimeout):
		t.Fatal("a client waits for a server that says nothing")
	}
}
