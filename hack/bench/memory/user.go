package memory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// Secrets of the measured process.
const (
	userKey      = "bench-memory-key"
	userPassword = "bench-memory-password"
)

// user uses the API and the dashboard of the measured process.
type user struct {
	port string
	http http.Client
}

// requestTimeout limits a request, startTimeout the start of the process, and interval is the time
// between two requests.
const (
	requestTimeout = time.Minute
	startTimeout   = 2 * time.Minute
	interval       = 200 * time.Millisecond
)

// newUser returns a user of a port that is free now.
func newUser(ctx context.Context) (*user, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, fmt.Errorf("find a free port: %w", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("create a cookie jar: %w", err)
	}
	return &user{port: port, http: http.Client{Jar: jar, Timeout: requestTimeout}}, nil
}

// call sends a request with the API key, and returns the body. Every status from 400 is an error.
func (u *user) call(ctx context.Context, method, path string, form url.Values) ([]byte, error) {
	origin := "http://localhost:" + u.port
	req, err := http.NewRequestWithContext(ctx, method, origin+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if form == nil {
		req.Header.Set("Authorization", "Bearer "+userKey)
	} else {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", origin)
	}
	res, err := u.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: status %d: %.300s", method, path, res.StatusCode, b)
	}
	return b, err
}

// signIn waits until the process is ready, and signs in to the dashboard.
func (u *user) signIn(ctx context.Context, exited <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		_, err := u.call(ctx, http.MethodGet, "/readyz", nil)
		if err == nil {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the program: %w", err)
		case <-exited:
			return errors.New("the program has exited")
		case <-tick.C:
		}
	}
	if _, err := u.call(ctx, http.MethodPost, "/dashboard/sign-in", url.Values{"password": {userPassword}}); err != nil {
		return fmt.Errorf("sign in to the dashboard: %w", err)
	}
	return nil
}

// paths are what the user requests, one after the other.
var paths = []string{
	"/dashboard/", "/v1/documents?limit=100", "/dashboard/documents", "/v1/changes?limit=100", "/dashboard/crawls",
	"/v1/search?q=personal+data", "/dashboard/search?q=liability", "/dashboard/system",
}

// start requests the paths until the returned function is called, which returns the number of requests
// that succeeded.
func (u *user) start(ctx context.Context) (stop func() int) {
	ctx, cancel := context.WithCancel(ctx)
	result := make(chan int, 1)
	go func() {
		n := 0
		defer func() { result <- n }()
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for i := 0; ; i++ {
			if _, err := u.call(ctx, http.MethodGet, paths[i%len(paths)], nil); err == nil {
				n++
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return func() int {
		cancel()
		return <-result
	}
}

// countDocuments returns the number of documents of the company.
func (u *user) countDocuments(ctx context.Context) (int, error) {
	n, cursor := 0, ""
	for {
		b, err := u.call(ctx, http.MethodGet, "/v1/documents?limit=100&cursor="+url.QueryEscape(cursor), nil)
		if err != nil {
			return 0, fmt.Errorf("list the documents: %w", err)
		}
		var list struct {
			Items      []json.RawMessage `json:"items"`
			NextCursor string            `json:"nextCursor"`
		}
		if err := json.Unmarshal(b, &list); err != nil {
			return 0, fmt.Errorf("list the documents: %w", err)
		}
		n += len(list.Items)
		if cursor = list.NextCursor; cursor == "" {
			return n, nil
		}
	}
}
