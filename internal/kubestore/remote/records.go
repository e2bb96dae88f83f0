package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/clausea/crawler/internal/store"
)

// Records is what commands read in addition to objects.
type Records interface {
	QueryCompanies(ctx context.Context, q store.CompanyQuery) (items []store.CompanySummary, next string, err error)
	QueryRuns(ctx context.Context, q store.RunQuery) (items []store.Run, next string, err error)
	GetPage(ctx context.Context, runID, url string) (store.FetchedPage, error)
	QueryPages(ctx context.Context, q store.PageQuery) (items []store.FetchedPage, next string, err error)
	GetDocument(ctx context.Context, id string) (store.Document, error)
	FindDocument(ctx context.Context, company, url string) (store.Document, error)
	ListDocuments(ctx context.Context, company string, opts store.ListOptions) (items []store.Document, next string, err error)
	ListVersions(ctx context.Context, documentID string, opts store.ListOptions) (items []store.Version, next string, err error)
	VersionText(ctx context.Context, documentID string, n int) (store.Version, string, error)
	GetSnapshot(ctx context.Context, company, hash string) ([]byte, error)
	Ping(ctx context.Context) error
	Counts(ctx context.Context) (companies, documents int64, err error)
}

// recordsRequest is a call of a method of Records with its arguments.
type recordsRequest struct {
	Verb  string            `json:"verb"`
	Of    string            `json:"of,omitempty"` // a company key, or the ID of a document or a run
	URL   string            `json:"url,omitempty"`
	Hash  string            `json:"hash,omitempty"`
	N     int               `json:"n,omitempty"`
	Page  store.ListOptions `json:"page"`
	Runs  store.RunQuery    `json:"runs"`
	Pages store.PageQuery   `json:"pages"`
	// Companies is the argument of QueryCompanies.
	Companies store.CompanyQuery `json:"companies"`
}

// recordsResponse is the result of a recordsRequest.
type recordsResponse struct {
	Value json.RawMessage `json:"value,omitempty"`
	// Rest is the continue token of a list, or the text of a version.
	Rest  string `json:"rest,omitempty"`
	Error string `json:"error,omitempty"`
	Kind  string `json:"kind,omitempty"` // name of the error in errorsByName
}

// counts is the result of Counts.
type counts struct {
	Companies int64 `json:"companies"`
	Documents int64 `json:"documents"`
}

// execute calls the method and returns its result.
func (q *recordsRequest) execute(ctx context.Context, r Records) (a recordsResponse) {
	var v any
	var err error
	switch q.Verb {
	case "companies":
		v, a.Rest, err = r.QueryCompanies(ctx, q.Companies)
	case "runs":
		v, a.Rest, err = r.QueryRuns(ctx, q.Runs)
	case "page":
		v, err = r.GetPage(ctx, q.Of, q.URL)
	case "pages":
		v, a.Rest, err = r.QueryPages(ctx, q.Pages)
	case "document":
		v, err = r.GetDocument(ctx, q.Of)
	case "find":
		v, err = r.FindDocument(ctx, q.Of, q.URL)
	case "documents":
		v, a.Rest, err = r.ListDocuments(ctx, q.Of, q.Page)
	case "versions":
		v, a.Rest, err = r.ListVersions(ctx, q.Of, q.Page)
	case "text":
		v, a.Rest, err = r.VersionText(ctx, q.Of, q.N)
	case "snapshot":
		v, err = r.GetSnapshot(ctx, q.Of, q.Hash)
	case "ping":
		err = r.Ping(ctx)
	case "counts":
		var c counts
		c.Companies, c.Documents, err = r.Counts(ctx)
		v = c
	default:
		err = fmt.Errorf("unknown verb %q", q.Verb)
	}
	if err == nil {
		a.Value, err = json.Marshal(v)
	}
	if err != nil {
		a.Error, a.Kind = err.Error(), errorKind(err)
	}
	return a
}

// handleRecords serves calls to Records.
func handleRecords(r Records) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		var q recordsRequest
		if err := json.NewDecoder(http.MaxBytesReader(w, req.Body, maxBody)).Decode(&q); err != nil {
			http.Error(w, "invalid request: "+err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(q.execute(req.Context(), r)) // fails only if the caller has disconnected
	}
}

var _ Records = (*Store)(nil)

