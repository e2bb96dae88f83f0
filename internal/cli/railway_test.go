package cli

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/hack/mongod/replicaset"
)

// noDisk is a folder in which no process can create a file, not even as root.
const noDisk = "/proc"

// railwayEnv returns the environment of a replica: a port, the store, the ID of the replica, and no
// folder that the program could write to.
// cache is for a package of the tests, which is part of the test binary and needs a folder when it starts.
func railwayEnv(cache, uri, port, replica string, more ...string) []string {
	env := []string{"XDG_CACHE_HOME=" + cache, "PORT=" + port, "MONGO_URI=" + uri, replicaEnv + "=" + replica, "LOG_FORMAT=json"}
	for _, name := range []string{"HOME", "TMPDIR", "CLAUSEA_DATA_DIR"} {
		env = append(env, name+"="+noDisk+"/none")
	}
	return append(env, more...)
}

// freePort returns a port that was free a moment ago. It is below those that systems give to
// connections, so that no other test gets it meanwhile.
func freePort(t *testing.T) string {
	t.Helper()
	const lowest, count, attempts = 20_000, 10_000, 100
	for range attempts {
		port := strconv.Itoa(lowest + rand.IntN(count))
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", ":"+port)
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatal("no port is free")
	return ""
}

// getAsRailway requests a path from an IP address with the Host of Railway's health check. The status
// is 0 if the port is closed.
func getAsRailway(t *testing.T, ip, port, path string) (status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+net.JoinHostPort(ip, port)+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "healthcheck.railway.app"
	c := http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// On Railway, a service has a port in PORT, a network of IPv6 addresses, a health check with a Host of
// its own, no volume, SIGTERM 30 s before SIGKILL, and two versions at once during a deployment.
func TestTheServicesRunUnderTheConditionsOfRailway(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	if l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp6", "[::1]:0"); err != nil {
		t.Skipf("this machine has no IPv6: %v", err)
	} else {
		_ = l.Close()
	}
	mongod, err := replicaset.Find()
	if err != nil {
		t.Fatal(err)
	}
	set, err := replicaset.Start(t.Context(), mongod, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	uri := strings.Replace(set.URI, "/?", "/railway?", 1)
	const companies = 2
	cache := t.TempDir()
	w := newTestSites(t, companies)
	// The crawls wait halfway until both versions run and the old one has received SIGTERM.
	const before = sitePages / 2
	terminated := make(chan struct{})
	w.beforeResponse = func(r *http.Request) {
		if w.pageRequests() <= before {
			return
		}
		select {
		case <-terminated:
		case <-r.Context().Done():
		}
	}
	startReplica := func(replica string) (*programProcess, string) {
		port := freePort(t)
		p := startProgramIn(t, noDisk, railwayEnv(cache, uri, port, replica), "standalone", "--lease-duration", testLease,
			"--ca-file", w.caFile, "--connect-to", ":443:"+w.addr, "--allow-address", "127.0.0.1/32")
		p.waitUntil(t, "the health check of "+replica, func() bool { return getAsRailway(t, "::1", port, "/readyz") == http.StatusOK })
		return p, port
	}
	old, port := startReplica("replica-old")
	if status := getAsRailway(t, "127.0.0.1", port, "/readyz"); status != http.StatusOK {
		t.Errorf("over IPv4, the health check responds with %d", status)
	}
	checkServing(t, cache, uri)

	s, _, err := openAt(t.Context(), uri, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	k := createCrawlJobs(t, s, w.names, 100*time.Millisecond)
	old.waitUntil(t, "crawls", func() bool { return w.pageRequests() > before })
	next, _ := startReplica("replica-new")
	old.terminate(t)
	close(terminated)
	if err := old.waitForCleanExit(); err != nil {
		t.Error(err)
	}
	waitForCompletion(t, k, companies)
	if again, pages := w.refetched(); pages != companies*sitePages || again > companies {
		t.Errorf("%d of %d pages were fetched, %d of them again", pages, companies*sitePages, again)
	}
	checkDocuments(t, s, w)
	next.terminate(t)
	if err := next.waitForCleanExit(); err != nil {
		t.Error(err)
	}
	for _, p := range []*programProcess{old, next} {
		if !strings.Contains(p.output(), `"worker":"replica-`) {
			t.Errorf("the log does not name the replica in %s:\n%s", strconv.Quote(replicaEnv), p.output())
		}
	}
}

// checkServing starts the services that have a domain, one after the other, and requests a page of each.
func checkServing(t *testing.T, cache, uri string) {
	t.Helper()
	for command, path := range map[string]string{"api": "/openapi.json", "dashboard": "/dashboard/sign-in"} {
		at := freePort(t)
		p := startProgramIn(t, noDisk, railwayEnv(cache, uri, at, "replica-"+command, "CLAUSEA_RESOURCES=Store", "API_KEY=railway-test-key", "DASHBOARD_PASSWORD=railway-test"), command)
		p.waitUntil(t, "the health check of "+command, func() bool { return getAsRailway(t, "::1", at, "/readyz") == http.StatusOK })
		if status := getAsRailway(t, "::1", at, path); status != http.StatusOK {
			t.Errorf("%s responds to %s with %d", command, path, status)
		}
		p.terminate(t)
		if err := p.waitForCleanExit(); err != nil {
			t.Error(err)
		}
	}
}
