package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// newCommit returns the commit of a run that stores text as a new version of a document, with a
// change of a kind. The content hash is the text.
func newCommit(company, id, run string, kind store.ChangeKind, text string) store.Commit {
	d := store.Document{ID: id, Company: company, URL: "https://x.example/" + id, Type: "terms_of_service", Language: "en",
		ContentHash: text, State: store.DocumentPresent, LastChanged: at(1), RunID: run}
	return store.Commit{
		Document: d,
		Create:   kind == store.ChangeCreated,
		Versions: []store.NewVersion{{Version: store.Version{ContentHash: text, FetchedAt: at(1), URL: d.URL, RunID: run}, Text: text}},
		Changes: []store.Change{{ID: store.ChangeID(id, run, kind, text), Kind: kind, At: at(1), Company: company, DocumentID: id,
			DocumentType: d.Type, Language: d.Language, URL: d.URL, RunID: run}},
	}
}

// commit commits c, which must succeed.
func commit(t *testing.T, s store.Store, c store.Commit) store.Committed {
	t.Helper()
	out, err := s.CommitDocument(t.Context(), store.Fence{}, c)
	must(t, err)
	return out
}

// allChanges returns the feed, oldest first.
func allChanges(t *testing.T, s store.Store, q store.ChangeQuery) []store.Change {
	t.Helper()
	q.Order = store.OldestFirst
	return pagesOf(t, 7, func(p store.ListOptions) ([]store.Change, string, error) {
		q.ListOptions = p
		return s.ListChanges(t.Context(), q)
	})
}

// describeChanges returns the kinds and versions of changes.
func describeChanges(changes []store.Change) string {
	var out []string
	for _, c := range changes {
		out = append(out, fmt.Sprintf("%s %d-%d", c.Kind, c.From, c.To))
	}
	return strings.Join(out, ", ")
}

func commits(t *testing.T, s store.Store) {
	text := strings.Repeat("We keep your data for as long as we need it. ", 400)
	texts := []string{text + "One.", text + "Two.", text + "Two, read again.", text + "Three."}
	page := strings.Repeat("<p>We keep your data for as long as we need it.</p>", 400)
	created := newCommit("c", "d", "run-1", store.ChangeCreated, texts[0])
	created.Versions[0].Snapshot = []byte(page)
	changed := newCommit("c", "d", "run-2", store.ChangeChanged, texts[1])
	changed.Versions[0].Snapshot = []byte(page + "<p>Two.</p>")
	both := newCommit("c", "d", "run-3", store.ChangeChanged, texts[3])
	both.Versions = append([]store.NewVersion{{Version: store.Version{ContentHash: texts[2], FetchedAt: at(2), Technical: true, RunID: "run-3"}, Text: texts[2]}}, both.Versions...)
	removed := newCommit("c", "d", "run-4", store.ChangeRemoved, texts[3])
	removed.Versions = nil
	for i, c := range []store.Commit{created, changed, both, removed} {
		var snapshot string
		for range 2 { // as a caller does that received no response
			out := commit(t, s, c)
			if want := []int{1, 2, 4, 4}[i]; out.Created != c.Create || out.Version.Number != want || out.Document.Versions != want || out.Version.ContentHash != c.Document.ContentHash {
				t.Fatalf("commit %d returned %+v", i, out)
			}
			snapshot = out.Version.SnapshotHash
		}
		if i < 2 {
			got, err := s.GetSnapshot(t.Context(), "c", snapshot)
			must(t, err)
			if string(got) != string(c.Versions[0].Snapshot) {
				t.Errorf("the snapshot of commit %d has %d bytes", i, len(got))
			}
			changed.Versions[0].SnapshotBase = snapshot
		}
	}
	for i, want := range texts {
		v, got, err := s.VersionText(t.Context(), "d", i+1)
		must(t, err)
		if got != want || v.Number != i+1 || v.Technical != (i == 2) || i > 0 && v.StoredBytes > 400 {
			t.Errorf("version %d is %+v, equal text %t", i+1, v, got == want)
		}
	}
	checkFeed(t, s)
	if d, err := s.GetDocument(t.Context(), "d"); err != nil || d.Versions != 4 || d.RunID != "run-4" {
		t.Errorf("the document is %+v, %v", d, err)
	}
}

