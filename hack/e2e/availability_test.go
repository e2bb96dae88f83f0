//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// pollInterval is the time between two requests of whileServing.
const pollInterval = 100 * time.Millisecond

// whileServing runs f while it requests the API and the dashboard through their Services, each request
// with a connection of its own (the probe of the API has no rate limit). It fails the test if one of them fails.
func (r *release) whileServing(what string, f func()) {
	r.t.Helper()
	urls := []string{r.service("api") + "/readyz", r.service("dashboard") + "/dashboard/sign-in"}
	poller := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	done := make(chan struct{})
	requests := 0
	var failures []string
	var running sync.WaitGroup
	running.Go(func() {
		tick := time.NewTicker(pollInterval)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			for _, u := range urls {
				requests++
				if err := poll(poller, u); err != nil {
					failures = append(failures, fmt.Sprintf("%s: %v", time.Now().Format(time.TimeOnly), err))
				}
			}
		}
	})
	defer func() {
		close(done)
		running.Wait()
		r.t.Logf("figures: %d of %d requests failed during %s", len(failures), requests, what)
		if len(failures) > 0 || requests == 0 {
			r.t.Errorf("%d of %d requests failed during %s: %v", len(failures), requests, what, failures[:min(len(failures), 5)])
		}
	}()
	f()
}

// poll requests a URL.
func poll(c *http.Client, u string) error {
	res, err := c.Get(u) //nolint:noctx // the client has a timeout
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", u, res.Status)
	}
	return nil
}
