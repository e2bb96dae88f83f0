package cli

import (
	"context"
	"errors"
	"fmt"
	stdlog "log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/net/netutil"
)

// Limits of a server that the internet may reach.
const (
	// maxConnections bounds the open connections of a port. A connection with its buffers takes
	// about 12 KiB. Further ones wait in the queue of the system.
	maxConnections    = 4096
	readHeaderTimeout = 5 * time.Second
	// idleTimeout is longer than the 60 s after which load balancers close idle connections, so
	// that they do not send a request on a connection that the server closes.
	idleTimeout    = 75 * time.Second
	maxHeaderBytes = 32 << 10
	// requestTimeout limits reading and writing of a request. The API extends it for its routes
	// that take longer.
	requestTimeout = 30 * time.Second
)

// httpServer serves a listener until it is stopped.
type httpServer struct {
	addr string // host:port
	// stop stops accepting requests, and waits for those in progress, at most for the time that
	// it receives. Only the first call has an effect.
	stop func(within time.Duration) error
}

// serveHTTP serves h on l. Errors of connections are logged to log.
func serveHTTP(l net.Listener, h http.Handler, log logr.Logger) httpServer {
	srv := &http.Server{
		Handler: withDeadlines(h), ErrorLog: stdlog.New(logWriter{log}, "", 0),
		ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(netutil.LimitListener(l, maxConnections)) }()
	var once sync.Once
	return httpServer{l.Addr().String(), func(within time.Duration) (err error) {
		once.Do(func() {
			ctx, cancel := context.WithTimeout(context.Background(), within)
			defer cancel()
			if err = srv.Shutdown(ctx); err != nil {
				err = errors.Join(err, srv.Close())
			}
			if serr := <-served; !errors.Is(serr, http.ErrServerClosed) {
				err = errors.Join(err, serr)
			}
		})
		return err
	}}
}

// withDeadlines limits the time of each request to requestTimeout. The server has no limit of its
// own, because a stream of events has none; its handler replaces these deadlines.
func withDeadlines(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, end := http.NewResponseController(w), time.Now().Add(requestTimeout)
		if errors.Join(c.SetReadDeadline(end), c.SetWriteDeadline(end)) != nil {
			http.Error(w, "the connection is closed", http.StatusServiceUnavailable)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// listen opens a port on all IP addresses.
func listen(ctx context.Context, port int, variable, flag string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":"+strconv.Itoa(port))
	if err != nil {
		return nil, fmt.Errorf("listen on port %d: %w; set %s or --%s to another port, or to 0 for a free one", port, err, variable, flag)
	}
	return l, nil
}

// isPortInUse reports whether err means that another process has the port.
func isPortInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
