package sqlite

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(t.Context()) })
	return s
}

func TestVersionsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	s := open(t)
	text := strings.Repeat("We keep your data for as long as we need it. ", 400)
	var texts []string
	for n := range 40 {
		text += fmt.Sprintf("Paragraph %d is new. ", n)
		texts = append(texts, text)
		v, created, err := s.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: "d", Hash: fmt.Sprint(n), FetchedAt: time.Unix(int64(n), 0)}, text)
		if err != nil || !created || v.Number != n+1 {
			t.Fatalf("append %d: %+v, %v, %v", n, v, created, err)
		}
		if !v.Full && v.Bytes > 400 {
			t.Errorf("version %d takes %d bytes for one new sentence", v.Number, v.Bytes)
		}
	}
	if _, created, err := s.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: "d", Hash: "39"}, text); err != nil || created {
		t.Errorf("the newest text again: created %v, %v", created, err)
	}
	for n, want := range texts {
		if _, got, err := s.VersionText(t.Context(), "d", n+1); err != nil || got != want {
			t.Fatalf("version %d: %v, same %v", n+1, err, got == want)
		}
	}
	if v, err := s.VersionAt(t.Context(), "d", time.Unix(7, 5)); err != nil || v.Number != 8 {
		t.Errorf("version at 7 s: %d, %v", v.Number, err)
	}
	if _, err := s.VersionAt(t.Context(), "d", time.Unix(-1, 0)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("before the first: %v", err)
	}
}

func TestCompareAndSwapLosesNoUpdate(t *testing.T) {
	t.Parallel()
	s := open(t)
	key := store.ObjectKey{Kind: "Company", Namespace: "default", Name: "a.b$c"}
	if _, err := s.CreateObject(t.Context(), store.Object{ObjectKey: key, JSON: []byte("0")}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for done := 0; done < 10; {
				o, err := s.GetObject(t.Context(), key)
				if err != nil {
					t.Error(err)
					return
				}
				var n int
				_, _ = fmt.Sscan(string(o.JSON), &n)
				o.JSON = fmt.Append(nil, n+1)
				_, err = s.UpdateObject(t.Context(), o)
				switch {
				case err == nil:
					done++
				case !errors.Is(err, store.ErrConflict):
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if o, err := s.GetObject(t.Context(), key); err != nil || string(o.JSON) != "160" {
		t.Errorf("160 increments give %s, %v", o.JSON, err)
	}
}

func TestAStaleEpochIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	a, err := s.AcquireLease(t.Context(), "run/x", "a", -time.Second) // expired at once
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.AcquireLease(t.Context(), "run/x", "b", time.Minute)
	if err != nil || b.Epoch != a.Epoch+1 {
		t.Fatalf("takeover: %+v, %v", b, err)
	}
	if _, err := s.AcquireLease(t.Context(), "run/x", "c", time.Minute); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a held lease was given away: %v", err)
	}
	stale := store.Fence{LeaseName: a.Name, Epoch: a.Epoch}
	if err := s.PutDocument(t.Context(), stale, store.Document{ID: "1"}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("a stale write: %v", err)
	}
	if _, _, err := s.AppendVersion(t.Context(), stale, store.Version{DocumentID: "1", Hash: "h"}, "t"); !errors.Is(err, store.ErrFenced) {
		t.Errorf("a stale version: %v", err)
	}
	if _, err := s.RenewLease(t.Context(), a, time.Minute); !errors.Is(err, store.ErrFenced) {
		t.Errorf("a stale renewal: %v", err)
	}
	if err := s.PutDocument(t.Context(), store.Fence{LeaseName: b.Name, Epoch: b.Epoch}, store.Document{ID: "1"}); err != nil {
		t.Errorf("the owner's write: %v", err)
	}
}

func TestWatchSeesEveryChangeOnceInOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, _, version, err := s.ListObjects(t.Context(), "Company", "", store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.WatchObjects(t.Context(), "Company", version)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	const n = 200
	go func() {
		for i := range n {
			_, _ = s.CreateObject(t.Context(), store.Object{ObjectKey: store.ObjectKey{Kind: "Company", Name: fmt.Sprintf("c%03d", i)}, JSON: []byte("{}")})
		}
	}()
	for i := range n {
		e, ok := <-w.Events()
		if want := fmt.Sprintf("c%03d", i); !ok || e.Type != store.EventAdded || e.Object.Name != want {
			t.Fatalf("event %d: %+v, want %s", i, e, want)
		}
	}
}

func TestPagingIsStable(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 250 {
		if err := s.PutDocument(t.Context(), store.Fence{}, store.Document{ID: fmt.Sprint(i), Company: "c", URL: fmt.Sprintf("https://x.example/%03d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	seen := 0
	p := store.Page{Limit: 40}
	for {
		docs, next, err := s.ListDocuments(t.Context(), "c", p)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			if want := fmt.Sprintf("https://x.example/%03d", seen); d.URL != want {
				t.Fatalf("item %d is %s", seen, d.URL)
			}
			seen++
		}
		if next == "" {
			break
		}
		p.Continue = next
	}
	if seen != 250 {
		t.Errorf("%d of 250 listed", seen)
	}
	if _, _, err := s.ListDocuments(t.Context(), "c", store.Page{Continue: "!"}); err == nil {
		t.Error("a token that is none was taken")
	}
}

func TestTwoProcessesCannotShareAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(t.Context()) }()
	if _, err := Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "belongs to process") {
		t.Errorf("a second opening: %v", err)
	}
}

func TestLargeTextsAndSnapshots(t *testing.T) {
	t.Parallel()
	s := open(t)
	text := strings.Repeat("0123456789abcdef", 17<<16) // 17 MiB
	if _, _, err := s.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: "d", Hash: "h"}, text); err != nil {
		t.Fatal(err)
	}
	if _, got, err := s.VersionText(t.Context(), "d", 0); err != nil || got != text {
		t.Errorf("17 MiB: %v, same %v", err, got == text)
	}
	h, err := s.PutSnapshot(t.Context(), store.Fence{}, []byte("<p>page</p>"))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := s.GetSnapshot(t.Context(), h); err != nil || string(b) != "<p>page</p>" {
		t.Errorf("snapshot: %q, %v", b, err)
	}
}
