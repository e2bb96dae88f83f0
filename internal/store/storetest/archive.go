package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/backup"
	"github.com/clausea/crawler/internal/exchange"
	"github.com/clausea/crawler/internal/store"
)

// archiveTests are the tests of store.Archiver. They open several stores.
var archiveTests = map[string]func(*testing.T, Opener){
	"a restored store equals the one that was backed up":   restoredStore,
	"a store that contains records is not restored":        restoreNotEmpty,
	"an interrupted restore is reported and starts again":  restoreInterrupted,
	"a backup during commits has documents with all parts": backupDuringCommits,
}

// FillArchive fills an empty store with records of every family of an archive. All times are
// whole milliseconds, and no list is nil, so that every store returns the same records.
func FillArchive(t *testing.T, s store.Store) {
	t.Helper()
	for i, key := range []store.ObjectKey{{Kind: "Company", Namespace: "default", Name: "b"}, {Kind: "Company", Namespace: "default", Name: "a"}, {Kind: "CrawlJob", Namespace: "a-b", Name: "j"}, {Kind: "CrawlJob", Namespace: "a", Name: "j"}, {Kind: "Event", Namespace: "a", Name: "e"}} {
		o := store.Object{ObjectKey: key, UID: fmt.Sprint("uid", i), Labels: map[string]string{"l": "<v>"}}
		o.JSON = fmt.Appendf(nil, `{"metadata":{"name":%q,"namespace":%q,"uid":%q},"spec":{"n":1,"f":0.5,"html":"<a>","list":[]}}`, key.Name, key.Namespace, o.UID)
		if key.Kind == "Event" { // an event describes an object of another kind
			o.JSON = []byte(`{"kind":"CrawlJob","namespace":"a","name":"j","uid":"uid2","type":"Normal","reason":"Started","count":1}`)
		}
		_, err := s.CreateObject(t.Context(), o)
		must(t, err)
	}
	fillAccess(t, s)
	for i, company := range []string{"example.com", "tenant/example.com"} {
		id := fmt.Sprint("run", i)
		r := store.Run{
			ID: id, Company: company, State: store.RunRunning, CreatedAt: at(1), StartedAt: at(2), NotBefore: at(0), Heartbeat: at(3), FinishedAt: at(0), ArchivedAt: at(0),
			Task: []byte("task"), Priority: int32(i), Progress: store.Progress{Fetched: 3, Skipped: map[string]int64{"Duplicate": 2}},
			Coverage: []store.Coverage{{Type: "terms_of_service", State: store.CoverageFound, URL: "https://x.example/"}},
		}
		must(t, s.PutRun(t.Context(), r))
		r.ID, r.State, r.FinishedAt = id+"ended", store.RunComplete, at(8)
		must(t, s.PutRun(t.Context(), r))
		must(t, s.PutCrawl(t.Context(), store.Fence{}, company, store.NewCrawlSummary(r)))
		must(t, s.AppendRunEvents(t.Context(), store.Fence{}, id, []store.RunEvent{
			{RunID: id, ID: "z", At: at(2), Type: store.RunStateChanged, Reason: "Running"}, {RunID: id, ID: "a", At: at(3), Type: store.RunFailure, Message: "<failed>"},
		}))
		must(t, s.PutRunRequest(t.Context(), id, store.RequestStop))
		for n := range 3 {
			must(t, s.PutCheckpoint(t.Context(), store.Fence{}, store.CheckpointKey(id, n), bytes.Repeat([]byte{byte(n), 0xff}, 1000)))
		}
		must(t, s.PutCheckpoint(t.Context(), store.Fence{}, store.CheckpointKey(id, 3), bytes.Repeat([]byte("large"), 2<<20)))
		must(t, s.PutPages(t.Context(), store.Fence{}, []store.FetchedPage{
			{Company: company, URL: "https://x.example/?a=1&b=<2>", FetchedAt: at(4), RunID: id, Status: 200, Confidence: 0.25},
			{Company: company, URL: "https://x.example/", FetchedAt: at(4), RunID: id, Reason: "Duplicate"},
		}))
		fillDocuments(t, s, company, id)
	}
}

