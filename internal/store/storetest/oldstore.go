package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// OldStore is the content of a store whose newest migration is sqlite-3 or mongo-5.
type OldStore struct {
	// Documents, Versions, Runs and Pages are records with the fields of that schema.
	Documents, Versions, Runs, Pages []map[string]any
	// Blobs holds the compressed texts of Versions.
	Blobs [][]byte
	// Snapshots holds the compressed snapshots by the key under which they are stored.
	Snapshots   map[string][]byte
	Checkpoints map[string][]byte           // by store.CheckpointKey
	Requests    map[string]store.RunRequest // by run
	Objects     []store.Object
	Leases      []store.Lease

	texts  map[string][]string // texts of the versions by document
	bodies map[string][]byte   // uncompressed snapshots by store.SnapshotKey
}

// The size of an OldStore.
const (
	oldDocuments = 66
	oldCompanies = 4
	oldRuns      = 12
	// oldPages is the number of pages of each company. All companies together have more than
	// two batches of a migration.
	oldPages = 275
	// longHistory is the number of versions of the first document. It has keyframes.
	longHistory = 2*pack.KeyframeInterval + 5
)

// NewOldStore returns the same content on every call.
func NewOldStore(t *testing.T) *OldStore {
	t.Helper()
	o := &OldStore{
		Snapshots: map[string][]byte{}, Checkpoints: map[string][]byte{}, Requests: map[string]store.RunRequest{},
		texts: map[string][]string{}, bodies: map[string][]byte{},
	}
	shared := []byte("<html>A page that two companies have. " + strings.Repeat("Shared. ", 50))
	_, blob, err := pack.EncodeCompanySnapshot("", shared, "", nil)
	must(t, err)
	o.Snapshots[pack.Hash(shared)] = blob // as the first versions of the program stored snapshots
	for i := range oldDocuments {
		o.addDocument(t, i, shared)
	}
	for i := range oldRuns {
		o.addRun(i)
	}
	for i := range oldCompanies {
		o.addPages(oldCompany(i), i)
		key := store.ObjectKey{Kind: "Company", Namespace: "default", Name: oldCompany(i)}
		o.Objects = append(o.Objects, store.Object{ObjectKey: key, ResourceVersion: fmt.Sprint(i + 1), UID: fmt.Sprint("uid-", i), Labels: map[string]string{"tier": "1"},
			JSON: []byte(fmt.Sprintf(`{"metadata":{"name":"%s"},"spec":{"seeds":["https://%s/"]}}`, key.Name, key.Name))})
		o.Leases = append(o.Leases, store.Lease{Name: "crawl-" + key.Name, Holder: "host/1", Epoch: int64(i + 2), Expires: at(9)})
	}
	o.Objects = append(o.Objects, store.Object{ObjectKey: store.ObjectKey{Kind: "CrawlJob", Namespace: "default", Name: "j"}, ResourceVersion: "9", UID: "uid-j",
		JSON: []byte(`{"metadata":{"name":"j"},"status":{"documents":{"new":1,"changed":2,"unchanged":3,"removed":4}}}`)})
	return o
}

func oldCompany(i int) string { return fmt.Sprintf("c%d.example", i%oldCompanies) }

func oldRunID(i int) string { return fmt.Sprintf("r%02d", i) }

// oldVersionText returns the text of version n of document i. Most lines are those of the previous
// version.
func oldVersionText(i, n int) string {
	var b strings.Builder
	for line := range 40 {
		changed := 1 // the version that last changed the line
		if line < n {
			changed = n - (n-line)%3
		}
		_, _ = fmt.Fprintf(&b, "Clause %d.%d of the common terms for übersicht%d in wording %d.\n", i, line, line, changed)
	}
	_, _ = fmt.Fprintf(&b, "doc%dv%d", i, n)
	return b.String()
}

