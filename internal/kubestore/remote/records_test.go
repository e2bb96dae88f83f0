package remote

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// serve returns a store with a record of each kind, and a client of it through a socket.
func serve(t *testing.T) (store.Store, *Store) {
	t.Helper()
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	now := time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	d := store.Document{ID: "d", Company: "c", URL: "https://c.example/terms", Type: "terms_of_service", Versions: 1, FirstSeen: now, LastSeen: now, LastChanged: now}
	_, _, version := s.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: "d", ContentHash: "h", FetchedAt: now}, "# Terms")
	for what, err := range map[string]error{
		"document": s.PutDocument(t.Context(), store.Fence{}, d), "version": version,
		"run":   s.PutRun(t.Context(), store.Run{ID: "r", Company: "c", State: store.RunComplete, CreatedAt: now}),
		"pages": s.PutPages(t.Context(), store.Fence{}, []store.FetchedPage{{Company: "c", URL: d.URL, Status: 200}, {Company: "c", URL: "https://c.example/x", Reason: "robots"}}),
	} {
		if err != nil {
			t.Fatalf("put a %s: %v", what, err)
		}
	}
	path := filepath.Join(dir, "s.sock")
	stop, err := Listen(path, s, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	r, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return s, r
}

func TestRecordsAreTheSameThroughTheSocket(t *testing.T) {
	t.Parallel()
	s, r := serve(t)
	ctx, one := t.Context(), store.ListOptions{Limit: 1}
	for what, read := range map[string]func(Records) []any{
		"companies": func(r Records) []any {
			v, next, err := r.QueryCompanies(ctx, store.CompanyQuery{Prefix: "c", ListOptions: one})
			return []any{v, next, err}
		},
		"runs":     func(r Records) []any { v, next, err := r.ListRuns(ctx, "c", one); return []any{v, next, err} },
		"page":     func(r Records) []any { v, err := r.GetPage(ctx, "c", "https://c.example/x"); return []any{v, err} },
		"pages":    func(r Records) []any { v, next, err := r.ListPages(ctx, "c", one); return []any{v, next, err} },
		"document": func(r Records) []any { v, err := r.GetDocument(ctx, "d"); return []any{v, err} },
		"found": func(r Records) []any {
			v, err := r.FindDocument(ctx, "c", "https://c.example/terms")
			return []any{v, err}
		},
		"documents":  func(r Records) []any { v, next, err := r.ListDocuments(ctx, "", one); return []any{v, next, err} },
		"versions":   func(r Records) []any { v, next, err := r.ListVersions(ctx, "d", one); return []any{v, next, err} },
		"text":       func(r Records) []any { v, text, err := r.VersionText(ctx, "d", 0); return []any{v, text, err} },
		"ping":       func(r Records) []any { return []any{r.Ping(ctx)} },
		"counts":     func(r Records) []any { c, d, err := r.Counts(ctx); return []any{c, d, err} },
		"first text": func(r Records) []any { v, text, err := r.VersionText(ctx, "d", 1); return []any{v, text, err} },
	} {
		direct, carried := read(s), read(r)
		if direct[len(direct)-1] != nil || !reflect.DeepEqual(direct, carried) {
			t.Errorf("%s is %+v, and through the socket %+v", what, direct, carried)
		}
	}
}

func TestErrorsKeepTheirIdentityThroughTheSocket(t *testing.T) {
	t.Parallel()
	_, r := serve(t)
	if _, err := r.GetDocument(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a missing document: %v", err)
	}
	if _, _, err := r.ListRuns(t.Context(), "c", store.ListOptions{Continue: "!"}); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("list with an invalid continue token: %v", err)
	}
	if _, _, err := queryRecords[[]store.Run](t.Context(), r, recordsRequest{Verb: "nonsense"}); err == nil {
		t.Error("an unknown verb was accepted")
	}
}