// queryRecords calls a method of Records in the other process and decodes its result into T.
func queryRecords[T any](ctx context.Context, s *Store, q recordsRequest) (v T, rest string, err error) {
	var a recordsResponse
	if err := s.post(ctx, "records", q.Verb, q, &a); err != nil {
		return v, "", err
	}
	if a.Error != "" {
		return v, "", decodeError(a.Error, a.Kind)
	}
	if err := json.Unmarshal(a.Value, &v); err != nil {
		return v, "", fmt.Errorf("%s in the standalone process: %w", q.Verb, err)
	}
	return v, a.Rest, nil
}

// QueryCompanies implements Records.
func (s *Store) QueryCompanies(ctx context.Context, q store.CompanyQuery) ([]store.CompanySummary, string, error) {
	return queryRecords[[]store.CompanySummary](ctx, s, recordsRequest{Verb: "companies", Companies: q})
}

// QueryRuns implements Records.
func (s *Store) QueryRuns(ctx context.Context, q store.RunQuery) ([]store.Run, string, error) {
	return queryRecords[[]store.Run](ctx, s, recordsRequest{Verb: "runs", Runs: q})
}

// GetPage implements Records.
func (s *Store) GetPage(ctx context.Context, runID, url string) (store.FetchedPage, error) {
	v, _, err := queryRecords[store.FetchedPage](ctx, s, recordsRequest{Verb: "page", Of: runID, URL: url})
	return v, err
}

// QueryPages implements Records.
func (s *Store) QueryPages(ctx context.Context, q store.PageQuery) ([]store.FetchedPage, string, error) {
	return queryRecords[[]store.FetchedPage](ctx, s, recordsRequest{Verb: "pages", Pages: q})
}

// GetDocument implements Records.
func (s *Store) GetDocument(ctx context.Context, id string) (store.Document, error) {
	v, _, err := queryRecords[store.Document](ctx, s, recordsRequest{Verb: "document", Of: id})
	return v, err
}

// FindDocument implements Records.
func (s *Store) FindDocument(ctx context.Context, company, url string) (store.Document, error) {
	v, _, err := queryRecords[store.Document](ctx, s, recordsRequest{Verb: "find", Of: company, URL: url})
	return v, err
}

// ListDocuments implements Records.
func (s *Store) ListDocuments(ctx context.Context, company string, opts store.ListOptions) ([]store.Document, string, error) {
	return queryRecords[[]store.Document](ctx, s, recordsRequest{Verb: "documents", Of: company, Page: opts})
}

// ListVersions implements Records.
func (s *Store) ListVersions(ctx context.Context, documentID string, opts store.ListOptions) ([]store.Version, string, error) {
	return queryRecords[[]store.Version](ctx, s, recordsRequest{Verb: "versions", Of: documentID, Page: opts})
}

// VersionText implements Records.
func (s *Store) VersionText(ctx context.Context, documentID string, n int) (store.Version, string, error) {
	return queryRecords[store.Version](ctx, s, recordsRequest{Verb: "text", Of: documentID, N: n})
}

// GetSnapshot implements Records.
func (s *Store) GetSnapshot(ctx context.Context, company, hash string) ([]byte, error) {
	v, _, err := queryRecords[[]byte](ctx, s, recordsRequest{Verb: "snapshot", Of: company, Hash: hash})
	return v, err
}

// Ping implements Records. It pings the store in the other process.
func (s *Store) Ping(ctx context.Context) error {
	_, _, err := queryRecords[json.RawMessage](ctx, s, recordsRequest{Verb: "ping"})
	return err
}

// Counts implements Records.
func (s *Store) Counts(ctx context.Context) (companies, documents int64, err error) {
	c, _, err := queryRecords[counts](ctx, s, recordsRequest{Verb: "counts"})
	return c.Companies, c.Documents, err
}

// errorKind returns the name of an error in errorsByName, or an empty string.
func errorKind(err error) string {
	for name, s := range errorsByName {
		if errors.Is(err, s) {
			return name
		}
	}
	return ""
}

// decodeError returns the error that was sent over the socket.
func decodeError(text, kind string) error {
	if s := errorsByName[kind]; s != nil {
		return fmt.Errorf("%s: %w", strings.TrimSuffix(text, ": "+s.Error()), s)
	}
	return errors.New(text)
}