func (o *OldStore) addDocument(t *testing.T, i int, shared []byte) {
	t.Helper()
	id, company, url := fmt.Sprintf("d%02d", i), oldCompany(i), fmt.Sprintf("https://%s/legal/%02d", oldCompany(i), i)
	never := time.Time{}
	versions := 1 + i%5
	if i == 0 {
		versions = longHistory
	}
	language := []string{"en", "de", "fr"}[i%3]
	base, previous := "", []byte(nil)
	for n := 1; n <= versions; n++ {
		text := oldVersionText(i, n)
		if n%pack.KeyframeInterval == 1 {
			previous = nil
		}
		blob, whole, err := pack.Encode(previous, []byte(text))
		must(t, err)
		hash := o.addSnapshot(t, company, i, n, shared, base)
		o.Versions = append(o.Versions, map[string]any{
			"documentID": id, "number": n, "contentHash": pack.Hash([]byte(text)), "fetchedAt": at(100*n + i), "url": url, "title": "Title " + id,
			"effectiveDate": "2026-01-01", "effectiveQuote": "from 1 January", "updatedDate": "", "updatedQuote": "",
			"upcomingEffectiveDate": "2027-01-01", "upcomingEffectiveQuote": "as of", "language": language, "jurisdiction": "DE", "wordCount": 400 + n,
			"snapshotHash": hash, "runID": oldRunID(n % oldRuns), "storedBytes": len(blob), "flapping": n%4 == 3, "keyframe": whole,
		})
		o.Blobs = append(o.Blobs, blob)
		o.texts[id] = append(o.texts[id], text)
		base, previous = hash, []byte(text)
	}
	former, removed := []string{}, never
	if i%7 == 3 {
		former = []string{url + "/first", url + "/second"}
	}
	if i%6 == 2 {
		removed = at(100*versions + 50 + i)
	}
	o.Documents = append(o.Documents, map[string]any{
		"id": id, "company": company, "url": url, "formerURLs": former, "type": []string{"imprint", "terms_of_service", "privacy_policy", ""}[i/3%4],
		"confidence": 0.9, "additionalTypes": []string{"eula"}, "language": language, "jurisdiction": "DE", "title": "Title " + id,
		"effectiveDate": "2026-01-01", "effectiveQuote": "from 1 January", "updatedDate": "", "updatedQuote": "",
		"upcomingEffectiveDate": "2027-01-01", "upcomingEffectiveQuote": "as of", "wordCount": 400 + versions,
		"contentHash": pack.Hash([]byte(oldVersionText(i, versions))), "versions": versions, "discoveryPath": []string{"https://" + company + "/", url},
		"linkText": "Legal", "firstSeen": at(100 + i), "lastSeen": at(100*versions + 40 + i), "lastChanged": at(100*versions + i), "lastFlapped": never,
		"removedAt": removed, "etag": `"e"`, "lastModified": "", "runID": oldRunID(versions % oldRuns),
	})
}

// addSnapshot adds the snapshot of version n of document i, and returns its hash. The first
// versions of some documents have the shared snapshot or that of their neighbour, the others are
// deltas where a chain allows it.
func (o *OldStore) addSnapshot(t *testing.T, company string, i, n int, shared []byte, base string) string {
	t.Helper()
	if i%11 == 5 && n == 2 {
		o.bodies[store.SnapshotKey(company, pack.Hash(shared))] = shared
		return pack.Hash(shared)
	}
	body := []byte("<html><p>" + strings.ReplaceAll(oldVersionText(i, n), "\n", "</p>\n<p>"))
	if i%10 == 9 && n == 1 {
		body = []byte("<html>" + strings.Repeat(company+" has one page for several documents. ", 40))
	}
	hash, blob, err := pack.EncodeCompanySnapshot(company, body, base, func(key string) ([]byte, error) {
		if blob, ok := o.Snapshots[key]; ok {
			return blob, nil
		}
		return nil, store.ErrNotFound
	})
	must(t, err)
	key := store.SnapshotKey(company, hash)
	if _, ok := o.Snapshots[key]; !ok {
		o.Snapshots[key] = blob
	}
	o.bodies[key] = body
	return hash
}

func (o *OldStore) addRun(i int) {
	id, states := oldRunID(i), []store.RunState{store.RunComplete, store.RunFailed, store.RunComplete, store.RunInterrupted, store.RunRunning, store.RunPending}
	o.Runs = append(o.Runs, map[string]any{
		"id": id, "company": oldCompany(i), "fence": map[string]any{"leaseName": "", "epoch": int64(0)}, "state": string(states[i/2]),
		"crawlJob": map[string]any{"namespace": "default", "name": "j", "uid": "uid-j"}, "task": []byte(`{"a":1}`), "priority": int32(i % 3),
		"assignedWorker": "worker-1", "attempts": int32(1), "maxAttempts": int32(4), "notBefore": time.Time{}, "worker": "host/1", "heartbeat": at(i + 3),
		"stopReason": "", "message": "m", "createdAt": at(100 * i), "startedAt": at(100*i + 1), "finishedAt": at(100*i + 2),
		"progress":  map[string]any{"fetched": int64(7), "queued": int64(1), "failed": int64(0), "skipped": map[string]any{"robots": int64(2)}},
		"documents": map[string]any{"new": int64(1), "changed": int64(2), "unchanged": int64(3), "removed": int64(4)},
		"coverage":  []any{map[string]any{"type": "imprint", "state": "Found", "url": "u", "documentID": "d00", "reason": ""}}, "archivedAt": time.Time{},
	})
	o.Checkpoints[store.CheckpointKey(id, i%2)] = []byte(strings.Repeat(id, 100))
	if i%3 == 0 {
		o.Requests[id] = store.RequestStop
	}
}

// addPages adds the pages of a company. Each run of the company wrote some of them.
func (o *OldStore) addPages(company string, i int) {
	for n := range oldPages {
		p := map[string]any{
			"company": company, "url": fmt.Sprintf("https://%s/%03d", company, n), "parent": "https://" + company + "/", "reason": "", "finalURL": "", "status": 200,
			"contentType": "text/html", "etag": `"e"`, "lastModified": "", "bodyHash": "h", "fetchedAt": at(n), "runID": oldRunID(n%3*oldCompanies + i),
			"documentID": fmt.Sprintf("d%02d", n%oldDocuments), "type": "imprint", "confidence": 0.5,
		}
		if n%5 == 0 {
			p["reason"], p["status"], p["fetchedAt"], p["type"], p["documentID"] = "robots", 0, time.Time{}, "", ""
		}
		o.Pages = append(o.Pages, p)
	}
}
