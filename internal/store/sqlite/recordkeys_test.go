package sqlite

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/clausea/crawler/internal/store/storetest"
)

func TestMigrateRenamesTheKeysOfStoredRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openAtVersion(t, dir, 2)
	old := storetest.NewOldRecords(t)
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO runs(id,company,state,priority,v) VALUES('r1','c','Stopped',2,?)`, asJSON(t, old.Run))
	exec(`INSERT INTO documents(id,company,url,v) VALUES('d1','c','https://x.example/terms',?)`, asJSON(t, old.Document))
	for i, v := range old.Versions {
		exec(`INSERT INTO versions(doc,n,hash,fetched,full,v,blob) VALUES('d1',?,?,?,?,?,?)`, i+1, v["hash"], i, v["full"], asJSON(t, v), old.Blobs[i])
	}
	exec(`INSERT INTO objects(kind,ns,name,rv,uid,labels,json) VALUES('CrawlJob','default','j',1,'u','{}',?)`, old.CrawlJob)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	if got := s.Applied(); len(got) == 0 || got[0] != "sqlite-3" {
		t.Errorf("applied migrations are %v, want sqlite-3 and later ones", got)
	}
	storetest.CheckOldRecords(t, s)
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
