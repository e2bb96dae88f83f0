package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func versions(t *testing.T, s store.Store) {
	const n = 40 // more than two keyframes with their chains
	text := strings.Repeat("We keep your data for as long as we need it. ", 400)
	var texts []string
	for i := range n {
		text += fmt.Sprintf("Paragraph %d is new. ", i)
		texts = append(texts, text)
		v, created, err := s.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: "d", ContentHash: fmt.Sprint(i), FetchedAt: at(i)}, text)
		must(t, err)
		if !created || v.Number != i+1 {
			t.Fatalf("append %d: %+v, created %v", i, v, created)
		}
		if !v.Keyframe && v.StoredBytes > 400 {
			t.Errorf("version %d stores %d bytes for one new sentence", v.Number, v.StoredBytes)
		}
	}
	for i, want := range texts {
		if v, got, err := s.VersionText(t.Context(), "d", i+1); err != nil || got != want || v.Number != i+1 {
			t.Fatalf("version %d: %v, equal %v", i+1, err, got == want)
		}
	}
	if v, got, err := s.VersionText(t.Context(), "d", 0); err != nil || got != text || v.Number != n {
		t.Errorf("the newest version is %d, %v", v.Number, err)
	}
	if _, _, err := s.VersionText(t.Context(), "d", n+1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a version that does not exist: %v", err)
	}
	list := pagesOf(t, 9, func(p store.ListOptions) ([]store.Version, string, error) { return s.ListVersions(t.Context(), "d", p) })
	for i, v := range list {
		if v.Number != n-i {
			t.Errorf("item %d is version %d", i, v.Number)
		}
	}
	if len(list) != n {
		t.Errorf("listed %d of %d versions", len(list), n)
	}
}

func versionIdempotent(t *testing.T, s store.Store) {
	v := store.Version{DocumentID: "d", ContentHash: "h", FetchedAt: at(1), RunID: "r"}
	_, created, err := s.AppendVersion(t.Context(), store.Fence{}, v, "text")
	must(t, err)
	again, twice, err := s.AppendVersion(t.Context(), store.Fence{}, v, "text")
	must(t, err)
	if !created || twice || again.Number != 1 {
		t.Errorf("created %v, and again %v with number %d", created, twice, again.Number)
	}
	// A text equal to an earlier version that is not the newest is a new version.
	for i, hash := range []string{"other", "h"} {
		v.ContentHash = hash
		if got, created, err := s.AppendVersion(t.Context(), store.Fence{}, v, hash); err != nil || !created || got.Number != i+2 {
			t.Errorf("%s: number %d, created %v, %v", hash, got.Number, created, err)
		}
	}
	for _, empty := range []string{"", "x", ""} {
		v.ContentHash = "empty" + empty
		_, _, err := s.AppendVersion(t.Context(), store.Fence{}, v, empty)
		must(t, err)
		if _, got, err := s.VersionText(t.Context(), "d", 0); err != nil || got != empty {
			t.Errorf("stored %q, got %q, %v", empty, got, err)
		}
	}
}

func versionContention(t *testing.T, s store.Store) {
	const writers, each = 8, 5
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				id := fmt.Sprintf("%d-%d", w, i)
				if _, created, err := s.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: "d", ContentHash: id, RunID: id, FetchedAt: at(i)}, strings.Repeat(id, 100)); err != nil || !created {
					t.Errorf("%s: created %v, %v", id, created, err)
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for n := 1; n <= writers*each; n++ {
		v, text, err := s.VersionText(t.Context(), "d", n)
		must(t, err)
		if text != strings.Repeat(v.ContentHash, 100) {
			t.Errorf("version %d of %s has the text of another version", n, v.ContentHash)
		}
		seen[v.ContentHash] = true
	}
	if len(seen) != writers*each {
		t.Errorf("%d of %d versions were stored", len(seen), writers*each)
	}
}

func versionAt(t *testing.T, s store.Store) {
	for i := range 5 {
		_, _, err := s.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: "d", ContentHash: fmt.Sprint(i), FetchedAt: at(10 * i)}, fmt.Sprint("text", i))
		must(t, err)
	}
	for seconds, want := range map[int]int{0: 1, 9: 1, 10: 2, 39: 4, 40: 5, 1000: 5} {
		if v, err := s.VersionAt(t.Context(), "d", at(seconds)); err != nil || v.Number != want {
			t.Errorf("at %d s: version %d, %v", seconds, v.Number, err)
		}
	}
	if _, err := s.VersionAt(t.Context(), "d", at(-1)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get the version before the first: %v", err)
	}
}

// largeTextPair returns two similar texts of more than 17 MiB that are hard to compress.
func largeTextPair() [2]string {
	var b strings.Builder
	for i := 0; b.Len() < 17<<20; i++ {
		fmt.Fprintf(&b, "%x ", uint32(i)*2654435761) // Knuth's multiplicative hash
	}
	text := b.String()
	return [2]string{text, text[:9<<20] + " changed " + text[9<<20:]}
}

func largeTexts(t *testing.T, s store.Store) {
	for n, want := range largeTextPair() {
		_, _, err := s.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: "d", ContentHash: fmt.Sprint(n), FetchedAt: at(n)}, want)
		must(t, err)
		if _, got, err := s.VersionText(t.Context(), "d", n+1); err != nil || got != want {
			t.Errorf("version %d of %d bytes: %v, equal %v", n+1, len(want), err, got == want)
		}
	}
}