// fillAccess stores records of each family of the access to documents.
func fillAccess(t *testing.T, s store.Store) {
	t.Helper()
	w := store.Webhook{ID: "w1", Name: "<w>", URL: "https://hooks.example/?a&b", Secrets: store.NewSecrets([]string{"secret"}), State: store.WebhookActive, CreatedAt: at(1)}
	_, err := s.CreateWebhook(t.Context(), w)
	must(t, err)
	must(t, s.EnqueueDeliveries(t.Context(), store.Fence{}, w.ID, 2, []store.Delivery{{ChangeID: "c1", Company: "example.com", DocumentID: "d", Sequence: 1, CreatedAt: at(2), NextAttempt: at(3)}}))
	_, err = s.PutReview(t.Context(), store.Review{ChangeID: "c1", Company: "example.com", State: store.ReviewNoAction, Author: "a", At: at(4)})
	must(t, err)
	must(t, s.CreateAPIKey(t.Context(), store.APIKey{ID: "abcdefgh", Hash: strings.Repeat("0a", 32), Name: "k", Scopes: []store.APIScope{store.ScopeRead}, CreatedAt: at(5)}))
	must(t, s.AppendAudit(t.Context(), store.AuditEntry{ID: "e1", At: at(6), Actor: "a", Action: "webhook.create", After: []byte(`{"b":1,"a":[2]}`), Outcome: store.AuditSucceeded}))
}

// fillDocuments stores two documents of a company with a history that is longer than the chains
// of deltas.
func fillDocuments(t *testing.T, s store.Store, company, runID string) {
	t.Helper()
	shared, err := s.PutSnapshot(t.Context(), store.Fence{}, company, []byte("<html>one body of two documents</html>"), "")
	must(t, err)
	for doc, versions := range []int{20, 1} {
		d := store.Document{
			ID: fmt.Sprintf("doc%d-%s", doc, runID), Company: company, URL: fmt.Sprintf("https://x.example/%d?a&b", doc), RunID: runID,
			FormerURLs: []string{"https://x.example/old"}, AdditionalTypes: []string{"cookie_policy"}, DiscoveryPath: []string{"https://x.example/"},
			Type: "privacy_policy", Confidence: 0.875, Title: "Datenschutz – „Ü“ \u2028", FirstSeen: at(5), LastSeen: at(6), LastChanged: at(6), LastFlapped: at(0),
			State: store.DocumentPresent, StateSince: at(5), LastChecked: at(6), UnchangedSince: at(6), LastFailure: store.Failure{At: at(0)},
		}
		base := ""
		for n := 1; n <= versions; n++ {
			v := store.Version{DocumentID: d.ID, ContentHash: fmt.Sprint("hash", n), FetchedAt: at(10 * n).Add(123 * time.Millisecond), URL: d.URL, RunID: runID, Technical: n == 3, Revision: n, Flapping: n == 4}
			v.EffectiveDate, v.EffectiveQuote = "2026-01-01", "as of <1 January>"
			v.Exchange, err = exchange.Exchange{URL: d.URL, Status: 200 + n}.Pack()
			must(t, err)
			switch n {
			case 2:
				v.SnapshotHash = shared
			case 5: // no snapshot
			default:
				body := strings.Repeat(fmt.Sprintf("<p>paragraph %d of %s</p>\x00\xff", n, d.ID), 100)
				v.SnapshotHash, err = s.PutSnapshot(t.Context(), store.Fence{}, company, []byte(body), base)
				must(t, err)
				base = v.SnapshotHash
			}
			d.ContentHash = v.ContentHash
			text := strings.Repeat("The same text. ", 200) + fmt.Sprintf("Version %d.\n", n)
			change := store.Change{
				ID: store.ChangeID(d.ID, runID, store.ChangeChanged, v.ContentHash), Kind: store.ChangeChanged, At: v.FetchedAt, Company: company, DocumentID: d.ID, RunID: runID,
				DocumentType: d.Type, Summary: store.ChangeSummary{Added: n, Labels: []string{"a", "b"}, Headings: []string{"<1>"}, Insignificant: []store.InsignificantEdits{{Rule: "r", Edits: 1}}},
			}
			c := store.Commit{Document: d, Create: n == 1, Versions: []store.NewVersion{{Version: v, Text: text}}, Changes: []store.Change{change}}
			_, err = s.CommitDocument(t.Context(), store.Fence{}, c)
			must(t, err)
		}
		must(t, s.PutCorrection(t.Context(), store.Correction{DocumentID: d.ID, Company: company, Type: "cookie_policy", Author: "a", Note: "<note>", At: at(9)}))
	}
}

// writeBackup writes a backup of s to a new file.
func writeBackup(t *testing.T, s store.Store) (file string, m backup.Manifest) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "backup")
	res, err := backup.WriteFile(t.Context(), s.(store.Dumper), file, "test")
	must(t, err)
	return file, res.Manifest
}

