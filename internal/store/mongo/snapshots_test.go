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

// shared gives snapshots of a company their former keys, under which all companies shared
// them.
func shared(t *testing.T, s *Store, company string, hashes ...string) {
	t.Helper()
	c := s.db.Collection(snapshotCollection)
	for _, h := range hashes {
		key := bson.D{{Key: "_id", Value: store.SnapshotKey(company, h)}}
		var d bson.M
		if err := c.FindOne(t.Context(), key).Decode(&d); err != nil {
			t.Fatal(err)
		}
		d["_id"] = h
		if _, err := c.InsertOne(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if _, err := c.DeleteOne(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSnapshotsThatCompaniesSharedRemainReadable(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	var bodies [3][]byte
	for i := range bodies {
		bodies[i] = fmt.Appendf(nil, "%s<p>Change %d</p>", strings.Repeat("<p>We keep it for three years.</p>", 200), i)
	}
	put := func(i int, base string) string {
		h, err := s.PutSnapshot(t.Context(), store.Fence{}, "c", bodies[i], base)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first := put(0, "")
	second := put(1, first)
	shared(t, s, "c", first, second)
	put(0, second) // the page reverts, and the second snapshot is a delta to the first
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
		t.Errorf("get a snapshot of a deleted company: %v", err)
	}
	if got, err := s.GetSnapshot(t.Context(), "other", second); err != nil || !bytes.Equal(got, bodies[1]) {
		t.Errorf("the second snapshot of another company has %d bytes, %v", len(got), err)
	}
}
