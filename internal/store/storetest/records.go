package storetest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// at returns a time in whole milliseconds, which every store can represent.
func at(seconds int) time.Time { return time.UnixMilli(1_700_000_000_000 + int64(seconds)*1000).UTC() }

func runs(t *testing.T, s store.Store) {
	for i := range 30 {
		must(t, s.PutRun(t.Context(), store.Run{ID: fmt.Sprintf("run-%03d", i), Company: fmt.Sprint("c", i%2), State: store.RunRunning, CreatedAt: at(i),
			Progress: store.Progress{Fetched: int64(i), Skipped: map[string]int64{"robots.txt": 3, "$odd.key": 1}}}))
	}
	last := store.Run{ID: "run-029", Company: "c1", State: store.RunComplete, StopReason: "FrontierEmpty", Message: "found 3", CreatedAt: at(29), FinishedAt: at(40),
		Progress: store.Progress{Fetched: 9, Skipped: map[string]int64{"robots.txt": 4}}, Documents: store.DocumentCounts{New: 3},
		Coverage: []store.Coverage{{Type: "privacy_policy", State: "Found", URL: "https://x.example/p", DocumentID: "d"}, {Type: "imprint", State: "Missing", Reason: "Robots"}}}
	must(t, s.PutRun(t.Context(), last))
	got, err := s.GetRun(t.Context(), last.ID)
	must(t, err)
	got.CreatedAt, got.FinishedAt = got.CreatedAt.UTC(), got.FinishedAt.UTC()
	if len(got.Coverage) == 0 { // nil and empty are equivalent
		got.Coverage = nil
	}
	if !reflect.DeepEqual(got, last) {
		t.Errorf("put %+v, got %+v", last, got)
	}
	of := queryRuns(t, s, 4, store.RunQuery{Companies: []string{"c1"}})
	if len(of) != 15 || of[0].ID != "run-029" || of[14].ID != "run-001" {
		t.Errorf("listed %d runs of company c1", len(of))
	}
	if all := queryRuns(t, s, 7, store.RunQuery{}); len(all) != 30 {
		t.Errorf("listed %d of 30 runs", len(all))
	}
}

func checkpoints(t *testing.T, s store.Store) {
	large := make([]byte, 17<<20) // incompressible
	_, _ = rand.NewChaCha8([32]byte{1}).Read(large)
	for _, blob := range [][]byte{[]byte("small"), large, []byte("small again"), {}} {
		must(t, s.PutCheckpoint(t.Context(), store.Fence{}, "r", blob))
		got, err := s.GetCheckpoint(t.Context(), "r")
		must(t, err)
		if !bytes.Equal(got, blob) {
			t.Errorf("a checkpoint of %d bytes was returned with %d", len(blob), len(got))
		}
	}
	for range 2 {
		must(t, s.DeleteCheckpoints(t.Context(), store.Fence{}, "r"))
	}
	if _, err := s.GetCheckpoint(t.Context(), "r"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a deleted checkpoint: %v", err)
	}
}

// checkCheckpointDeletion creates checkpoints of runs with similar IDs, calls drop for the run
// "r.1_" twice, and verifies that only the checkpoint of that run was deleted.
func checkCheckpointDeletion(t *testing.T, s store.Store, drop func(run string) error) {
	t.Helper()
	const run = "r.1_"
	others := []string{"r", "r.1", "r.1_+", "r.1_2", "r.1_-1", "r.1_,", "rx1_", "r.1x", "R.1_", "r.1_+a"}
	for _, id := range append([]string{run}, others...) {
		for _, n := range []int{0, 1, 2, 10, 345} {
			must(t, s.PutCheckpoint(t.Context(), store.Fence{}, store.CheckpointKey(id, n), []byte(id)))
		}
	}
	for range 2 {
		must(t, drop(run))
	}
	for _, n := range []int{0, 1, 2, 10, 345} {
		if _, err := s.GetCheckpoint(t.Context(), store.CheckpointKey(run, n)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("part %d of the deleted checkpoint: %v", n, err)
		}
		for _, id := range others {
			if got, err := s.GetCheckpoint(t.Context(), store.CheckpointKey(id, n)); err != nil || string(got) != id {
				t.Errorf("part %d of run %s is %q, %v", n, id, got, err)
			}
		}
	}
}

func checkpointDeletion(t *testing.T, s store.Store) {
	checkCheckpointDeletion(t, s, func(run string) error { return s.DeleteCheckpoints(t.Context(), store.Fence{}, run) })
}

func runDeletion(t *testing.T, s store.Store) {
	must(t, s.PutRun(t.Context(), store.Run{ID: "r.1_", Company: "c", State: store.RunFailed}))
	must(t, s.PutRun(t.Context(), store.Run{ID: "s", Company: "c", State: store.RunRunning}))
	checkCheckpointDeletion(t, s, func(string) error {
		_, err := s.ExpireRuns(t.Context(), "c", 1, at(0))
		return err
	})
}

