package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// waitTimeout bounds each wait of a test. No test asserts on elapsed time.
const waitTimeout = 5 * time.Minute

func startWatch(t *testing.T, s store.Store) store.Watch {
	t.Helper()
	_, _, version, err := s.ListObjects(t.Context(), "Company", "", store.ListOptions{})
	must(t, err)
	w, err := s.WatchObjects(t.Context(), "Company", version)
	must(t, err)
	t.Cleanup(w.Stop)
	return w
}

func nextEvent(t *testing.T, w store.Watch) store.ObjectEvent {
	t.Helper()
	select {
	case e, ok := <-w.Events():
		if !ok {
			t.Fatalf("the watch ended: %v", w.Err())
		}
		return e
	case <-time.After(waitTimeout):
		t.Fatal("no event was delivered")
	}
	return store.ObjectEvent{}
}

func watchOrder(t *testing.T, s store.Store) {
	w := startWatch(t, s)
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
			e := nextEvent(t, w)
			if e.Type != want || e.Object.Name != name {
				t.Fatalf("received %s of %s, want %s of %s", e.Type, e.Object.Name, want, name)
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
	if e := nextEvent(t, w); e.Object.Name != "between" || e.Type != store.EventAdded || e.Object.UID != "uid-between" {
		t.Errorf("the first event is %s of %s", e.Type, e.Object.Name)
	}
	other := company("job")
	other.Kind = "CrawlJob"
	_, err = s.CreateObject(t.Context(), other)
	must(t, err)
	_, err = s.CreateObject(t.Context(), company("after"))
	must(t, err)
	if e := nextEvent(t, w); e.Object.Name != "after" {
		t.Errorf("the next event is %s of %s %s", e.Type, e.Object.Kind, e.Object.Name)
	}
}

func watchStop(t *testing.T, s store.Store) {
	w := startWatch(t, s)
	w.Stop()
	if _, ok := <-w.Events(); ok || w.Err() != nil {
		t.Errorf("after Stop the watch delivered an event or has the error %v", w.Err())
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
			t.Error("received an event without a change")
		}
	case <-time.After(waitTimeout):
		t.Error("the watch did not end with its context")
	}
}

func watchInvalidVersion(t *testing.T, s store.Store) {
	if _, err := s.WatchObjects(t.Context(), "Company", "yesterday"); !errors.Is(err, store.ErrExpired) {
		t.Errorf("watch from an invalid version: %v", err)
	}
}
