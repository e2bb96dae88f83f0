package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// client uses the API and the dashboard of a process.
type client struct {
	origin string
	http   http.Client
}

// requestTimeout limits a request, and startTimeout the start of a process.
const (
	requestTimeout = 30 * time.Second
	startTimeout   = 2 * time.Minute
)

func newClient(port string) (*client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("create a cookie jar: %w", err)
	}
	return &client{origin: "http://localhost:" + port, http: http.Client{
		Jar: jar, Timeout: requestTimeout, Transport: &http.Transport{IdleConnTimeout: 5 * time.Second, MaxIdleConnsPerHost: users},
	}}, nil
}

// failure is a response with a status from 400.
type failure struct {
	status         int
	code, instance string
	body           []byte
}

func (f *failure) Error() string { return fmt.Sprintf("status %d: %.300s", f.status, f.body) }

// call sends a request with the API key, decodes the response into into unless it is nil, and returns a
// *failure for a status from 400.
func (c *client) call(ctx context.Context, method, path string, body, into any) error {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.origin+path, in)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+apiKey)
	return c.do(req, into)
}

func (c *client) do(req *http.Request, into any) error {
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= http.StatusBadRequest {
		f := &failure{status: res.StatusCode, body: out}
		var p struct{ Code, Instance string }
		if json.Unmarshal(out, &p) == nil {
			f.code, f.instance = p.Code, p.Instance
		}
		return f
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(out, into)
}

// signIn waits until the process is ready, and signs in to the dashboard.
func (c *client) signIn(ctx context.Context, p *process) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	err := await(ctx, 200*time.Millisecond, func() (bool, error) {
		if !p.running() {
			return false, errors.New("the process has ended")
		}
		return c.call(ctx, http.MethodGet, "/readyz", nil, nil) == nil, nil
	})
	if err != nil {
		return fmt.Errorf("wait for the program: %w", err)
	}
	form := url.Values{"password": {password}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.origin+"/dashboard/sign-in", strings.NewReader(form))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", c.origin)
	if err := c.do(req, nil); err != nil {
		return fmt.Errorf("sign in to the dashboard: %w", err)
	}
	return nil
}

// await calls ok at an interval until it returns true or an error.
func await(ctx context.Context, interval time.Duration, ok func() (bool, error)) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if done, err := ok(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// readPaths are what a user requests, one after the other.
var readPaths = []string{
	"/dashboard/", "/v1/documents?limit=100", "/dashboard/documents", "/v1/changes?limit=100", "/dashboard/crawls", "/v1/companies",
	"/v1/search?q=personal+data", "/dashboard/search?q=liability", "/dashboard/companies", "/v1/stats", "/dashboard/system",
}

// browse requests the paths until ctx ends, and returns the number of requests that succeeded and that
// failed.
func (c *client) browse(ctx context.Context) (ok, failed int) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return ok, failed
		case <-tick.C:
		}
		if err := c.call(ctx, http.MethodGet, readPaths[i%len(readPaths)], nil, nil); err != nil {
			failed++
		} else {
			ok++
		}
	}
}