func companyCheckpointDeletion(t *testing.T, s store.Store) {
	for _, r := range []store.Run{{ID: "r.1_", Company: "c"}, {ID: "r", Company: "d"}, {ID: "other", Company: "c"}} {
		must(t, s.PutRun(t.Context(), r))
		must(t, s.PutRunRequest(t.Context(), r.ID, store.RequestStop))
	}
	must(t, s.PutCheckpoint(t.Context(), store.Fence{}, "other+7", make([]byte, 9<<20)))
	checkCheckpointDeletion(t, s, func(string) error { return s.DeleteCompany(t.Context(), "c") })
	if _, err := s.GetCheckpoint(t.Context(), "other+7"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get the checkpoint of the company's other run: %v", err)
	}
	for id, want := range map[string]store.RunRequest{"r.1_": "", "other": "", "r": store.RequestStop} {
		if got, err := s.GetRunRequest(t.Context(), id); err != nil || got != want {
			t.Errorf("run %s has the request %q, %v", id, got, err)
		}
	}
}

func documents(t *testing.T, s store.Store) {
	want := store.Document{ID: "id-1", Company: "a.b$c", URL: "https://x.example/privacy?a=1&$b=.", FormerURLs: []string{"https://x.example/old"},
		Type: "privacy_policy", Confidence: 0.5, Language: "de", Title: "Datenschutzerklärung 😀", Dates: store.Dates{EffectiveDate: "2024-01-31", EffectiveQuote: "gültig ab 31. Januar 2024", UpdatedDate: "2024-01-15", UpcomingEffectiveDate: "2024-01-31", DateAmbiguous: true}, AdditionalTypes: []string{"cookie_policy"}, Jurisdiction: "AT", WordCount: 12, ContentHash: "h", Versions: 2,
		DiscoveryPath: []string{"https://x.example/"}, LinkText: "Privacy", FirstSeen: at(1), LastSeen: at(3), LastChanged: at(2), ETag: `"e"`, RunID: "r"}
	must(t, s.PutDocument(t.Context(), store.Fence{}, want))
	for _, find := range []func() (store.Document, error){
		func() (store.Document, error) { return s.GetDocument(t.Context(), want.ID) },
		func() (store.Document, error) { return s.FindDocument(t.Context(), want.Company, want.URL) },
	} {
		got, err := find()
		must(t, err)
		got.FirstSeen, got.LastSeen, got.LastChanged, got.LastFlapped = got.FirstSeen.UTC(), got.LastSeen.UTC(), got.LastChanged.UTC(), got.LastFlapped.UTC()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("put %+v, got %+v", want, got)
		}
		if !got.LastFlapped.IsZero() {
			t.Errorf("the zero time was returned as %v", got.LastFlapped)
		}
	}
	moved := want
	moved.URL, moved.FormerURLs = "https://x.example/new", append(slices.Clone(want.FormerURLs), want.URL)
	must(t, s.PutDocument(t.Context(), store.Fence{}, moved))
	if _, err := s.FindDocument(t.Context(), want.Company, want.URL); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("find a document at its former URL: %v", err)
	}
}

func documentPaging(t *testing.T, s store.Store) {
	var want []string
	for c := range 3 {
		for i := range 40 {
			d := store.Document{ID: fmt.Sprintf("%d-%d", 9-c, 99-i), Company: fmt.Sprint("c", c), URL: fmt.Sprintf("https://x.example/%03d", i)}
			must(t, s.PutDocument(t.Context(), store.Fence{}, d))
			want = append(want, d.ID)
		}
	}
	ids := func(company string) (ids []string) {
		for _, d := range pagesOf(t, 17, func(p store.ListOptions) ([]store.Document, string, error) {
			return s.ListDocuments(t.Context(), company, p)
		}) {
			ids = append(ids, d.ID)
		}
		return ids
	}
	if got := ids(""); !reflect.DeepEqual(got, want) {
		t.Errorf("listed %v", got)
	}
	if got := ids("c1"); !reflect.DeepEqual(got, want[40:80]) {
		t.Errorf("listed of company c1: %v", got)
	}
}

func documentUnique(t *testing.T, s store.Store) {
	must(t, s.PutDocument(t.Context(), store.Fence{}, store.Document{ID: "1", Company: "c", URL: "https://x.example/"}))
	if err := s.PutDocument(t.Context(), store.Fence{}, store.Document{ID: "2", Company: "c", URL: "https://x.example/"}); err == nil {
		t.Error("two documents have the same URL")
	}
}

