package mongo

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func TestAStoreInUseIsNotRestored(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	l, err := s.AcquireLease(t.Context(), "leader", "process-7", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.BeginRestore(t.Context()); err == nil || !strings.Contains(err.Error(), "process-7") {
		t.Errorf("begin a restore while a process holds a lease: %v", err)
	}
	if err := s.ReleaseLease(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	r, err := s.BeginRestore(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other := open(t, uri, newDatabase(t))
	other.db = s.db
	if _, err := other.BeginRestore(t.Context()); !errors.Is(err, store.ErrConflict) {
		t.Errorf("begin a second restore: %v", err)
	}
	if err := errors.Join(r.Finish(t.Context()), r.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Errorf("migrate after the restore: %v", err)
	}
}

func TestATombstoneDoesNotPreventARestore(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	key := store.ObjectKey{Kind: "Company", Namespace: "n", Name: "c"}
	if _, err := s.CreateObject(t.Context(), store.Object{ObjectKey: key, UID: "old", JSON: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteObject(t.Context(), key, ""); err != nil {
		t.Fatal(err)
	}
	r, err := s.BeginRestore(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e := store.ArchiveEntry{Family: store.ArchiveObjects, Record: &store.ArchivedObject{Kind: key.Kind, Namespace: key.Namespace, Name: key.Name, UID: "new"}, Body: []byte(`{"a":1}`)}
	if err := errors.Join(r.Put(t.Context(), []store.ArchiveEntry{e}), r.Finish(t.Context()), r.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if o, err := s.GetObject(t.Context(), key); err != nil || o.UID != "new" || string(o.JSON) != `{"a":1}` {
		t.Errorf("the restored object is %+v, %v", o, err)
	}
}
