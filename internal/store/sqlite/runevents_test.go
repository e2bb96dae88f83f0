package sqlite

import (
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func TestClosingTheStoreEndsAWatchOfEventsWithAnError(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	if err := s.PutRun(t.Context(), store.Run{ID: "r", Company: "c"}); err != nil {
		t.Fatal(err)
	}
	if err := s.AppendRunEvents(t.Context(), store.Fence{}, "r", []store.RunEvent{{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	w, err := s.WatchRunEvents(t.Context(), "r", 0)
	if err != nil {
		t.Fatal(err)
	}
	<-w.Events()
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range w.Events() {
		t.Error("received an event of a closed store")
	}
	if w.Err() == nil {
		t.Error("the watch ended without an error")
	}
}
