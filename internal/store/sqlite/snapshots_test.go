package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func TestSnapshotsThatCompaniesSharedRemainReadable(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	var bodies [3][]byte
	for i := range bodies {
		bodies[i] = fmt.Appendf(nil, "%s<p>Change %d</p>", strings.Repeat("<p>We keep it for three years.</p>", 200), i)
	}
	put := func(company string, i int, base string) string {
		h, err := s.PutSnapshot(t.Context(), store.Fence{}, company, bodies[i], base)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first := put("c", 0, "")
	second := put("c", 1, first)
	if _, err := s.write.ExecContext(t.Context(), `UPDATE snapshots SET hash=substr(hash, 3)`); err != nil { // their former keys
		t.Fatal(err)
	}
	all := []string{first, second}
	read := func(when string) {
		t.Helper()
		for i, h := range all {
			if got, err := s.GetSnapshot(t.Context(), "c", h); err != nil || !bytes.Equal(got, bodies[i]) {
				t.Errorf("%s: snapshot %d has %d bytes, %v", when, i, len(got), err)
			}
		}
	}
	read("at first")
	put("c", 0, second) // the page reverts, and the second snapshot is a delta to the first
	read("after a return")
	all = append(all, put("c", 2, second))
	put("c", 1, all[2])
	read("after another")
	if err := s.DeleteCompany(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.GetSnapshot(t.Context(), "c", all[2]); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a snapshot of a deleted company: %v", err)
	}
	all = all[:2]
	read("after its company went, for others")
}
