package storetest

import (
	"bytes"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// OldRecords are records with the field names that stores used before migrations sqlite-3 and
// mongo-5.
type OldRecords struct {
	Run      map[string]any
	Document map[string]any
	Versions []map[string]any
	// Blobs holds the compressed texts of Versions.
	Blobs [][]byte
	// CrawlJob is the JSON of a CrawlJob.
	CrawlJob string
}

// NewOldRecords returns one record of each kind.
func NewOldRecords(t *testing.T) OldRecords {
	t.Helper()
	first, whole, err := pack.Encode(nil, []byte(oldText))
	must(t, err)
	second, delta, err := pack.Encode([]byte(oldText), []byte(oldText+" And more."))
	must(t, err)
	never := time.Time{}
	version := func(n int, hash string, size int, full bool) map[string]any {
		return map[string]any{
			"documentID": "d1", "number": n, "hash": hash, "fetchedAt": at(n), "url": "https://x.example/terms", "title": "Terms",
			"effectiveDate": "2026-01-01", "effectiveQuote": "from 1 January", "updatedDate": "", "updatedQuote": "",
			"takesEffect": "2027-01-01", "takesEffectQuote": "as of 1 January 2027", "language": "en", "region": "US", "words": 6 + n,
			"snapshotHash": "", "runID": "r1", "bytes": size, "flapping": false, "full": full,
		}
	}
	return OldRecords{
		Run: map[string]any{
			"id": "r1", "company": "c", "fence": map[string]any{"leaseName": "", "epoch": 0}, "state": "Stopped", "task": []byte(`{}`),
			"priority": 2, "reserved": "worker-1", "attempts": 1, "limit": 4, "notBefore": never, "holder": "host/1", "heartbeat": at(3),
			"stopReason": "", "message": "", "started": at(1), "begun": at(2), "completed": at(4),
			"progress":  map[string]any{"fetched": 7, "queued": 1, "failed": 0, "skipped": map[string]any{"robots": 2}},
			"documents": map[string]any{"new": 1, "changed": 2, "unchanged": 3, "gone": 4}, "coverage": []any{},
		},
		Document: map[string]any{
			"id": "d1", "company": "c", "url": "https://x.example/terms", "formerURLs": []string{"https://x.example/tos"}, "type": "terms_of_service",
			"confidence": 0.9, "also": []string{"eula"}, "language": "en", "region": "US", "title": "Terms",
			"effectiveDate": "2026-01-01", "effectiveQuote": "from 1 January", "updatedDate": "", "updatedQuote": "",
			"takesEffect": "2027-01-01", "takesEffectQuote": "as of 1 January 2027", "words": 8, "hash": "hash-2", "versions": 2,
			"path": []string{"https://x.example/", "https://x.example/terms"}, "linkText": "Terms", "firstSeen": at(1), "lastSeen": at(2),
			"lastChanged": at(2), "lastFlapped": never, "lastGone": at(5), "etag": "", "lastModified": "", "runID": "r1",
		},
		Versions: []map[string]any{version(1, "hash-1", len(first), whole), version(2, "hash-2", len(second), delta)},
		Blobs:    [][]byte{first, second},
		CrawlJob: `{"metadata":{"name":"j"},"status":{"documents":{"new":1,"changed":2,"unchanged":3,"gone":4}}}`,
	}
}

const oldText = "The terms under which the service is provided."

// CheckOldRecords verifies that a migrated store returns all data of NewOldRecords.
func CheckOldRecords(t *testing.T, s store.Store) {
	t.Helper()
	ctx := t.Context()
	r, err := s.GetRun(ctx, "r1")
	must(t, err)
	if r.State != store.RunInterrupted || !r.CreatedAt.Equal(at(1)) || !r.StartedAt.Equal(at(2)) || !r.FinishedAt.Equal(at(4)) ||
		r.AssignedWorker != "worker-1" || r.MaxAttempts != 4 || r.Worker != "host/1" || r.Documents != (store.DocumentCounts{New: 1, Changed: 2, Unchanged: 3, Removed: 4}) {
		t.Errorf("the run is %+v", r)
	}
	if runs, _, err := s.ListRunsByState(ctx, store.RunInterrupted, store.ListOptions{}); err != nil || len(runs) != 1 {
		t.Errorf("%d runs are interrupted, %v", len(runs), err)
	}
	d, err := s.FindDocument(ctx, "c", "https://x.example/terms")
	must(t, err)
	if len(d.AdditionalTypes) != 1 || d.Jurisdiction != "US" || d.WordCount != 8 || d.ContentHash != "hash-2" || len(d.DiscoveryPath) != 2 ||
		!d.RemovedAt.Equal(at(5)) || d.UpcomingEffectiveDate != "2027-01-01" || d.UpcomingEffectiveQuote != "as of 1 January 2027" || d.EffectiveDate != "2026-01-01" {
		t.Errorf("the document is %+v", d)
	}
	if d.State != store.DocumentRemoved || !d.StateSince.Equal(at(5)) || !d.LastChecked.Equal(at(5)) || !d.UnchangedSince.Equal(at(2)) || !d.LastFailure.At.IsZero() || d.NotLegal {
		t.Errorf("the document has the state %+v", d)
	}
	if n, err := s.LatestChange(ctx); err != nil || n != 0 {
		t.Errorf("the migration appended change %d, %v", n, err)
	}
	versions, _, err := s.ListVersions(ctx, "d1", store.ListOptions{})
	must(t, err)
	if len(versions) != 2 {
		t.Fatalf("there are %d versions, want 2", len(versions))
	}
	v := versions[1]
	if v.ContentHash != "hash-1" || v.Jurisdiction != "US" || v.WordCount != 7 || v.StoredBytes == 0 || !v.Keyframe || versions[0].Keyframe ||
		v.UpcomingEffectiveDate != "2027-01-01" || v.UpcomingEffectiveQuote != "as of 1 January 2027" {
		t.Errorf("the first version is %+v, the second is %+v", v, versions[0])
	}
	if _, text, err := s.VersionText(ctx, "d1", 2); err != nil || text != oldText+" And more." {
		t.Errorf("the second version's text is %q, %v", text, err)
	}
	if _, created, err := s.AppendVersion(ctx, store.Fence{}, store.Version{DocumentID: "d1", ContentHash: "hash-2", FetchedAt: at(6)}, oldText+" And more."); err != nil || created {
		t.Errorf("appending the newest version again created one: %t, %v", created, err)
	}
	o, err := s.GetObject(ctx, store.ObjectKey{Kind: "CrawlJob", Namespace: "default", Name: "j"})
	must(t, err)
	if !bytes.Contains(o.JSON, []byte(`"removed":4`)) || bytes.Contains(o.JSON, []byte(`"gone"`)) {
		t.Errorf("the CrawlJob is %s", o.JSON)
	}
}
