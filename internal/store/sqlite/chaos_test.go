package sqlite

import (
	"testing"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/storetest"
)

func TestFaultsOfWritersKeepTheFeedCompleteAndConsistent(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	t.Parallel()
	dir := t.TempDir()
	storetest.Faults(t, storetest.FaultTarget{URI: dir, Exclusive: true, Open: func(t *testing.T) store.Store {
		s, err := Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}})
}
