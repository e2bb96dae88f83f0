package mongo

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/internal/store"
)

// shared makes a company's snapshots those of all, as they were at first.
func shared(t *testing.T, s *Store, company string, hashes ...string) {
	t.Helper()
	c := s.db.Collection(snapshotCollection)
	for _, h := range hashes {
		own := bson.D{{Key: "_id", Value: store.SnapshotKey(company, h)}}
		var d bson.M
		if err := c.FindOne(t.Context(), own).Decode(&d); err != nil {
			t.Fatal(err)
		}
		d["_id"] = h
		if _, err := c.InsertOne(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if _, err := c.DeleteOne(t.Context(), own); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSnapshotsThatCompaniesSharedAreReadWhateverComesAfterThem(t *testing.T) {
	t.Parallel()
	s := open(t, uri, database(t))
	var bodies [3][]byte
	for i := range bodies {
		bodies[i] = fmt.Appendf(nil, "%s<p>Change %d</p>", strings.Repeat("<p>We keep it for three years.</p>", 200), i)
	}
	put := func(i int, like string) string {
		h, err := s.PutSnapshot(t.Context(), store.Fence{}, "c", bodies[i], like)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first := put(0, "")
	second := put(1, first)
	shared(t, s, "c", first, second)
	put(0, second) // the page is as it was before, and the second needs the first
	third := put(2, second)
	put(1, third)
	for i, h := range []string{first, second, third} {
		if got, err := s.GetSnapshot(t.Context(), "c", h); err != nil || !bytes.Equal(got, bodies[i]) {
			t.Errorf("snapshot %d has %d bytes, %v", i, len(got), err)
		}
	}
	if err := s.DeleteCompany(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.GetSnapshot(t.Context(), "c", third); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of a company that is gone: %v", err)
	}
	if got, err := s.GetSnapshot(t.Context(), "other", second); err != nil || !bytes.Equal(got, bodies[1]) {
		t.Errorf("for another company the second has %d bytes, %v", len(got), err)
	}
}
