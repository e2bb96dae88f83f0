package storetest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// similarSnapshots stores pages that each resemble the previous one, as several chains of
// deltas, and reads all of them.
func similarSnapshots(t *testing.T, s store.Store) {
	var page bytes.Buffer
	for i := range 2000 {
		fmt.Fprintf(&page, "<p>%x</p>\n", sha256.Sum256(fmt.Appendf(nil, "%s %d", t.Name(), i)))
	}
	bodies, hashes := [][]byte{}, []string{}
	before := fmt.Sprintf("%x", sha256.Sum256([]byte("not there")))
	for i := range 2*pack.KeyframeInterval + 3 {
		fmt.Fprintf(&page, "<p>Change %d</p>\n", i)
		body := bytes.Clone(page.Bytes())
		h, err := s.PutSnapshot(t.Context(), store.Fence{}, "c", body, before)
		must(t, err)
		// Again, with itself as the base: a snapshot must not be a delta to itself.
		again, err := s.PutSnapshot(t.Context(), store.Fence{}, "c", body, h)
		must(t, err)
		if again != h {
			t.Fatalf("the same body has the hashes %s and %s", h, again)
		}
		bodies, hashes, before = append(bodies, body), append(hashes, h), h
	}
	// The first of a chain again, with a base that is a delta to it.
	_, err := s.PutSnapshot(t.Context(), store.Fence{}, "c", bodies[0], hashes[3])
	must(t, err)
	for i, h := range hashes {
		if got, err := s.GetSnapshot(t.Context(), "c", h); err != nil || !bytes.Equal(got, bodies[i]) {
			t.Errorf("snapshot %d was returned with %d bytes, %v; want %d", i, len(got), err, len(bodies[i]))
		}
	}
}
