//go:build e2e

package e2e

import (
	"io"
	"net"
	"sync"
)

// serveInternet copies each connection of listener to the address to, until the function that it
// returns is called.
func serveInternet(listener net.Listener, to string) (stop func()) {
	var running sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	closed := false
	register := func(c net.Conn) bool {
		mu.Lock()
		defer mu.Unlock()
		open[c] = true
		return !closed
	}
	forget := func(c net.Conn) {
		mu.Lock()
		defer mu.Unlock()
		delete(open, c)
		_ = c.Close()
	}
	serve := func(client net.Conn) {
		defer forget(client)
		server, err := net.Dial("tcp", to)
		if err != nil {
			return
		}
		defer forget(server)
		if !register(client) || !register(server) {
			return
		}
		running.Go(func() {
			_, _ = io.Copy(server, client)
			_ = server.Close()
		})
		_, _ = io.Copy(client, server)
	}
	running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { serve(client) })
		}
	})
	return func() {
		_ = listener.Close()
		mu.Lock()
		closed = true
		for c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		running.Wait()
	}
}
