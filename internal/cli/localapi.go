package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/unixsocket"
)

// localAPI is the API of the store that the settings select, for commands of this user: that of
// the process that has the embedded store open, or else one in this process.
type localAPI struct {
	client http.Client
	close  func()
}

// storeOpener opens the store that the settings select.
type storeOpener func(context.Context, *settings.Values) (store.Store, error)

// localCallTimeout limits a request to the local API. It was chosen by hand.
const localCallTimeout = 30 * time.Second

// openLocalAPI returns the local API. It opens the store with open, unless another process serves
// it.
func (a *app) openLocalAPI(ctx context.Context, open storeOpener) (*localAPI, error) {
	if folder := embeddedFolder(a.values); folder != "" {
		if l := dialLocalAPI(ctx, folder); l != nil {
			return l, nil
		}
	}
	s, err := open(ctx, a.values)
	if err != nil {
		return nil, err
	}
	closeStore := func() { _ = s.Close(context.WithoutCancel(ctx)) }
	scheme, err := newScheme()
	if err != nil {
		closeStore()
		return nil, err
	}
	backends, err := newAPIBackends(a.values, a.log)
	if err != nil {
		closeStore()
		return nil, err
	}
	closeAll := func() {
		backends.close()
		closeStore()
	}
	c := kubestore.NewClient(s, scheme)
	h, err := newLocalAPI(ctx, a.values, apiParts{
		store: s, backends: backends, resources: service.Resources{Client: c, Cache: c, Namespace: kubestore.DefaultNamespace}, log: a.log.WithName("api"),
	})
	if err != nil {
		closeAll()
		return nil, err
	}
	return &localAPI{http.Client{Transport: handlerTransport{h}}, closeAll}, nil
}

// dialLocalAPI returns the API of the process that serves the socket of a folder, or nil.
func dialLocalAPI(ctx context.Context, folder string) *localAPI {
	socket := filepath.Join(folder, socketName)
	probe, err := unixsocket.Dial(ctx, socket)
	if err != nil {
		return nil
	}
	_ = probe.Close()
	t := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return unixsocket.Dial(ctx, socket) }}
	return &localAPI{http.Client{Transport: t, Timeout: localCallTimeout}, t.CloseIdleConnections}
}

// call sends a request with in as JSON, unless it is nil, and decodes the response into out,
// unless it is nil.
func (l *localAPI) call(ctx context.Context, method, target string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode a request to the API: %w", err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://localhost"+target, body)
	if err != nil {
		return fmt.Errorf("send a request to the API: %w", err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := l.client.Do(req)
	if err != nil {
		return fmt.Errorf("send a request to the API: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= http.StatusBadRequest {
		return problemOf(res)
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("read the response of the API: %w", err)
	}
	return nil
}

// maxProblem bounds the body of a response that reports a problem, in bytes.
const maxProblem = 64 << 10

// apiProblem is a problem that the API reports.
type apiProblem struct {
	code problem.Code
	text string
}

// Error implements error.
func (p *apiProblem) Error() string { return p.text }

// problemOf returns the problem that a response reports.
func problemOf(res *http.Response) error {
	var p httpapi.Problem
	if err := json.NewDecoder(io.LimitReader(res.Body, maxProblem)).Decode(&p); err != nil || p.Detail == "" {
		return fmt.Errorf("the API answers with status %s", res.Status)
	}
	out := &apiProblem{problem.Code(path.Base(p.Type)), p.Detail}
	if len(p.Errors) > 1 { // the detail has a single one
		var fields []string
		for _, f := range p.Errors {
			fields = append(fields, f.Location+" "+f.Message)
		}
		out.text += ": " + strings.Join(fields, "; ")
	}
	return out
}

// handlerTransport sends requests to a handler in this process.
type handlerTransport struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper. The response is complete when it returns.
func (t handlerTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	w := &bufferedResponse{header: http.Header{}}
	if req.Body == nil {
		req = req.Clone(req.Context())
		req.Body = http.NoBody
	}
	t.handler.ServeHTTP(w, req)
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: req,
	}, nil
}

// bufferedResponse is a ResponseWriter in memory.
type bufferedResponse struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *bufferedResponse) Header() http.Header { return w.header }

// Write implements http.ResponseWriter.
func (w *bufferedResponse) Write(b []byte) (int, error) { return w.body.Write(b) }

// WriteHeader implements http.ResponseWriter.
func (w *bufferedResponse) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}
