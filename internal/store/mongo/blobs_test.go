package mongo

import (
	"crypto/rand"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
)

func TestDeleteCompanyDeletesOnlyItsOwnChunks(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	large := make([]byte, chunkSize+1) // both companies store it; random data does not compress
	_, _ = rand.Read(large)
	hash := ""
	for _, c := range []string{"deleted", "kept"} {
		d := store.Document{ID: c, Company: c, URL: "https://" + c + ".example/terms"}
		if err := s.PutDocument(t.Context(), store.Fence{}, d); err != nil {
			t.Fatal(err)
		}
		h, err := s.PutSnapshot(t.Context(), store.Fence{}, c, large, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: d.ID, ContentHash: "h"}, string(large)); err != nil {
			t.Fatal(err)
		}
		hash = h
	}
	chunks := func() int64 {
		n, err := s.db.Collection(chunkCollection).CountDocuments(t.Context(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := chunks()
	if err := s.DeleteCompany(t.Context(), "deleted"); err != nil {
		t.Fatal(err)
	}
	if after := chunks(); before == 0 || after != before/2 {
		t.Errorf("of %d chunks %d remain", before, after)
	}
	if got, err := s.GetSnapshot(t.Context(), "kept", hash); err != nil || len(got) != len(large) {
		t.Errorf("the snapshot of the other company has %d bytes, %v", len(got), err)
	}
	if _, text, err := s.VersionText(t.Context(), "kept", 0); err != nil || len(text) != len(large) {
		t.Errorf("the text of the other company has %d bytes, %v", len(text), err)
	}
}
