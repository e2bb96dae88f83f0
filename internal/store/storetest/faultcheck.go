package storetest

import (
	"bytes"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// checkFeeds verifies that the feed has the changes of all commits, once and in the order of each
// writer, and that the watches delivered exactly this feed. It returns the number of changes.
func (r *faultRun) checkFeeds(s store.Store) int {
	t := r.t
	t.Helper()
	feed := pagesOf(t, store.MaxLimit, func(p store.ListOptions) ([]store.Change, string, error) {
		return s.ListChanges(t.Context(), store.ChangeQuery{Order: store.OldestFirst, ListOptions: p})
	})
	writerOf := map[string]*plannedWriter{}
	for _, p := range r.planned {
		for id := range p.documents {
			writerOf[id] = p
		}
	}
	next := map[*plannedWriter]int{}
	last := int64(0)
	for i, c := range feed {
		p := writerOf[c.DocumentID]
		if p == nil || next[p] >= len(p.changes) {
			t.Fatalf("change %d of the feed is not of a commit: %+v", i, c)
		}
		want := p.changes[next[p]]
		if c.Sequence <= last || c.ID != want.ID || c.Kind != want.Kind || c.Company != want.Company || c.RunID != want.RunID || c.From != want.From || c.To != want.To {
			t.Fatalf("change %d after sequence %d is %+v, want %+v", i, last, c, want)
		}
		next[p]++
		last = c.Sequence
	}
	for _, p := range r.planned {
		if next[p] != len(p.changes) {
			t.Errorf("the feed has %d changes of %s, want %d", next[p], p.name, len(p.changes))
		}
	}
	for name, delivered := range r.feeds {
		if len(delivered) != len(feed) {
			t.Errorf("the %s watch delivered %d changes, want %d", name, len(delivered), len(feed))
			continue
		}
		for i, c := range delivered {
			if c.Sequence != feed[i].Sequence || c.ID != feed[i].ID {
				t.Errorf("the %s watch delivered %s with sequence %d, want %s with sequence %d", name, c.ID, c.Sequence, feed[i].ID, feed[i].Sequence)
				break
			}
		}
	}
	return len(feed)
}

// checkRecords verifies the documents, their versions and the summaries. It returns the number of
// documents.
func (r *faultRun) checkRecords(s store.Store) int {
	t := r.t
	t.Helper()
	n := 0
	for _, p := range r.planned {
		for id, want := range p.documents {
			got, err := s.GetDocument(t.Context(), id)
			if err != nil || got.Versions != want.Versions || got.ContentHash != want.ContentHash || got.State != want.State || got.RunID != want.RunID || !got.LastChanged.Equal(want.LastChanged) {
				t.Errorf("document %s is %+v, %v, want %+v", id, got, err, want)
			}
			checkPlannedVersions(t, s, got, p.versions[id])
			n++
		}
	}
	stored := pagesOf(t, store.MaxLimit, func(p store.ListOptions) ([]store.Document, string, error) {
		return s.ListDocuments(t.Context(), "", p)
	})
	if len(stored) != n {
		t.Errorf("there are %d documents, want %d", len(stored), n)
	}
	checkSummaries(t, s)
	return n
}

// checkPlannedVersions verifies that a document has exactly the given versions, with their texts
// and snapshots.
func checkPlannedVersions(t *testing.T, s store.Store, d store.Document, want []store.NewVersion) {
	t.Helper()
	versions := pagesOf(t, store.MaxLimit, func(p store.ListOptions) ([]store.Version, string, error) {
		return s.ListVersions(t.Context(), d.ID, p)
	})
	if len(versions) != len(want) {
		t.Errorf("document %s has %d versions, want %d", d.ID, len(versions), len(want))
		return
	}
	for i, w := range want {
		v, text, err := s.VersionText(t.Context(), d.ID, i+1)
		if err != nil || text != w.Text || v.ContentHash != w.Version.ContentHash || v.Technical != w.Version.Technical || v.RunID != w.Version.RunID {
			t.Errorf("version %d of %s is %+v, %v, equal text %t", i+1, d.ID, v, err, text == w.Text)
			continue
		}
		if w.Snapshot == nil {
			continue
		}
		if body, err := s.GetSnapshot(t.Context(), d.Company, v.SnapshotHash); err != nil || !bytes.Equal(body, w.Snapshot) {
			t.Errorf("the snapshot of version %d of %s has %d bytes, %v, want %d", i+1, d.ID, len(body), err, len(w.Snapshot))
		}
	}
}
