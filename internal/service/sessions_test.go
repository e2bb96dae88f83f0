package service

import (
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/problem"
)

// newSessions returns sessions over an embedded store, and their clock.
func newSessions(t *testing.T) (s *Sessions, now *time.Time) {
	t.Helper()
	opened, _ := newStored(t)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	guard := NewGuard(opened, logr.Discard())
	guard.Now = func() time.Time { return at }
	return &Sessions{Guard: guard, Store: opened}, &at
}

func TestASessionEndsWithoutRequests(t *testing.T) {
	t.Parallel()
	s, now := newSessions(t)
	token, err := s.Open(t.Context(), SignIn{User: "jane", Role: "viewer"})
	if err != nil {
		t.Fatal(err)
	}
	*now = now.Add(SessionIdle - time.Minute)
	if _, err := s.Use(t.Context(), token); err != nil {
		t.Fatalf("before the end: %v", err)
	}
	*now = now.Add(SessionIdle - time.Minute)
	if _, err := s.Get(t.Context(), token); err != nil {
		t.Fatalf("after a request: %v", err)
	}
	*now = now.Add(2 * time.Minute) // Get is no request of the user
	if _, err := s.Use(t.Context(), token); !problem.IsCode(err, problem.Unauthenticated) {
		t.Errorf("after the end: %v", err)
	}
}

func TestASessionInUseEndsAtItsMaximumAge(t *testing.T) {
	t.Parallel()
	s, now := newSessions(t)
	token, err := s.Open(t.Context(), SignIn{User: "jane", Role: "viewer"})
	if err != nil {
		t.Fatal(err)
	}
	end := now.Add(SessionAge)
	for ; now.Before(end); *now = now.Add(6 * time.Hour) {
		if _, err := s.Use(t.Context(), token); err != nil {
			t.Fatalf("%s before its maximum age: %v", end.Sub(*now), err)
		}
	}
	if _, err := s.Use(t.Context(), token); !problem.IsCode(err, problem.Unauthenticated) {
		t.Errorf("at its maximum age: %v", err)
	}
}
