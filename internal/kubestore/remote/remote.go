// Package remote gives other processes of the same user access to an embedded store. The
// standalone process that owns the store serves its objects and records on a Unix socket in the
// data folder, which only the owner of the folder can open.
package remote

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
	"sync"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// Limits of a call. callTimeout was chosen by hand.
const (
	maxBody     = 4 << 20 // bytes; an object has at most 1.5 MiB
	callTimeout = 30 * time.Second
)

// objectsCall is a call of a method of store.Objects with its arguments and its result.
type objectsCall struct {
	Verb    string            `json:"verb"`
	Object  store.Object      `json:"object"`
	Key     store.ObjectKey   `json:"key"`
	Version string            `json:"version,omitempty"`
	Page    store.ListOptions `json:"page"`

	Items []store.Object `json:"items,omitempty"`
	Next  string         `json:"next,omitempty"`
	Error string         `json:"error,omitempty"`
	Kind  string         `json:"kind,omitempty"` // name of the error in errorsByName
}

// errorsByName lists the errors that keep their identity across the socket.
var errorsByName = map[string]error{
	"not found": store.ErrNotFound, "exists": store.ErrExists, "conflict": store.ErrConflict, "expired": store.ErrExpired,
}

// Listen serves objects and records on the socket at path until stop is called.
func Listen(path string, objects store.Objects, records Records) (stop func(), err error) {
	// This process holds the folder lock, so an existing socket was left by a killed process.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove an old socket: %w", err)
	}
	l, err := bind(path)
	if err != nil {
		return nil, fmt.Errorf("listen for commands: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = os.Remove(path)
		_ = l.Close()
		return nil, fmt.Errorf("listen for commands: %w", err)
	}
	srv := &http.Server{Handler: handler(objects, records), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: callTimeout, WriteTimeout: callTimeout}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l) // returns after stop
	}()
	return sync.OnceFunc(func() {
		_ = os.Remove(path) // before another process can create its own
		_ = srv.Close()
		<-done
	}), nil
}

// handler serves calls to the store.
func handler(objects store.Objects, records Records) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /records", handleRecords(records))
	mux.HandleFunc("POST /objects", func(w http.ResponseWriter, r *http.Request) {
		var c objectsCall
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&c); err != nil {
			http.Error(w, "invalid call: "+err.Error(), http.StatusBadRequest)
			return
		}
		c.execute(r.Context(), objects)
		_ = json.NewEncoder(w).Encode(c)
	})
	return mux
}

// execute calls the method and sets the result.
func (c *objectsCall) execute(ctx context.Context, objects store.Objects) {
	var err error
	switch c.Verb {
	case "get":
		c.Object, err = objects.GetObject(ctx, c.Key)
	case "create":
		c.Object, err = objects.CreateObject(ctx, c.Object)
	case "update":
		c.Object, err = objects.UpdateObject(ctx, c.Object)
	case "delete":
		err = objects.DeleteObject(ctx, c.Key, c.Version)
	case "list":
		c.Items, c.Next, c.Version, err = objects.ListObjects(ctx, c.Key.Kind, c.Key.Namespace, c.Page)
	default:
		err = fmt.Errorf("unknown verb %q", c.Verb)
	}
	if err == nil {
		return
	}
	c.Error, c.Kind = err.Error(), errorKind(err)
}

// Store is a client of the store of another process.
type Store struct{ client *http.Client }

var _ store.Objects = (*Store)(nil)

// Dial connects to the store that is served at path. It fails if no process serves one.
func Dial(ctx context.Context, path string) (*Store, error) {
	probe, err := dial(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("connect to the standalone process: %w", err)
	}
	_ = probe.Close()
	return &Store{&http.Client{Timeout: callTimeout, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, path) },
	}}}, nil
}

// post sends in to the other process and decodes its response into out.
func (s *Store) post(ctx context.Context, path, verb string, in, out any) error {
	failed := func(err error) error { return fmt.Errorf("%s in the standalone process: %w", verb, err) }
	b, err := json.Marshal(in)
	if err != nil {
		return failed(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://clausea/"+path, bytes.NewReader(b))
	if err != nil {
		return failed(err)
	}
	res, err := s.client.Do(req)
	if err != nil {
		return failed(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 1024))
		return failed(fmt.Errorf("status %d: %s", res.StatusCode, bytes.TrimSpace(text)))
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return failed(err)
	}
	return nil
}

// do executes a call in the other process.
func (s *Store) do(ctx context.Context, c objectsCall) (out objectsCall, err error) {
	if err := s.post(ctx, "objects", c.Verb, c, &out); err != nil {
		return c, err
	}
	if out.Error != "" {
		return out, decodeError(out.Error, out.Kind)
	}
	return out, nil
}

// GetObject implements store.Objects.
func (s *Store) GetObject(ctx context.Context, key store.ObjectKey) (store.Object, error) {
	c, err := s.do(ctx, objectsCall{Verb: "get", Key: key})
	return c.Object, err
}

// CreateObject implements store.Objects.
func (s *Store) CreateObject(ctx context.Context, obj store.Object) (store.Object, error) {
	c, err := s.do(ctx, objectsCall{Verb: "create", Object: obj})
	return c.Object, err
}

// UpdateObject implements store.Objects.
func (s *Store) UpdateObject(ctx context.Context, obj store.Object) (store.Object, error) {
	c, err := s.do(ctx, objectsCall{Verb: "update", Object: obj})
	return c.Object, err
}

// DeleteObject implements store.Objects.
func (s *Store) DeleteObject(ctx context.Context, key store.ObjectKey, version string) error {
	_, err := s.do(ctx, objectsCall{Verb: "delete", Key: key, Version: version})
	return err
}

// ListObjects implements store.Objects.
func (s *Store) ListObjects(ctx context.Context, kind, namespace string, opts store.ListOptions) ([]store.Object, string, string, error) {
	c, err := s.do(ctx, objectsCall{Verb: "list", Key: store.ObjectKey{Kind: kind, Namespace: namespace}, Page: opts})
	return c.Items, c.Next, c.Version, err
}

// errNoWatch means that watches are not supported. Commands poll instead.
var errNoWatch = errors.New("watching the objects of another process is not supported")

// WatchObjects implements store.Objects. It is not supported.
func (s *Store) WatchObjects(context.Context, string, string) (store.Watch, error) {
	return nil, errNoWatch
}
