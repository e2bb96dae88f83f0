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

func keyNamed(id string, seconds int) store.APIKey {
	return store.APIKey{ID: id, Hash: strings.Repeat("0f", 32), Name: "key " + id, Scopes: []store.APIScope{store.ScopeRead, store.ScopeCrawl}, CreatedAt: at(seconds), CreatedBy: "ann"}
}

func apiKeyLifecycle(t *testing.T, s store.Store) {
	k := keyNamed("abcDEF01", 1)
	k.ExpiresAt, k.Feed = at(100), "companies=a&kinds=Changed"
	get := func() store.APIKey {
		t.Helper()
		got, err := s.GetAPIKey(t.Context(), k.ID)
		must(t, err)
		return got
	}
	if _, err := s.GetAPIKey(t.Context(), k.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a key that does not exist: %v", err)
	}
	must(t, s.CreateAPIKey(t.Context(), k))
	if got := get(); !reflect.DeepEqual(got, k) || !got.Active(at(99)) || got.Active(at(100)) {
		t.Errorf("created %+v, got %+v", k, got)
	}
	for _, seconds := range []int{5, 9, 7} { // the last is late
		must(t, s.TouchAPIKey(t.Context(), k.ID, at(seconds)))
	}
	for _, seconds := range []int{20, 30} { // the first one counts
		must(t, s.RevokeAPIKey(t.Context(), k.ID, at(seconds)))
	}
	if got := get(); !got.LastUsedAt.Equal(at(9)) || !got.RevokedAt.Equal(at(20)) || got.Active(at(10)) || got.Name != k.Name {
		t.Errorf("a used and revoked key is %+v", got)
	}
	for what, err := range map[string]error{"revoke": s.RevokeAPIKey(t.Context(), "missing0", at(1)), "touch": s.TouchAPIKey(t.Context(), "missing0", at(1))} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s a key that does not exist: %v", what, err)
		}
	}
}

func apiKeyContention(t *testing.T, s store.Store) {
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			k := keyNamed("abcDEF01", i)
			switch err := s.CreateAPIKey(t.Context(), k); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, store.ErrExists):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d creators of a key succeeded", won.Load())
	}
}

func apiKeyLists(t *testing.T, s store.Store) {
	var want []string
	for i := range 11 {
		k := keyNamed(fmt.Sprintf("key%05d", i), i/3)
		must(t, s.CreateAPIKey(t.Context(), k))
		want = append([]string{k.ID}, want...)
	}
	var got []string
	for _, k := range pagesOf(t, 4, func(p store.ListOptions) ([]store.APIKey, string, error) { return s.ListAPIKeys(t.Context(), p) }) {
		got = append(got, k.ID)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
}

func apiKeyBounds(t *testing.T, s store.Store) {
	for what, change := range map[string]func(*store.APIKey){
		"a short ID":        func(k *store.APIKey) { k.ID = "abc" },
		"the key as hash":   func(k *store.APIKey) { k.Hash = "clausea_abcDEF01_secret" },
		"no name":           func(k *store.APIKey) { k.Name = "" },
		"no scope":          func(k *store.APIKey) { k.Scopes = nil },
		"an unknown scope":  func(k *store.APIKey) { k.Scopes = []store.APIScope{"root"} },
		"no creation time":  func(k *store.APIKey) { k.CreatedAt = time.Time{} },
		"a long feed query": func(k *store.APIKey) { k.Feed = strings.Repeat("x", 2049) },
	} {
		k := keyNamed("abcDEF01", 1)
		change(&k)
		if err := s.CreateAPIKey(t.Context(), k); !errors.Is(err, store.ErrInvalid) || strings.Contains(err.Error(), "_secret") {
			t.Errorf("a key with %s: %v", what, err)
		}
	}
}
