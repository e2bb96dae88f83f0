package sqlite

import (
	"bytes"
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

func TestMigrateAddsTheStatesOfDocumentsAndChangesNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openAtVersion(t, dir, 3)
	old := map[string]string{
		"present": `{"id":"present","company":"c","url":"https://x.example/1","type":"imprint","confidence":0.10,"title":"Ünï <b>","lastSeen":"2026-02-03T04:05:06.123456789+01:00","lastChanged":"2026-01-03T04:05:06.123456789Z","removedAt":"0001-01-01T00:00:00Z","unknown":[1.50,null]}`,
		"removed": `{"id":"removed","company":"c","url":"https://x.example/2","lastSeen":"2026-02-03T04:05:06Z","lastChanged":"2026-01-03T04:05:06Z","removedAt":"2026-02-03T04:05:07Z"}`,
	}
	for id, v := range old {
		if _, err := db.ExecContext(t.Context(), `INSERT INTO documents(id,company,url,v) VALUES(?1,'c',?2->>'$.url',?2)`, id, v); err != nil {
			t.Fatal(err)
		}
	}
	blob, _, err := pack.Encode(nil, []byte("The imprint."))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `INSERT INTO versions(doc,n,hash,fetched,full,v,blob) VALUES('present',1,'h',1,1,'{"number":1,  "keyframe":true,"x":1.0}',?)`, blob)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `INSERT INTO snapshots(hash,blob) VALUES('c#h',?)`, blob); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := openIn(t, dir)
	added := []string{"state", "stateReason", "stateSince", "lastChecked", "unchangedSince", "lastFailure", "notLegal"}
	for id, v := range old {
		var now string
		if err := s.read.QueryRowContext(t.Context(), `SELECT v FROM documents WHERE id=?`, id).Scan(&now); err != nil {
			t.Fatal(err)
		}
		fields, before := members(t, now), members(t, v)
		for _, name := range added {
			if _, ok := fields[name]; !ok {
				t.Errorf("%s has no %s", id, name)
			}
			delete(fields, name)
		}
		if !maps.Equal(fields, before) {
			t.Errorf("%s was %s\nand is %s", id, v, now)
		}
	}
	checkStates(t, s)
	var version string
	var text, snapshot []byte
	err = s.read.QueryRowContext(t.Context(), `SELECT v, blob, (SELECT blob FROM snapshots WHERE hash='c#h') FROM versions`).Scan(&version, &text, &snapshot)
	if err != nil || version != `{"number":1,  "keyframe":true,"x":1.0}` || !bytes.Equal(text, blob) || !bytes.Equal(snapshot, blob) {
		t.Errorf("the version is %s with %x, the snapshot is %x: %v", version, text, snapshot, err)
	}
}

// members returns the JSON of the members of an object.
func members(t *testing.T, v string) map[string]string {
	t.Helper()
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(v), &raw); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name, b := range raw {
		out[name] = string(b)
	}
	return out
}

func checkStates(t *testing.T, s *Store) {
	t.Helper()
	d, err := s.GetDocument(t.Context(), "present")
	if err != nil {
		t.Fatal(err)
	}
	if d.State != store.DocumentPresent || !d.StateSince.IsZero() || !d.LastChecked.Equal(d.LastSeen) || !d.UnchangedSince.Equal(d.LastChanged) || d.LastSeen.IsZero() {
		t.Errorf("the present document is %+v", d)
	}
	removedAt := time.Date(2026, 2, 3, 4, 5, 7, 0, time.UTC)
	if d, err = s.GetDocument(t.Context(), "removed"); err != nil {
		t.Fatal(err)
	}
	if d.State != store.DocumentRemoved || !d.StateSince.Equal(removedAt) || !d.LastChecked.Equal(removedAt) || !d.UnchangedSince.Equal(d.LastChanged) {
		t.Errorf("the removed document is %+v", d)
	}
}