// checkFeed checks the changes of the test commits.
func checkFeed(t *testing.T, s store.Store) {
	t.Helper()
	changes := allChanges(t, s, store.ChangeQuery{})
	if got, want := describeChanges(changes), "Created 0-1, Changed 1-2, Changed 3-4, Removed 4-4"; got != want {
		t.Errorf("the changes are %s, want %s", got, want)
	}
	for i, c := range changes {
		if i > 0 && c.Sequence <= changes[i-1].Sequence || c.Sequence < 1 {
			t.Errorf("change %d has the sequence %d", i, c.Sequence)
		}
		if got, err := s.GetChange(t.Context(), c.ID); err != nil || got.Sequence != c.Sequence {
			t.Errorf("change %s is %+v, %v", c.ID, got, err)
		}
	}
	if n, err := s.LatestChange(t.Context()); err != nil || n != changes[3].Sequence {
		t.Errorf("the latest change is %d, %v", n, err)
	}
}

// commitWithoutID attempts commits that cannot be idempotent.
func commitWithoutID(t *testing.T, s store.Store) {
	noDocument, noChange := newCommit("c", "", "r", store.ChangeCreated, "text"), newCommit("c", "d", "r", store.ChangeCreated, "text")
	noChange.Changes[0].ID = ""
	for what, c := range map[string]store.Commit{"a document": noDocument, "a change": noChange} {
		if _, err := s.CommitDocument(t.Context(), store.Fence{}, c); err == nil {
			t.Errorf("%s without an ID was accepted", what)
		}
	}
	if n, err := s.LatestChange(t.Context()); err != nil || n != 0 {
		t.Errorf("the latest change is %d, %v", n, err)
	}
}

// commitAtOccupiedURL commits documents at a URL that another document has.
func commitAtOccupiedURL(t *testing.T, s store.Store) {
	first := newCommit("c", "first", "r", store.ChangeCreated, "The first text.")
	commit(t, s, first)
	second := newCommit("c", "second", "r", store.ChangeCreated, "The second text.")
	second.Document.URL = first.Document.URL
	out := commit(t, s, second)
	if out.Created || out.Document.ID != "first" || out.Document.ContentHash != first.Document.ContentHash || out.Version.ContentHash != first.Document.ContentHash {
		t.Errorf("the commit returned %+v, want the document that has the URL", out)
	}
	second.Create = false
	if _, err := s.CommitDocument(t.Context(), store.Fence{}, second); err == nil {
		t.Error("two documents have the same URL")
	}
	if _, _, err := s.VersionText(t.Context(), "second", 0); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the document that was not created has a version: %v", err)
	}
	again := newCommit("c", "first", "r", store.ChangeCreated, "A third text.")
	again.Document.URL = "https://x.example/third"
	if _, err := s.CommitDocument(t.Context(), store.Fence{}, again); !errors.Is(err, store.ErrExists) {
		t.Errorf("an ID was used again: %v", err)
	}
	if got := describeChanges(allChanges(t, s, store.ChangeQuery{})); got != "Created 0-1" {
		t.Errorf("the changes are %s", got)
	}
}

