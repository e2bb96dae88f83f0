package crawltest

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Canaries listen on addresses that no crawler may connect to.
type Canaries struct{ hits atomic.Int64 }

// NewCanaries listens on a port of 127.0.0.2 to 127.0.0.9 until the test ends. It skips
// the test on a platform whose loopback is one address only.
func NewCanaries(t testing.TB, port string) *Canaries {
	t.Helper()
	c := &Canaries{}
	var wg sync.WaitGroup
	var all []net.Listener
	t.Cleanup(func() {
		for _, l := range all {
			_ = l.Close()
		}
		wg.Wait()
	})
	for n := 2; n <= 9; n++ {
		l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.%d:%s", n, port))
		if err != nil {
			t.Skipf("127.0.0.%d is not available: %v", n, err)
		}
		all = append(all, l)
		wg.Go(func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				c.hits.Add(1)
				_ = conn.Close()
			}
		})
	}
	return c
}

// Hits returns the number of connections.
func (c *Canaries) Hits() int { return int(c.hits.Load()) }
