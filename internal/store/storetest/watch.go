package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// patience bounds what a test waits for; no test asserts on time.
const patience = 5 * time.Minute

func begin(t *testing.T, s store.Store) store.Watch {
	t.Helper()
	_, _, version, err := s.ListObjects(t.Context(), "Company", "", store.ListOptions{})
	must(t, err)
	w, err := s.WatchObjects(t.Context(), "Company", version)
	must(t, err)
	t.Cleanup(w.Stop)
	return w
}

func event(t *testing.T, w store.Watch) store.ObjectEvent {
	t.Helper()
	select {
	case e, ok := <-w.Events():
		if !ok {
			t.Fatalf("the watch ended: %v", w.Err())
		}
		return e
	case <-time.After(patience):
		t.Fatal("no event came")
	}
	return store.ObjectEvent{}
}

func watchOrder(t *testing.T, s store.Store) {
	w := begin(t, s)
	const n = 60
	go func() {
		for i := range n {
			o, err := s.CreateObject(t.Context(), company(fmt.Sprintf("c%03d", i)))
			if err == nil {
				o.JSON = []byte(`{"n":1}`)
				o, err = s.UpdateObject(t.Context(), o)
			}
			if err == nil {
				err = s.DeleteObject(t.Context(), o.ObjectKey, o.ResourceVersion)
			}
			if err != nil && t.Context().Err() == nil {
				t.Error(err)
			}
		}
	}()
	for i := range n {
		name, last := fmt.Sprintf("c%03d", i), int64(0)
		for _, want := range []store.EventType{store.EventAdded, store.EventModified, store.EventDeleted} {
			e := event(t, w)
			if e.Type != want || e.Object.Name != name {
				t.Fatalf("%s of %s came, want %s of %s", e.Type, e.Object.Name, want, name)
			}
			if v := number(t, e.Object); v <= last {
				t.Fatalf("%s of %s has version %d after %d", e.Type, name, v, last)
			} else {
				last = v
			}
		}
	}
}

func watchFromList(t *testing.T, s store.Store) {
	_, err := s.CreateObject(t.Context(), company("before"))
	must(t, err)
	_, _, version, err := s.ListObjects(t.Context(), "Company", "", store.ListOptions{})
	must(t, err)
	_, err = s.CreateObject(t.Context(), company("between"))
	must(t, err)
	w, err := s.WatchObjects(t.Context(), "Company", version)
	must(t, err)
	defer w.Stop()
	if e := event(t, w); e.Object.Name != "between" || e.Type != store.EventAdded || e.Object.UID != "uid-between" {
		t.Errorf("first came %s of %s", e.Type, e.Object.Name)
	}
	other := company("job")
	other.Kind = "CrawlJob"
	_, err = s.CreateObject(t.Context(), other)
	must(t, err)
	_, err = s.CreateObject(t.Context(), company("after"))
	must(t, err)
	if e := event(t, w); e.Object.Name != "after" {
		t.Errorf("then came %s of %s %s", e.Type, e.Object.Kind, e.Object.Name)
	}
}

func watchStop(t *testing.T, s store.Store) {
	w := begin(t, s)
	w.Stop()
	if _, ok := <-w.Events(); ok || w.Err() != nil {
		t.Errorf("after Stop an event came, or the error %v", w.Err())
	}
	_, _, version, err := s.ListObjects(t.Context(), "Company", "", store.ListOptions{})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	w, err = s.WatchObjects(ctx, "Company", version)
	must(t, err)
	cancel()
	select {
	case _, ok := <-w.Events():
		if ok {
			t.Error("an event came though nothing changed")
		}
	case <-time.After(patience):
		t.Error("the watch outlives its context")
	}
}

func watchNonsense(t *testing.T, s store.Store) {
	if _, err := s.WatchObjects(t.Context(), "Company", "yesterday"); !errors.Is(err, store.ErrExpired) {
		t.Errorf("a watch from a version that is none: %v", err)
	}
}
