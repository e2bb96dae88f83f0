// Package remote carries an embedded store to other processes of the same user: a
// standalone process owns the store's file, and serves its objects, and what commands
// read beside them, on a Unix socket beside it, which only the folder's owner can open.
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

// The bounds of a call.
const (
	maxBody     = 4 << 20 // bytes; an object is at most 1.5 MiB
	callTimeout = 30 * time.Second
)

// objectsCall is one verb of store.Objects with its arguments, and its answer.
type objectsCall struct {
	Verb    string            `json:"verb"`
	Object  store.Object      `json:"object"`
	Key     store.ObjectKey   `json:"key"`
	Version string            `json:"version,omitempty"`
	Page    store.ListOptions `json:"page"`

	Items []store.Object `json:"items,omitempty"`
	Next  string         `json:"next,omitempty"`
	Error string         `json:"error,omitempty"`
	Kind  string         `json:"kind,omitempty"` // which sentinel the error is
}

// sentinels cross the socket by name.
var sentinels = map[string]error{
	"not found": store.ErrNotFound, "exists": store.ErrExists, "conflict": store.ErrConflict, "expired": store.ErrExpired,
}

// Listen serves objects and records on the socket at path until stop is called.
func Listen(path string, objects store.Objects, records Records) (stop func(), err error) {
	// One that a killed process left is nobody's: the folder's lock is ours.
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
		_ = srv.Serve(l) // it ends with stop
	}()
	return sync.OnceFunc(func() {
		_ = os.Remove(path) // before another may make its own
		_ = srv.Close()
		<-done
	}), nil
}

func handler(objects store.Objects, records Records) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /records", handleRecords(records))
	mux.HandleFunc("POST /objects", func(w http.ResponseWriter, r *http.Request) {
		var c objectsCall
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&c); err != nil {
			http.Error(w, "no call: "+err.Error(), http.StatusBadRequest)
			return
		}
		c.execute(r.Context(), objects)
		_ = json.NewEncoder(w).Encode(c)
	})
	return mux
}

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
		err = fmt.Errorf("verb %q is none", c.Verb)
	}
	if err == nil {
		return
	}
	c.Error, c.Kind = err.Error(), errorKind(err)
}

// Store is that of another process, as far as it is carried.
type Store struct{ client *http.Client }

var _ store.Objects = (*Store)(nil)

// Dial gives the store that is served at path; it fails where nobody serves one.
func Dial(ctx context.Context, path string) (*Store, error) {
	probe, err := dial(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("reach the standalone process: %w", err)
	}
	_ = probe.Close()
	return &Store{&http.Client{Timeout: callTimeout, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, path) },
	}}}, nil
}

// post sends in to the other process and reads its answer into out.
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
		return failed(fmt.Errorf("it answered %d: %s", res.StatusCode, bytes.TrimSpace(text)))
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return failed(err)
	}
	return nil
}

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
func (s *Store) ListObjects(ctx context.Context, kind, namespace string, p store.ListOptions) ([]store.Object, string, string, error) {
	c, err := s.do(ctx, objectsCall{Verb: "list", Key: store.ObjectKey{Kind: kind, Namespace: namespace}, Page: p})
	return c.Items, c.Next, c.Version, err
}

// errNoWatch says that changes are not carried: commands read and poll.
var errNoWatch = errors.New("the objects of another process can't be watched")

// WatchObjects implements store.Objects; it is refused.
func (s *Store) WatchObjects(context.Context, string, string) (store.Watch, error) {
	return nil, errNoWatch
}
