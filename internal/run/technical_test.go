package run

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/store"
)

// otherExtraction returns an extraction of another revision, which also reads a footer of
// each page that the extraction of this program does not read.
func otherExtraction(revision int, footer string) *Extraction {
	return &Extraction{Revision: revision, Read: func(in document.Input) (document.Document, error) {
		d, err := document.Read(in)
		if err != nil || !d.Legal {
			return d, err
		}
		other := document.FromMarkdown(d.Markdown + "\n\n## About this page\n\n" + footer)
		d.Markdown, d.Text, d.ContentHash, d.WordCount = other.Markdown, other.Text, other.ContentHash, other.WordCount
		return d, nil
	}}
}

const (
	footer      = "The harbour master publishes this page on behalf of the harbour company and keeps its archive at the quay."
	otherFooter = "Visitors find further notices of the company at the gate and may ask the guard for printed copies of each."
)

// revisions returns descriptions of versions with the revision document.Revision+1 for r+1.
func revisions(versions ...string) []string {
	for i, v := range versions {
		for n := range 5 {
			v = strings.Replace(v, fmt.Sprintf("r+%d", n), fmt.Sprintf("r%d", document.Revision+n), 1)
		}
		versions[i] = v
	}
	return versions
}

// history returns the versions of a document, oldest first, each with its number, its
// revision and whether it is technical.
func history(t *testing.T, st store.Versions, id string) []string {
	t.Helper()
	versions, _, err := st.ListVersions(t.Context(), id, store.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(versions, func(a, b store.Version) int { return cmp.Compare(a.Number, b.Number) })
	var out []string
	for _, v := range versions {
		s := fmt.Sprintf("%d r%d", v.Number, v.Revision)
		if v.Technical {
			s += " technical"
		}
		out = append(out, s)
	}
	return out
}

// An upgrade after which the program reads pages differently is no change of the pages.
func TestABetterExtractionIsNotReportedAsAChange(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, st store.Store) {
		w := newWeb(t, map[string]string{"/": home("/privacy", "Privacy Policy", "/terms", "Terms of Service"), "/privacy": policy("Privacy Policy"), "/terms": policy("Terms of Service")})
		r := w.runner(t, st)
		crawlOnce(t, r)
		before := find(t, st, "/terms")
		privacy := find(t, st, "/privacy")

		r.Extraction = otherExtraction(document.Revision+1, footer)
		for n := range 2 { // the second crawl finds the technical version
			rep := crawlOnce(t, r)
			checkTechnicalVersion(t, st, before)
			if c := changes(rep); c[termsURL] != "terms_of_service Unchanged" || rep.Run.Documents != (store.DocumentCounts{Unchanged: 2}) {
				t.Errorf("crawl %d after the upgrade reports %v, %+v", n, c, rep.Run.Documents)
			}
		}

		// One page changes together with the next upgrade.
		r.Extraction = otherExtraction(document.Revision+2, otherFooter)
		w.set("/terms", strings.Replace(policy("Terms of Service"), "</h1>", "</h1><p>Disputes are decided by arbitration in Lisbon.</p>", 1))
		rep := crawlOnce(t, r)
		if c := changes(rep); c[termsURL] != "terms_of_service Changed" || rep.Run.Documents != (store.DocumentCounts{Changed: 1, Unchanged: 1}) {
			t.Errorf("the crawl reports %v, %+v", c, rep.Run.Documents)
		}
		if got := history(t, st, before.ID); !slices.Equal(got, revisions("1 r+0", "2 r+1 technical", "3 r+2 technical", "4 r+2")) {
			t.Errorf("the versions of the terms are %v", got)
		}
		if got := history(t, st, privacy.ID); !slices.Equal(got, revisions("1 r+0", "2 r+1 technical", "3 r+2 technical")) {
			t.Errorf("the versions of the privacy policy are %v", got)
		}
		list, _, err := st.ListChanges(t.Context(), store.ChangeQuery{DocumentIDs: []string{before.ID}, Kinds: []store.ChangeKind{store.ChangeChanged}})
		if err != nil || len(list) != 1 || list[0].From != 3 || list[0].To != 4 || list[0].Summary.Added != 7 || list[0].Summary.Removed != 0 {
			t.Errorf("the change is %+v, %v", list, err)
		}
		if d := find(t, st, "/terms"); !d.LastChanged.After(before.LastChanged) || !d.UnchangedSince.Equal(d.LastChanged) {
			t.Errorf("the changed document is %+v", d)
		}
	})
}