// restoreFile restores a backup.
func restoreFile(t *testing.T, file string, s store.Store) error {
	t.Helper()
	a, err := backup.Open(file)
	must(t, err)
	defer func() { _ = a.Close() }()
	_, err = a.Validate(t.Context())
	must(t, err)
	return a.Restore(t.Context(), s.(store.Archiver))
}

// EqualBackups reports an error unless two stores have the same backup.
func EqualBackups(t *testing.T, want, got backup.Manifest) {
	t.Helper()
	for i, w := range want.Sections {
		if i >= len(got.Sections) || w.SHA256 != got.Sections[i].SHA256 {
			t.Errorf("section %s: want %+v, got %+v", w.Name, w, got.Sections)
		}
	}
}

func restoredStore(t *testing.T, open Opener) {
	from, to := open(t), open(t)
	FillArchive(t, from)
	file, want := writeBackup(t, from)
	if n := want.Records(); len(n) != len(store.ArchiveFamilies) {
		t.Errorf("the backup has the families %v: the test does not fill all", n)
	}
	must(t, restoreFile(t, file, to))
	_, got := writeBackup(t, to)
	EqualBackups(t, want, got)
	_, err := to.Migrate(t.Context())
	must(t, err)
	o, err := to.GetObject(t.Context(), store.ObjectKey{Kind: "Company", Namespace: "default", Name: "a"})
	must(t, err)
	_, err = to.UpdateObject(t.Context(), o)
	must(t, err)
	equalDerived(t, from, to)
	_, created, err := to.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: "doc0-run0", ContentHash: "new"}, "A new text.")
	if err != nil || !created {
		t.Errorf("append a version after the restore: created %v, %v", created, err)
	}
	if v, text, err := to.VersionText(t.Context(), "doc0-run0", 20); err != nil || !strings.HasSuffix(text, "Version 20.\n") || v.StoredBytes == 0 {
		t.Errorf("version 20: %+v, %d bytes, %v", v, len(text), err)
	}
}

// equalDerived reports an error unless two stores have the same summaries and search results.
func equalDerived(t *testing.T, from, to store.Store) {
	t.Helper()
	var summaries, hits [2]string
	for i, s := range []store.Store{from, to} {
		c, _, err := s.QueryCompanies(t.Context(), store.CompanyQuery{})
		must(t, err)
		h, _, err := s.SearchDocuments(t.Context(), store.SearchQuery{Text: "same text version"})
		must(t, err)
		slices.SortFunc(h, func(a, b store.SearchHit) int { return strings.Compare(a.Document.ID, b.Document.ID) })
		if len(c) != 2 || len(h) != 4 {
			t.Errorf("store %d has %d summaries and %d hits", i, len(c), len(h))
		}
		for _, v := range []struct {
			to    *string
			value any
		}{{&summaries[i], c}, {&hits[i], h}} {
			b, err := json.Marshal(v.value)
			must(t, err)
			*v.to = string(b)
		}
	}
	if summaries[0] != summaries[1] {
		t.Errorf("the summaries are\n%s\nwant\n%s", summaries[1], summaries[0])
	}
	if hits[0] != hits[1] {
		t.Errorf("the hits are\n%s\nwant\n%s", hits[1], hits[0])
	}
}

func restoreNotEmpty(t *testing.T, open Opener) {
	from, to := open(t), open(t)
	FillArchive(t, from)
	file, _ := writeBackup(t, from)
	must(t, to.PutRun(t.Context(), store.Run{ID: "mine", Company: "c", State: store.RunComplete}))
	if err := restoreFile(t, file, to); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("restore to a store with a run: %v", err)
	}
	if _, err := to.Migrate(t.Context()); err != nil {
		t.Errorf("the store is marked: %v", err)
	}
	if _, n, err := to.Counts(t.Context()); err != nil || n != 0 {
		t.Errorf("the store has %d documents, %v", n, err)
	}
}

// errInterrupted ends a restore in a test.
var errInterrupted = errors.New("interrupted")

// interruptedArchiver fails the second Put of a restore.
type interruptedArchiver struct{ store.Archiver }

func (a interruptedArchiver) BeginRestore(ctx context.Context) (store.Restorer, error) {
	r, err := a.Archiver.BeginRestore(ctx)
	return &interruptedRestorer{Restorer: r}, err
}

