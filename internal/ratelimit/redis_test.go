package ratelimit

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
)

// servers starts the Redis servers to test with: one in the process and, except in short tests,
// the redis-server in PATH.
func servers(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{"in the process": "redis://" + miniredis.RunT(t).Addr()}
	if testing.Short() {
		return out
	}
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("%v (make test installs it)", err)
	}
	// The path of a socket has at most 108 bytes.
	folder, err := os.MkdirTemp("", "redis")
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(folder, "s")
	command := exec.CommandContext(context.WithoutCancel(t.Context()), program, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		_ = os.RemoveAll(folder)
	})
	tick, end := time.NewTicker(5*time.Millisecond), time.NewTimer(time.Minute)
	defer tick.Stop()
	defer end.Stop()
	for ready := false; !ready; {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatal("redis-server did not start within a minute")
		}
		if c, err := new(net.Dialer).DialContext(t.Context(), "unix", socket); err == nil {
			_ = c.Close()
			ready = true
		}
	}
	out["redis-server"] = "unix://" + socket
	return out
}

// connect returns a limiter that waits long enough for a server on a busy machine.
func connect(t *testing.T, url string, log logr.Logger) *Redis {
	t.Helper()
	return connectWithin(t, url, time.Minute, log)
}

func connectWithin(t *testing.T, url string, timeout time.Duration, log logr.Logger) *Redis {
	t.Helper()
	l, err := newRedis(url, timeout, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestASharedQuotaIsNeverExceeded(t *testing.T) {
	t.Parallel()
	q := Quota{Name: "key", Requests: 20, Window: time.Hour}
	for name, url := range servers(t) {
		limiters := []Limiter{connect(t, url, logr.Discard()), connect(t, url, logr.Discard())}
		var allowed atomic.Int32
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for range 10 {
					if limiters[i%2].Allow(t.Context(), "a", q).Allowed {
						allowed.Add(1)
					}
				}
			})
		}
		wg.Wait()
		if n := allowed.Load(); n != 20 {
			t.Errorf("%s: %d of 80 requests are allowed, want 20", name, n)
		}
		if !limiters[0].Allow(t.Context(), "b", q).Allowed {
			t.Errorf("%s: another key has the same quota", name)
		}
	}
}

func TestRedisDecidesAsTheMemoryDoes(t *testing.T) {
	t.Parallel()
	q := Quota{Name: "crawls", Requests: 3, Window: 24 * time.Hour}
	for name, url := range servers(t) {
		shared, memory := connect(t, url, logr.Discard()), NewMemory()
		for i := range 12 {
			if i%5 == 4 {
				shared.Return(t.Context(), "a", q)
				memory.Return(t.Context(), "a", q)
			}
			got, want := shared.Allow(t.Context(), "a", q), memory.Allow(t.Context(), "a", q)
			near := func(x, y time.Duration) bool { return (x - y).Abs() < time.Minute }
			if got.Allowed != want.Allowed || got.Remaining != want.Remaining || !near(got.Reset, want.Reset) || !near(got.RetryAfter, want.RetryAfter) {
				t.Errorf("%s: decision %d is %+v, want %+v", name, i, got, want)
			}
		}
		if r := shared.Allow(t.Context(), "a", Quota{}); !r.Allowed {
			t.Errorf("%s: no limit refuses a request", name)
		}
	}
}

func TestAQuotaInRedisExpires(t *testing.T) {
	t.Parallel()
	s := miniredis.RunT(t)
	start := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	s.SetTime(start)
	l := connect(t, "redis://"+s.Addr(), logr.Discard())
	q := Quota{Name: "key", Requests: 2, Window: time.Minute}
	for i, want := range []bool{true, true, false} {
		if r := l.Allow(t.Context(), "a", q); r.Allowed != want || !want && r.RetryAfter != 30*time.Second {
			t.Errorf("decision %d is %+v", i, r)
		}
	}
	s.SetTime(start.Add(30 * time.Second))
	if r := l.Allow(t.Context(), "a", q); !r.Allowed || r.Remaining != 0 || r.Reset != time.Minute {
		t.Errorf("after half of the window, the decision is %+v", r)
	}
	s.FastForward(time.Minute)
	if keys := s.Keys(); len(keys) != 0 {
		t.Errorf("Redis retains %v", keys)
	}
}

func TestWithoutRedisEachProcessLimitsAlone(t *testing.T) {
	t.Parallel()
	s := miniredis.RunT(t)
	var lines []string
	log := funcr.New(func(_, args string) { lines = append(lines, args) }, funcr.Options{})
	l := connect(t, "redis://:canary-password@"+s.Addr(), log)
	now := time.Now()
	l.now = func() time.Time { return now }
	q := Quota{Name: "key", Requests: 2, Window: time.Hour}
	s.Close()
	for i, want := range []bool{true, true, false} {
		if r := l.Allow(t.Context(), "a", q); r.Allowed != want {
			t.Errorf("decision %d without Redis is %+v", i, r)
		}
		now = now.Add(2 * time.Second)
	}
	if len(lines) != 1 || strings.Contains(lines[0], "canary") {
		t.Errorf("3 failures in 6 s log %q", lines)
	}
	now = now.Add(time.Minute)
	l.Allow(t.Context(), "a", q)
	if len(lines) != 2 {
		t.Errorf("a failure a minute later logs %q", lines)
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	now = now.Add(redisPause)
	s.RequireAuth("canary-password")
	if r := l.Allow(t.Context(), "a", q); !r.Allowed || r.Remaining != 1 {
		t.Errorf("the first decision of Redis is %+v", r)
	}
}

func TestAServerThatDoesNotRespondDelaysOneRequest(t *testing.T) {
	t.Parallel()
	// The listener accepts connections and never answers.
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	l := connectWithin(t, "redis://"+listener.Addr().String(), redisTimeout, logr.Discard())
	now := time.Now()
	l.now = func() time.Time { return now }
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the client has disconnected; its request counts all the same
	for range 3 {
		if r := l.Allow(ctx, "a", Quota{Name: "key", Requests: 3, Window: time.Hour}); !r.Allowed {
			t.Errorf("the decision is %+v", r)
		}
	}
	if !l.paused() {
		t.Error("the server is asked by every request")
	}
}

func TestAMalformedURLOfRedisIsAnErrorWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "http://x", "redis://u:canary@host:1/database", "redis://:canary@%zz", "canary"} {
		l, err := NewRedis(url, logr.Discard())
		if err == nil {
			_ = l.Close()
			t.Errorf("the URL %q is accepted", url)
		} else if strings.Contains(fmt.Sprint(err), "canary") {
			t.Errorf("the error contains the password: %v", err)
		}
	}
}
