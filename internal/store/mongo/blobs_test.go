package mongo

import (
	"crypto/rand"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
)

func TestACompanyThatIsDeletedTakesTheChunksOfItsTextsAndPagesAndNoOthers(t *testing.T) {
	t.Parallel()
	s := open(t, uri, database(t))
	large := make([]byte, chunkSize+1) // of one company and of the other, and not to be compressed
	_, _ = rand.Read(large)
	hash := ""
	for _, c := range []string{"goes", "stays"} {
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
	if err := s.DeleteCompany(t.Context(), "goes"); err != nil {
		t.Fatal(err)
	}
	if after := chunks(); before == 0 || after != before/2 {
		t.Errorf("of %d chunks %d are left", before, after)
	}
	if got, err := s.GetSnapshot(t.Context(), "stays", hash); err != nil || len(got) != len(large) {
		t.Errorf("the page that stays has %d bytes, %v", len(got), err)
	}
	if _, text, err := s.VersionText(t.Context(), "stays", 0); err != nil || len(text) != len(large) {
		t.Errorf("the text that stays has %d bytes, %v", len(text), err)
	}
}