// documentContention creates documents with the same URL concurrently, as workers do that all
// assume to own a run.
func documentContention(t *testing.T, s store.Store) {
	var wg sync.WaitGroup
	var won atomic.Int32
	for i := range 50 {
		wg.Go(func() {
			if err := s.PutDocument(t.Context(), store.Fence{}, store.Document{ID: fmt.Sprint("id-", i), Company: "c", URL: "https://x.example/"}); err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	docs := pagesOf(t, 10, func(p store.ListOptions) ([]store.Document, string, error) {
		return s.ListDocuments(t.Context(), "c", p)
	})
	if won.Load() != 1 || len(docs) != 1 {
		t.Errorf("%d of 50 writers succeeded, %d documents have the URL", won.Load(), len(docs))
	}
}

func snapshots(t *testing.T, s store.Store) {
	similarSnapshots(t, s)
	for _, body := range []string{"<p>page</p>", "", string(bytes.Repeat([]byte{0, 255}, 1<<20))} {
		var hashes [2]string
		for i := range hashes {
			h, err := s.PutSnapshot(t.Context(), store.Fence{}, "c", []byte(body), "")
			must(t, err)
			hashes[i] = h
		}
		if want := fmt.Sprintf("%x", sha256.Sum256([]byte(body))); hashes[0] != want || hashes[1] != want {
			t.Errorf("hashes %v, want %s", hashes, want)
		}
		got, err := s.GetSnapshot(t.Context(), "c", hashes[0])
		must(t, err)
		if string(got) != body {
			t.Errorf("a snapshot of %d bytes was returned with %d", len(body), len(got))
		}
	}
}

func migrations(t *testing.T, s store.Store) {
	for range 2 {
		applied, err := s.Migrate(t.Context())
		must(t, err)
		if len(applied) != 0 {
			t.Errorf("migrating again applied %v", applied)
		}
	}
}

func notFound(t *testing.T, s store.Store) {
	ctx := t.Context()
	errs := map[string]error{
		"delete object": s.DeleteObject(ctx, company("x").ObjectKey, ""),
	}
	_, errs["object"] = s.GetObject(ctx, company("x").ObjectKey)
	_, errs["run"] = s.GetRun(ctx, "x")
	_, errs["checkpoint"] = s.GetCheckpoint(ctx, "x")
	_, errs["page"] = s.GetPage(ctx, "x", "x")
	_, errs["document"] = s.GetDocument(ctx, "x")
	_, errs["URL"] = s.FindDocument(ctx, "x", "x")
	_, _, errs["text"] = s.VersionText(ctx, "x", 0)
	_, errs["version at"] = s.VersionAt(ctx, "x", at(0))
	_, errs["snapshot"] = s.GetSnapshot(ctx, "c", "x")
	for what, err := range errs {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func invalidTokens(t *testing.T, s store.Store) {
	p := store.ListOptions{Continue: "!"}
	errs := map[string]error{}
	_, _, errs["runs in a state"] = s.ListRunsByState(t.Context(), store.RunPending, p)
	_, _, _, errs["objects"] = s.ListObjects(t.Context(), "Company", "", p)
	_, _, errs["runs"] = s.QueryRuns(t.Context(), store.RunQuery{ListOptions: p})
	_, _, errs["runs with a crafted token"] = s.QueryRuns(t.Context(), store.RunQuery{ListOptions: store.ListOptions{Continue: store.EncodeContinue("x")}})
	_, _, errs["pages"] = s.QueryPages(t.Context(), store.PageQuery{RunID: "r", ListOptions: p})
	_, _, errs["documents"] = s.ListDocuments(t.Context(), "", p)
	_, _, errs["companies"] = s.QueryCompanies(t.Context(), store.CompanyQuery{ListOptions: p})
	_, _, errs["companies by change"] = s.QueryCompanies(t.Context(), store.CompanyQuery{Sort: store.CompaniesByLastChanged, ListOptions: p})
	_, _, errs["corrections"] = s.ListCorrections(t.Context(), "c", p)
	_, _, errs["versions"] = s.ListVersions(t.Context(), "d", p)
	crafted := store.ListOptions{Continue: store.EncodeContinue("x")}
	_, _, errs["companies by change with a crafted token"] = s.QueryCompanies(t.Context(), store.CompanyQuery{Sort: store.CompaniesByLastChanged, ListOptions: crafted})
	_, _, errs["documents by change with a crafted token"] = s.QueryDocuments(t.Context(), store.DocumentQuery{Sort: store.SortByLastChanged, ListOptions: crafted})
	_, _, errs["documents by URL with a crafted token"] = s.QueryDocuments(t.Context(), store.DocumentQuery{ListOptions: crafted})
	_, _, errs["changes with a crafted token"] = s.ListChanges(t.Context(), store.ChangeQuery{ListOptions: crafted})
	_, _, errs["reviews with a crafted token"] = s.ListReviews(t.Context(), store.ReviewQuery{ListOptions: crafted})
	_, _, errs["a search with a crafted token"] = s.SearchDocuments(t.Context(), store.SearchQuery{Text: "word", ListOptions: crafted})
	for what, err := range errs {
		if !errors.Is(err, store.ErrInvalidToken) {
			t.Errorf("listing %s with an invalid continue token: %v", what, err)
		}
	}
}

func counts(t *testing.T, s store.Store) {
	must(t, s.Ping(t.Context()))
	for i := range 5 {
		must(t, s.PutDocument(t.Context(), store.Fence{}, store.Document{ID: fmt.Sprint(i), Company: fmt.Sprint("c", i%2), URL: fmt.Sprint(i)}))
	}
	if c, d, err := s.Counts(t.Context()); err != nil || c != 2 || d != 5 {
		t.Errorf("%d companies, %d documents, %v", c, d, err)
	}
}
