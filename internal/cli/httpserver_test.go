package cli

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
)

// startServer serves h on a free port of loopback until the test ends.
func startServer(t *testing.T, h http.HandlerFunc) httpServer {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := serveHTTP(l, h, logr.Discard())
	t.Cleanup(func() { _ = s.stop(0) })
	return s
}

func TestAServerFinishesTheRequestsInProgressWhenItStops(t *testing.T) {
	t.Parallel()
	began, end := make(chan struct{}), make(chan struct{})
	s := startServer(t, func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-end
		_, _ = io.WriteString(w, "complete")
	})
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + s.addr)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer func() { _ = res.Body.Close() }()
		b, _ := io.ReadAll(res.Body)
		answer <- string(b)
	}()
	<-began
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop(waitTimeout) }()
	for { // the port closes first
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.addr)
		if err != nil {
			break
		}
		_ = c.Close()
	}
	close(end)
	if got := <-answer; got != "complete" {
		t.Errorf("the request in progress has the answer %q", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestAServerRefusesALargeHeader(t *testing.T) {
	t.Parallel()
	s := startServer(t, func(http.ResponseWriter, *http.Request) {})
	for size, want := range map[int]int{16 << 10: http.StatusOK, 64 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.addr, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Large", strings.Repeat("a", size))
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("a header of %d bytes has status %d, want %d", size, res.StatusCode, want)
		}
	}
}

func TestARequestHasDeadlinesThatItsHandlerCanReplace(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	s := startServer(t, func(w http.ResponseWriter, _ *http.Request) {
		c := http.NewResponseController(w)
		_ = c.SetWriteDeadline(time.Now().Add(-time.Second))
		_, err := io.WriteString(w, "late")
		if err == nil {
			err = c.Flush()
		}
		failed <- err
	})
	if res, err := http.Get("http://" + s.addr); err == nil {
		_ = res.Body.Close()
	}
	select {
	case err := <-failed:
		if err == nil {
			t.Error("a write after its deadline succeeds")
		}
	case <-time.After(waitTimeout):
		t.Error("the handler does not end")
	}
}

func TestADefaultPortForMetricsThatIsInUseIsReplaced(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	a := newApp()
	a.env = environment(map[string]string{"PORT": "0"})
	if err := a.loadSettings("standalone", t.Output()); err != nil {
		t.Fatal(err)
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal("no TCP address")
	}
	a.values.MetricsPort = addr.Port // as if this were the default
	e := &endpoints{v: a.values, log: a.log, redact: a.redact.String}
	if err := e.serve(t.Context(), prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	defer e.closePorts(0)
	if e.metricsServer.addr == l.Addr().String() {
		t.Errorf("the metrics are at %s, which is in use", e.metricsServer.addr)
	}
}
