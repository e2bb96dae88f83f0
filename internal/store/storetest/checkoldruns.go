package storetest

import (
	"bytes"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func checkOldRuns(t *testing.T, s store.Store, o *OldStore) {
	t.Helper()
	for _, record := range o.Runs {
		want := decodeAs[store.Run](t, record)
		if r, err := s.GetRun(t.Context(), want.ID); err != nil || !same(t, r, want) {
			t.Errorf("run %s is %+v, want %+v: %v", want.ID, r, want, err)
		}
		if r, err := s.GetRunRequest(t.Context(), want.ID); err != nil || r != o.Requests[want.ID] {
			t.Errorf("the request to run %s is %q, want %q: %v", want.ID, r, o.Requests[want.ID], err)
		}
	}
	for key, want := range o.Checkpoints {
		if got, err := s.GetCheckpoint(t.Context(), key); err != nil || !bytes.Equal(got, want) {
			t.Errorf("checkpoint %s has %d bytes, want %d: %v", key, len(got), len(want), err)
		}
	}
	checkOldRunQueries(t, s, o)
}

// checkOldRunQueries compares queries with a selection from the old records.
func checkOldRunQueries(t *testing.T, s store.Store, o *OldStore) {
	t.Helper()
	for _, q := range []store.RunQuery{{}, {Companies: []string{"c1.example"}}, {States: []store.RunState{store.RunFailed, store.RunPending}}, {CreatedSince: at(400)}} {
		want := 0
		for _, record := range o.Runs {
			r := decodeAs[store.Run](t, record)
			if (len(q.Companies) == 0 || r.Company == q.Companies[0]) && (len(q.States) == 0 || r.State == q.States[0] || r.State == q.States[1]) && !r.CreatedAt.Before(q.CreatedSince) {
				want++
			}
		}
		got := pagesOf(t, 2, func(p store.ListOptions) ([]store.Run, string, error) {
			q.ListOptions = p
			return s.QueryRuns(t.Context(), q)
		})
		if len(got) != want || want == 0 {
			t.Errorf("the query %+v returns %d runs, want %d", q, len(got), want)
		}
		for i := 1; i < len(got); i++ {
			if got[i].CreatedAt.After(got[i-1].CreatedAt) {
				t.Errorf("run %s is before the newer run %s", got[i-1].ID, got[i].ID)
			}
		}
	}
}

func checkOldPages(t *testing.T, s store.Store, o *OldStore) {
	t.Helper()
	want := map[string]store.FetchedPage{}
	for _, record := range o.Pages {
		p := decodeAs[store.FetchedPage](t, record)
		want[p.RunID+" "+p.URL] = p
	}
	n, skipped := 0, 0
	for i := range oldRuns {
		q := store.PageQuery{RunID: oldRunID(i)}
		list := func(p store.ListOptions) ([]store.FetchedPage, string, error) {
			q.ListOptions = p
			return s.QueryPages(t.Context(), q)
		}
		for _, p := range pagesOf(t, 40, list) {
			n++
			if w, ok := want[p.RunID+" "+p.URL]; !ok || !same(t, p, w) {
				t.Errorf("page %s of run %s is %+v, want %+v", p.URL, p.RunID, p, w)
			}
		}
		no := false
		q.Reasons, q.Types, q.Fetched = []string{"robots"}, []string{""}, &no
		skipped += len(pagesOf(t, 40, list))
	}
	if n != len(o.Pages) || skipped != len(o.Pages)/5 {
		t.Errorf("there are %d pages, %d of them skipped, want %d and %d", n, skipped, len(o.Pages), len(o.Pages)/5)
	}
}

// continueOldStore writes to a migrated store as a crawl does. d has a long history.
func continueOldStore(t *testing.T, s store.Store, o *OldStore, d store.Document) {
	t.Helper()
	for _, l := range o.Leases {
		got, err := s.AcquireLease(t.Context(), l.Name, "another", time.Minute)
		if err != nil || got.Epoch != l.Epoch+1 {
			t.Errorf("lease %s has epoch %d after that of %d: %v", l.Name, got.Epoch, l.Epoch, err)
		}
	}
	before, _, err := s.VersionText(t.Context(), d.ID, 0)
	must(t, err)
	text := o.texts[d.ID][longHistory-1] + " And another line."
	body := append(bytes.Clone(o.bodies[store.SnapshotKey(d.Company, before.SnapshotHash)]), "And another line."...)
	c := newCommit(d.Company, d.ID, "r99", store.ChangeChanged, text)
	c.Document, c.Versions[0].Snapshot, c.Versions[0].SnapshotBase = d, body, before.SnapshotHash
	commit(t, s, c)
	v, got, err := s.VersionText(t.Context(), d.ID, 0)
	if err != nil || v.Number != longHistory+1 || got != text {
		t.Errorf("version %d follows version %d: %v", v.Number, longHistory, err)
	}
	if b, err := s.GetSnapshot(t.Context(), d.Company, v.SnapshotHash); err != nil || !bytes.Equal(b, body) {
		t.Errorf("the snapshot of version %d has %d bytes, want %d: %v", v.Number, len(b), len(body), err)
	}
	if got := searchIDs(t, s, store.SearchQuery{Text: `"another line"`}); got != d.ID {
		t.Errorf("the new text of %s is found in %q", d.ID, got)
	}
	if got, err := s.LatestChange(t.Context()); err != nil || got != 1 {
		t.Errorf("the first change is number %d, %v", got, err)
	}
}
