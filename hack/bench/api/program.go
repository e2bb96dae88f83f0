package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/clausea/crawler/hack/bench/measure"
)

// adminKey is the key of the settings of the measured programs.
const adminKey = "bench-admin-key"

// program is a measured server.
type program struct {
	*measure.Running
	address string   // host and port
	keys    []string // API keys with the scope read
}

// maxRate is the greatest limit of the requests a minute of a key. keys is the number of keys
// among which a load is divided, so that it stays below the limit.
const (
	maxRate = "1000000"
	keys    = 8
)

// startTimeout bounds the time until a program serves.
const startTimeout = time.Minute

var errExited = errors.New("the program has exited")

// startProgram starts Clausea with a command, and waits until it is ready. It is the program that is
// deployed or, for a profile, the one in this binary.
func startProgram(ctx context.Context, o Options, args ...string) (*program, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	args = append(args, "--port", port, "--metrics-port", "0", "--api-rate", maxRate)
	if o.Profiles != "" {
		return startChild(ctx, filepath.Join(o.Profiles, "api-"+args[0]+"-"+port), "scale/clausea", port, args, "/readyz")
	}
	return start(ctx, append([]string{o.Binary}, args...), port, "/readyz")
}

// startChild starts this binary as another program, and waits until a path is served.
func startChild(ctx context.Context, profile, as, port string, args []string, ready string) (*program, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", as, err)
	}
	return start(ctx, append([]string{self, "-profile", profile, "-as", as, "--"}, args...), port, ready)
}

// start starts a command, and waits until a path is served.
func start(ctx context.Context, argv []string, port, ready string) (*program, error) {
	p := &program{address: "127.0.0.1:" + port}
	var err error
	if p.Running, err = measure.Start(ctx, measure.Program{Argv: argv, Env: []string{"API_KEY=" + adminKey, "CLAUSEA_LOG_LEVEL="}, Timeout: time.Hour}); err != nil {
		return nil, err
	}
	if err := p.await(ctx, ready); err != nil {
		_, stopErr := p.Stop()
		return nil, errors.Join(fmt.Errorf("start %v: %w", argv, err), stopErr)
	}
	return p, nil
}

func freePort(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// await waits until a path is served.
func (p *program) await(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := p.call(ctx, http.MethodGet, path, nil); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.Exited():
			return errExited
		case <-tick.C:
		}
	}
}

// call sends one request with the administrator's key. A status from 400 is an error.
func (p *program) call(ctx context.Context, method, path string, body any, header ...string) (recorded, error) {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return recorded{}, err
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+p.address+path, in)
	if err != nil {
		return recorded{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+adminKey)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return recorded{}, err
	}
	defer func() { _ = res.Body.Close() }()
	out, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: status %d: %.300s", method, path, res.StatusCode, out)
	}
	return recorded{res.StatusCode, res.Header, out}, err
}

// companies is the number of companies, and of items on a page of the list.
const companies = 20

// prepare creates keys with the scope read, and companies.
func (p *program) prepare(ctx context.Context) error {
	for range keys {
		r, err := p.call(ctx, http.MethodPost, "/v1/keys", map[string]any{"name": "bench", "scopes": []string{"read"}})
		if err != nil {
			return err
		}
		var created struct{ Key string }
		if err := json.Unmarshal(r.Body, &created); err != nil {
			return fmt.Errorf("read a key: %w", err)
		}
		p.keys = append(p.keys, created.Key)
	}
	for i := range companies {
		name := fmt.Sprintf("company-%05d", i)
		spec := map[string]any{"displayName": fmt.Sprintf("Company %d Limited", i), "domains": []string{name + ".example", "www." + name + ".example"}, "suspend": true}
		if _, err := p.call(ctx, http.MethodPost, "/v1/companies", map[string]any{"name": name, "tags": []string{"finance"}, "spec": spec}); err != nil {
			return err
		}
	}
	return p.awaitList(ctx)
}

// awaitList waits until the list, which comes from a cache, has all companies and does not change
// any more because of the controllers.
func (p *program) awaitList(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var before []byte
	for {
		r, err := p.call(ctx, http.MethodGet, "/v1/companies", nil)
		if err != nil {
			return err
		}
		if bytes.Equal(r.Body, before) && bytes.Count(r.Body, []byte(`"displayName"`)) == companies {
			return nil
		}
		before = r.Body
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %d companies: %w", companies, ctx.Err())
		case <-tick.C:
		}
	}
}