type interruptedRestorer struct {
	store.Restorer
	puts int
}

func (r *interruptedRestorer) Put(ctx context.Context, entries []store.ArchiveEntry) error {
	if r.puts++; r.puts > 1 {
		return errInterrupted
	}
	return r.Restorer.Put(ctx, entries)
}

func restoreInterrupted(t *testing.T, open Opener) {
	from, to := open(t), open(t)
	FillArchive(t, from)
	file, want := writeBackup(t, from)
	a, err := backup.Open(file)
	must(t, err)
	defer func() { _ = a.Close() }()
	if err := a.Restore(t.Context(), interruptedArchiver{to.(store.Archiver)}); !errors.Is(err, errInterrupted) {
		t.Fatalf("restore: %v", err)
	}
	if _, err := to.Migrate(t.Context()); !errors.Is(err, store.ErrRestoring) {
		t.Errorf("migrate after an interrupted restore: %v", err)
	}
	must(t, a.Restore(t.Context(), to.(store.Archiver)))
	_, got := writeBackup(t, to)
	EqualBackups(t, want, got)
	_, err = to.Migrate(t.Context())
	must(t, err)
}

func backupDuringCommits(t *testing.T, open Opener) {
	s := open(t)
	FillArchive(t, s)
	const writers, backups = 3, 4
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var started sync.WaitGroup
	started.Add(writers)
	for w := range writers {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				err := commitRound(t.Context(), s, w, i)
				if i == 0 {
					started.Done()
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	started.Wait()
	var files []string
	for range backups {
		file := filepath.Join(t.TempDir(), "backup")
		// Write rejects a document without all of its versions and snapshots.
		if _, err := backup.WriteFile(t.Context(), s.(store.Dumper), file, "test"); err != nil {
			t.Error(err)
			continue
		}
		files = append(files, file)
	}
	stop()
	wg.Wait()
	if len(files) == 0 {
		return
	}
	to := open(t)
	must(t, restoreFile(t, files[len(files)-1], to))
	docs := pagesOf(t, 100, func(p store.ListOptions) ([]store.Document, string, error) {
		return to.ListDocuments(t.Context(), "", p)
	})
	for _, d := range docs {
		if !strings.HasPrefix(d.ID, "live") {
			continue
		}
		for n := 1; n <= d.Versions; n++ {
			v, text, err := to.VersionText(t.Context(), d.ID, n)
			must(t, err)
			body, err := to.GetSnapshot(t.Context(), d.Company, v.SnapshotHash)
			must(t, err)
			if want := liveText(d.ID, n); text != want || string(body) != "<html>"+want {
				t.Errorf("version %d of %s has another text or snapshot", n, d.ID)
			}
		}
		changes, _, err := to.ListChanges(t.Context(), store.ChangeQuery{DocumentIDs: []string{d.ID}, ListOptions: store.ListOptions{Limit: store.MaxLimit}})
		if err != nil || len(changes) != d.Versions {
			t.Errorf("%s has %d versions and %d changes, %v", d.ID, d.Versions, len(changes), err)
		}
		if _, _, err := to.VersionText(t.Context(), d.ID, d.Versions+1); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s has more than %d versions: %v", d.ID, d.Versions, err)
		}
	}
}

func liveText(id string, n int) string {
	return strings.Repeat(fmt.Sprintf("Text %d of %s. ", n, id), 50)
}

// commitRound writes the next version of the documents of a writer, and one new document.
func commitRound(ctx context.Context, s store.Store, writer, round int) error {
	for i := 0; i <= round; i++ {
		d := store.Document{ID: fmt.Sprintf("live-%d-%d", writer, i), Company: "live.example"}
		d.URL = "https://live.example/" + d.ID
		n := round - i + 1
		text := liveText(d.ID, n)
		d.ContentHash = fmt.Sprint(n)
		v := store.Version{DocumentID: d.ID, ContentHash: d.ContentHash, FetchedAt: at(n)}
		change := store.Change{ID: store.ChangeID(d.ID, "r", store.ChangeChanged, v.ContentHash), Kind: store.ChangeChanged, Company: d.Company, DocumentID: d.ID}
		c := store.Commit{Document: d, Create: n == 1, Versions: []store.NewVersion{{Version: v, Text: text, Snapshot: []byte("<html>" + text)}}, Changes: []store.Change{change}}
		if _, err := s.CommitDocument(ctx, store.Fence{}, c); err != nil {
			return err
		}
	}
	return nil
}
