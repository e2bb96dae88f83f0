package heartbeat

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"github.com/clausea/crawler/internal/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const metric = "clausea_heartbeat_pings_total"

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func newMetrics(t *testing.T) (*telemetry.HeartbeatMetrics, func(result string) float64) {
	t.Helper()
	registry := prometheus.NewRegistry()
	m, err := telemetry.NewHeartbeatMetrics(registry)
	if err != nil {
		t.Fatal(err)
	}
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	return m, func(result string) float64 {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range families[0].GetMetric() {
			if s.GetLabel()[0].GetValue() == result {
				return s.GetCounter().GetValue()
			}
		}
		t.Fatalf("%s has no result %s", metric, result)
		return 0
	}
}

func TestTheURLIsRequestedOnlyWhileCrawlsCanRun(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/token" {
			t.Errorf("the request is %s %s", r.Method, r.URL.Path)
		}
		requests.Add(1)
	}))
	defer server.Close()
	var down atomic.Bool
	metrics, count := newMetrics(t)
	p, err := New(Options{URL: server.URL + "/token", AllowAddress: loopback, Metrics: metrics, Log: logr.Discard(), Interval: 5 * time.Millisecond, Check: func(context.Context) error {
		if down.Load() {
			return errors.New("the store does not respond")
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Start(ctx) }()
	await(t, func() bool { return requests.Load() > 2 && count(telemetry.HeartbeatSent) > 2 })
	down.Store(true)
	await(t, func() bool { return count(telemetry.HeartbeatWithheld) > 2 })
	last := requests.Load()
	before := count(telemetry.HeartbeatWithheld)
	await(t, func() bool { return count(telemetry.HeartbeatWithheld) > before+2 })
	if n := requests.Load(); n != last {
		t.Errorf("%d requests were sent although crawls cannot run", n-last)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// await waits for a condition.
func await(t *testing.T, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatal("the condition was not met within 30 s")
		}
	}
}

func TestAFailureIsLoggedOnceWithoutTheURL(t *testing.T) {
	t.Parallel()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	defer broken.Close()
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer hangs.Close()
	redirects := httptest.NewServer(http.RedirectHandler("http://192.0.2.1/", http.StatusFound))
	defer redirects.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for name, tc := range map[string]struct {
		url     string
		allowed []netip.Prefix
		want    string
	}{
		"a status":                  {broken.URL, loopback, "502"},
		"no response":               {hangs.URL, loopback, "deadline"},
		"no connection":             {closed.URL, loopback, "connect"},
		"a redirect":                {redirects.URL, loopback, "302"},
		"an internal IP address":    {"https://127.0.0.1", nil, "not public"},
		"a URL without TLS":         {broken.URL, nil, "https"},
		"a URL that cannot be used": {"http://a b", loopback, "invalid"},
	} {
		var lines []string
		metrics, count := newMetrics(t)
		p, err := New(Options{
			URL: tc.url + "/secret-token", AllowAddress: tc.allowed, Metrics: metrics, Timeout: 300 * time.Millisecond,
			Check: func(context.Context) error { return nil },
			Log:   funcr.New(func(_, args string) { lines = append(lines, args) }, funcr.Options{}),
		})
		if err != nil {
			t.Fatal(err)
		}
		p.attempt(t.Context())
		p.attempt(t.Context())
		p.transport.CloseIdleConnections()
		if len(lines) != 1 || !strings.Contains(lines[0], tc.want) || strings.Contains(lines[0], "secret-token") {
			t.Errorf("%s: the log is %q, want one line with %q", name, lines, tc.want)
		}
		if n := count(telemetry.HeartbeatFailed); n != 2 {
			t.Errorf("%s: %v failures are counted", name, n)
		}
	}
}
