package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// requestOf returns a request of an owner at a time, which must be the present: MongoDB deletes
// expired requests by itself.
func requestOf(owner string, began time.Time) store.IdempotentRequest {
	return store.IdempotentRequest{Key: "abcDEF01 POST /v1/crawls 8e03978e", Fingerprint: strings.Repeat("ab", 32), Owner: owner, CreatedAt: began, ExpiresAt: began.Add(10 * time.Minute)}
}

func idempotencyLifecycle(t *testing.T, s store.Store) {
	began := now()
	first, second := requestOf("first", began), requestOf("second", began.Add(time.Second))
	for range 2 { // the second call changes nothing
		got, err := s.BeginRequest(t.Context(), first)
		must(t, err)
		if got.Owner != "first" || got.State != store.RequestInProgress || !got.ExpiresAt.Equal(first.ExpiresAt) {
			t.Errorf("the first request is %+v", got)
		}
	}
	begin := func(r store.IdempotentRequest, want error) {
		t.Helper()
		if _, err := s.BeginRequest(t.Context(), r); !errors.Is(err, want) {
			t.Errorf("begin %s: %v, want %v", r.Owner, err, want)
		}
	}
	other := second
	other.Fingerprint = strings.Repeat("cd", 32)
	begin(second, store.ErrRequestInProgress)
	begin(second, store.ErrConflict)
	begin(other, store.ErrKeyReused)
	response := store.Response{Status: 202, Header: []store.HeaderField{{Name: "Location", Value: "/v1/crawls/1"}}, Body: []byte("{\"id\":\"1\"}\x00\xff")}
	expires := began.Add(24 * time.Hour)
	if err := s.FinishRequest(t.Context(), first.Key, "second", response, expires); !errors.Is(err, store.ErrConflict) {
		t.Errorf("finish of a request that is not the owner: %v", err)
	}
	for range 2 {
		must(t, s.FinishRequest(t.Context(), first.Key, "first", response, expires))
	}
	must(t, s.ReleaseRequest(t.Context(), first.Key, "first")) // it is Done
	got, err := s.BeginRequest(t.Context(), second)
	must(t, err)
	if got.State != store.RequestDone || got.Owner != "first" || !reflect.DeepEqual(got.Response, response) {
		t.Errorf("a repeated request gets %+v", got)
	}
	begin(other, store.ErrKeyReused)
	other.CreatedAt, other.ExpiresAt = expires, expires.Add(time.Minute)
	begin(other, nil) // the first one has expired
	if err := s.FinishRequest(t.Context(), first.Key, "first", response, expires); !errors.Is(err, store.ErrConflict) {
		t.Errorf("finish of a request that has expired: %v", err)
	}
}

// idempotencyRelease verifies that the key of a failed request, and of a process that died, is
// free.
func idempotencyRelease(t *testing.T, s store.Store) {
	began := now()
	first, second := requestOf("first", began), requestOf("second", began.Add(time.Second))
	_, err := s.BeginRequest(t.Context(), first)
	must(t, err)
	must(t, s.ReleaseRequest(t.Context(), first.Key, "second")) // not the owner
	if _, err := s.BeginRequest(t.Context(), second); !errors.Is(err, store.ErrRequestInProgress) {
		t.Errorf("begin a request that is in progress: %v", err)
	}
	for range 2 {
		must(t, s.ReleaseRequest(t.Context(), first.Key, "first"))
	}
	_, err = s.BeginRequest(t.Context(), second)
	must(t, err)
	third := requestOf("third", second.ExpiresAt) // the process of the second died
	got, err := s.BeginRequest(t.Context(), third)
	must(t, err)
	if got.Owner != "third" {
		t.Errorf("after the request of a dead process expired, the owner is %s", got.Owner)
	}
	for i, want := range []int{0, 1, 0} {
		if n, err := s.ExpireRequests(t.Context(), third.ExpiresAt.Add(time.Duration(i-1)*time.Second)); err != nil || n != want {
			t.Errorf("%d requests expired, want %d, %v", n, want, err)
		}
	}
}

func idempotencyContention(t *testing.T, s store.Store) {
	began := now()
	for round := range 3 { // the later rounds use the key of a request that expired
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				owner := fmt.Sprint(round, " ", i)
				got, err := s.BeginRequest(t.Context(), requestOf(owner, began.Add(time.Duration(round)*10*time.Minute)))
				switch {
				case err == nil && got.Owner == owner:
					won.Add(1)
				case !errors.Is(err, store.ErrRequestInProgress):
					t.Errorf("%+v, %v", got, err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d of 16 requests with the same key began", won.Load())
		}
	}
}

func idempotencyBounds(t *testing.T, s store.Store) {
	for what, change := range map[string]func(*store.IdempotentRequest){
		"no key":         func(r *store.IdempotentRequest) { r.Key = "" },
		"a long key":     func(r *store.IdempotentRequest) { r.Key = strings.Repeat("x", 1025) },
		"no fingerprint": func(r *store.IdempotentRequest) { r.Fingerprint = "" },
		"no owner":       func(r *store.IdempotentRequest) { r.Owner = "" },
		"no end":         func(r *store.IdempotentRequest) { r.ExpiresAt = r.CreatedAt.Add(store.MaxRequestTime + time.Second) },
	} {
		r := requestOf("first", now())
		change(&r)
		if _, err := s.BeginRequest(t.Context(), r); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("a request with %s: %v", what, err)
		}
	}
	r := requestOf("first", now())
	_, err := s.BeginRequest(t.Context(), r)
	must(t, err)
	for what, response := range map[string]store.Response{
		"no status":    {},
		"a large body": {Status: 200, Body: make([]byte, store.MaxResponseBody+1)},
		"many fields":  {Status: 200, Header: make([]store.HeaderField, 21)},
	} {
		if err := s.FinishRequest(t.Context(), r.Key, r.Owner, response, r.ExpiresAt); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("a response with %s: %v", what, err)
		}
	}
	must(t, s.FinishRequest(t.Context(), r.Key, r.Owner, store.Response{Status: 200, Body: make([]byte, store.MaxResponseBody)}, r.ExpiresAt))
}