// commitContention commits documents at one URL and versions of one document concurrently, under
// leases of their own, while a reader polls the feed.
func commitContention(t *testing.T, s store.Store) {
	const writers, each = 8, 4
	commit(t, s, newCommit("c", "shared", "r", store.ChangeCreated, "The first text."))
	var wg sync.WaitGroup
	var created atomic.Int32
	stop := make(chan struct{})
	polled := make(chan []store.Change)
	go func() { polled <- pollChanges(t, s, stop) }()
	for w := range writers {
		wg.Go(func() {
			l, err := s.AcquireLease(t.Context(), fmt.Sprint("run/", w), "owner", time.Hour)
			if err != nil {
				t.Error(err)
				return
			}
			f := store.Fence{LeaseName: l.Name, Epoch: l.Epoch}
			own := newCommit("c", fmt.Sprint("own-", w), "r", store.ChangeCreated, "text")
			own.Document.URL = "https://x.example/contended"
			if out, err := s.CommitDocument(t.Context(), f, own); err != nil {
				t.Errorf("create %s: %v", own.Document.ID, err)
			} else if out.Created {
				created.Add(1)
			}
			for i := range each {
				if _, err := s.CommitDocument(t.Context(), f, newCommit("c", "shared", fmt.Sprint("run-", w), store.ChangeChanged, fmt.Sprintf("text %d of %d", i, w))); err != nil {
					t.Errorf("writer %d, commit %d: %v", w, i, err)
				}
			}
		})
	}
	wg.Wait()
	close(stop)
	seen := <-polled
	if created.Load() != 1 {
		t.Errorf("%d of %d writers created the document at a URL", created.Load(), writers)
	}
	const total = writers*each + 2
	all := allChanges(t, s, store.ChangeQuery{})
	if len(all) != total || len(seen) != total {
		t.Fatalf("the feed has %d changes and the reader got %d, want %d", len(all), len(seen), total)
	}
	for i, c := range all {
		if seen[i].ID != c.ID {
			t.Errorf("the reader got %s as change %d, want %s", seen[i].ID, i, c.ID)
		}
	}
	checkChain(t, s, allChanges(t, s, store.ChangeQuery{DocumentIDs: []string{"shared"}}), writers*each+1)
}

// checkChain verifies that the changes of a document, in the order of the feed, are those from
// each of its n versions to the next, with the text of that version.
func checkChain(t *testing.T, s store.Store, changes []store.Change, n int) {
	t.Helper()
	if len(changes) != n {
		t.Errorf("the document has %d changes, want %d", len(changes), n)
	}
	for i, c := range changes {
		v, text, err := s.VersionText(t.Context(), c.DocumentID, i+1)
		must(t, err)
		if c.From != i || c.To != i+1 || text != v.ContentHash || c.ID != store.ChangeID(c.DocumentID, c.RunID, c.Kind, text) {
			t.Errorf("change %d is from %d to %d, and version %d of %s has another text", i, c.From, c.To, i+1, v.ContentHash)
		}
	}
}

// pollChanges reads the feed after the last change that it got, until a read after stop is closed
// returns none.
func pollChanges(t *testing.T, s store.Store, stop <-chan struct{}) (seen []store.Change) {
	last := int64(0)
	for {
		ended := false
		select {
		case <-stop:
			ended = true
		default:
		}
		some, _, err := s.ListChanges(t.Context(), store.ChangeQuery{After: last, Order: store.OldestFirst})
		if err != nil {
			t.Errorf("poll the feed: %v", err)
			return seen
		}
		if len(some) == 0 && ended {
			return seen
		}
		for _, c := range some {
			seen, last = append(seen, c), c.Sequence
		}
	}
}

func largeCommits(t *testing.T, s store.Store) {
	texts := largeTextPair()
	for i, text := range texts {
		c := newCommit("c", "d", fmt.Sprint("run-", i), store.ChangeChanged, fmt.Sprint("hash-", i))
		c.Versions[0].Text, c.Versions[0].Snapshot = text, []byte(text+"<html>")
		out := commit(t, s, c)
		if _, got, err := s.VersionText(t.Context(), "d", i+1); err != nil || got != text {
			t.Errorf("version %d of %d bytes: %v, equal %v", i+1, len(text), err, got == text)
		}
		if got, err := s.GetSnapshot(t.Context(), "c", out.Version.SnapshotHash); err != nil || string(got) != text+"<html>" {
			t.Errorf("snapshot %d: %v, %d bytes", i+1, err, len(got))
		}
	}
}
