package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// sessionOf returns a session that began at a time and lasts two hours. The time must be the
// present, because MongoDB deletes expired sessions by itself.
func sessionOf(user string, n int, began time.Time) store.Session {
	return store.Session{ID: fmt.Sprintf("%064x", n), User: user, Role: "reviewer", CreatedAt: began, LastSeenAt: began, ExpiresAt: began.Add(2 * time.Hour), IPAddress: "192.0.2.1", UserAgent: "Mozilla/5.0"}
}

// now returns the present in whole milliseconds.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

func sessionLifecycle(t *testing.T, s store.Store) {
	began := now()
	v := sessionOf("ann", 1, began)
	must(t, s.CreateSession(t.Context(), v))
	got, err := s.GetSession(t.Context(), v.ID, began)
	must(t, err)
	if got != v {
		t.Errorf("created %+v, got %+v", v, got)
	}
	if err := s.CreateSession(t.Context(), v); !errors.Is(err, store.ErrExists) {
		t.Errorf("creating it twice: %v", err)
	}
	expired := func(id string, at time.Time) {
		t.Helper()
		if _, err := s.GetSession(t.Context(), id, at); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("get a session that does not exist or has expired: %v", err)
		}
		if err := s.TouchSession(t.Context(), id, at, at.Add(time.Hour)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("touch a session that does not exist or has expired: %v", err)
		}
	}
	expired(strings.Repeat("0", 64), began)
	expired(v.ID, v.ExpiresAt)
	must(t, s.TouchSession(t.Context(), v.ID, began.Add(time.Minute), began.Add(3*time.Hour)))
	v.LastSeenAt, v.ExpiresAt = began.Add(time.Minute), began.Add(3*time.Hour)
	if got, err := s.GetSession(t.Context(), v.ID, began.Add(150*time.Minute)); err != nil || got != v {
		t.Errorf("a session that was touched is %+v, %v", got, err)
	}
	for range 2 {
		must(t, s.DeleteSession(t.Context(), v.ID))
	}
	expired(v.ID, began)
}

func sessionLists(t *testing.T, s store.Store) {
	began := now()
	want := map[string][]string{}
	for i := range 12 {
		v := sessionOf(fmt.Sprint("user", i%2), i, began.Add(time.Duration(i/4)*time.Second))
		if i >= 8 {
			v.ExpiresAt = began.Add(time.Hour)
		} else {
			want[v.User], want[""] = append([]string{v.ID}, want[v.User]...), append([]string{v.ID}, want[""]...)
		}
		must(t, s.CreateSession(t.Context(), v))
	}
	check := func(what string) {
		t.Helper()
		for user, ids := range want {
			var got []string
			for _, v := range pagesOf(t, 3, func(p store.ListOptions) ([]store.Session, string, error) {
				return s.ListSessions(t.Context(), user, began.Add(time.Hour), p)
			}) {
				got = append(got, v.ID)
			}
			if !reflect.DeepEqual(got, ids) {
				t.Errorf("%s: the sessions of user %q are %v, want %v", what, user, got, ids)
			}
		}
	}
	check("all")
	for _, expect := range []int{4, 0} {
		if n, err := s.ExpireSessions(t.Context(), began.Add(time.Hour)); err != nil || n != expect {
			t.Errorf("%d sessions expired, want %d, %v", n, expect, err)
		}
	}
	check("after the others expired")
	if n, err := s.DeleteUserSessions(t.Context(), "user0"); err != nil || n != 4 {
		t.Errorf("%d sessions of a user were deleted, %v", n, err)
	}
	want = map[string][]string{"": want["user1"], "user0": nil, "user1": want["user1"]}
	check("after those of a user were deleted")
}

func sessionBounds(t *testing.T, s store.Store) {
	for what, change := range map[string]func(*store.Session){
		"the token as ID":   func(v *store.Session) { v.ID = "token_secret" },
		"no user":           func(v *store.Session) { v.User = "" },
		"no time":           func(v *store.Session) { v.ExpiresAt = v.CreatedAt },
		"a long user agent": func(v *store.Session) { v.UserAgent = strings.Repeat("x", 513) },
	} {
		v := sessionOf("ann", 1, now())
		change(&v)
		if err := s.CreateSession(t.Context(), v); !errors.Is(err, store.ErrInvalid) || strings.Contains(err.Error(), "_secret") {
			t.Errorf("a session with %s: %v", what, err)
		}
	}
}
