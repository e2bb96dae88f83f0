package crawltest

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Canaries listen where nobody may connect.
type Canaries struct{ hits atomic.Int64 }

// NewCanaries listens at 127.0.0.2 to 127.0.0.9, at the web's port and for the
// length of a test. Where loopback is one address only the test is not run.
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
			t.Skipf("NOT TESTED: nothing can listen at 127.0.0.%d here: %v", n, err)
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

// Hits is how many connections there were.
func (c *Canaries) Hits() int { return int(c.hits.Load()) }