// checkTechnicalVersion checks that the terms, which were before, have got a technical version.
func checkTechnicalVersion(t *testing.T, st store.Store, before store.Document) {
	t.Helper()
	d := find(t, st, "/terms")
	v, text, err := st.VersionText(t.Context(), d.ID, 0)
	if err != nil || !strings.Contains(text, "harbour master") || d.Versions != 2 || v.SnapshotHash == "" || d.ContentHash != v.ContentHash || d.WordCount != v.WordCount {
		t.Errorf("the document is %+v, its newest version %+v, %v", d, v, err)
	}
	if !d.LastChanged.Equal(before.LastChanged) || !d.UnchangedSince.Equal(before.UnchangedSince) || !v.FetchedAt.Equal(before.LastChanged) {
		t.Errorf("the document has changed at %s, its newest version is of %s, want %s", d.LastChanged, v.FetchedAt, before.LastChanged)
	}
	if got := history(t, st, d.ID); !slices.Equal(got, revisions("1 r+0", "2 r+1 technical")) {
		t.Errorf("the versions are %v", got)
	}
	if got := feed(t, st, d.ID); !slices.Equal(got, []string{"Created 0-1"}) {
		t.Errorf("the feed has %v", got)
	}
}

// Stores of earlier releases have versions without a revision and without a content type.
func TestAVersionOfAnEarlierReleaseIsReadAgain(t *testing.T) {
	t.Parallel()
	s := testStorage(t)
	w := newWeb(t, map[string]string{"/": home("/terms", "Terms of Service"), "/terms": policy("Terms of Service")})
	body := []byte(policy("Terms of Service"))
	hash, err := s.store.PutSnapshot(t.Context(), store.Fence{}, testCompany, body, "")
	if err != nil {
		t.Fatal(err)
	}
	old := document.FromMarkdown("Harbour menu and search\n\nSign in to your account or create one\n\n" + strings.Repeat("We process personal data under this terms of service and the agreement is governed by applicable law. ", 12))
	d := store.Document{ID: "d1", Company: testCompany, URL: termsURL, Type: "terms_of_service", State: store.DocumentPresent, ContentHash: old.ContentHash, WordCount: old.WordCount}
	v := store.Version{DocumentID: d.ID, ContentHash: old.ContentHash, URL: termsURL, SnapshotHash: hash}
	if _, err := s.store.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Versions: []store.NewVersion{{Version: v, Text: old.Markdown}}}); err != nil {
		t.Fatal(err)
	}
	rep := crawlOnce(t, w.runner(t, s.store))
	if got := changes(rep)[termsURL]; got != "terms_of_service Unchanged" {
		t.Errorf("the crawl reports %s", got)
	}
	if got := history(t, s.store, "d1"); !slices.Equal(got, revisions("1 r0", "2 r+0 technical")) {
		t.Errorf("the versions are %v", got)
	}
}

// Without the snapshot the program cannot tell the two apart, and reports a change.
func TestAVersionWithoutASnapshotIsComparedAsItIsStored(t *testing.T) {
	t.Parallel()
	s := testStorage(t)
	i := testIdentity(s)
	addKnown(t, i, store.Document{ID: "d1", URL: oldURL, Type: "terms_of_service"}, termsText)
	f, err := testRecorder(s, i).saveDocument(t.Context(), &crawl.Page{URL: oldURL, FetchedAt: time.Now()}, testDocument("terms_of_service", termsText+"\n\nDisputes are decided in Lisbon."))
	if err != nil || f.Change != Changed || f.Versions != 2 {
		t.Errorf("the page is %+v, %v", f, err)
	}
	if got := history(t, s.store, "d1"); !slices.Equal(got, revisions("1 r0", "2 r+0")) {
		t.Errorf("the versions are %v", got)
	}
}
