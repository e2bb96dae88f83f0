package run

import (
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

func TestFoundDocumentsAreCountedByChange(t *testing.T) {
	t.Parallel()
	s := newFoundSet()
	for _, change := range []string{Created, Changed, Unchanged, Moved, Removed, Broken, Unreachable, Flapping, Restored, Recovered, NotVisited} {
		s.add(Found{Document: store.Document{ID: change, URL: "https://example.com/" + change}, Change: change})
	}
	if got, want := s.counts(), (store.DocumentCounts{New: 1, Changed: 1, Removed: 1, Unchanged: 5, Broken: 1, Unreachable: 1, NotVisited: 1}); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	if all := s.sorted(); len(all) != 11 || all[0].Change != Broken || all[10].Change != Unreachable {
		t.Errorf("sorted %d: %s to %s", len(all), all[0].Change, all[len(all)-1].Change)
	}
}

func TestTheTextOfAnAvailableDocumentIsFoundAtOtherURLs(t *testing.T) {
	t.Parallel()
	s := newFoundSet()
	s.add(Found{Document: store.Document{URL: oldURL, ContentHash: "h"}, Change: Created})
	s.add(Found{Document: store.Document{URL: newURL, ContentHash: "b"}, Change: Broken})
	for _, c := range []struct {
		hash, url string
		want      bool
	}{{"h", newURL, true}, {"h", oldURL, false}, {"b", oldURL, false}, {"other", newURL, false}} {
		if got := s.hasText(c.hash, c.url); got != c.want {
			t.Errorf("text %s at %s: %t, want %t", c.hash, c.url, got, c.want)
		}
	}
}

func TestTheChangeOfADocumentThatWasFoundBeforeAnInterruption(t *testing.T) {
	t.Parallel()
	first, last := time.Unix(1, 0), time.Unix(2, 0)
	for want, d := range map[string]store.Document{
		Created:   {FirstSeen: last, LastSeen: last, LastChanged: last},
		Changed:   {FirstSeen: first, LastSeen: last, LastChanged: last},
		Unchanged: {FirstSeen: first, LastSeen: last, LastChanged: first},
		Flapping:  {FirstSeen: first, LastSeen: last, LastChanged: first, LastFlapped: last},
	} {
		if got := earlierChange(d); got != want {
			t.Errorf("%+v is %s, want %s", d, got, want)
		}
	}
}

func TestADocumentIsFoundAsLongAsAnyURLHasIt(t *testing.T) {
	t.Parallel()
	found := func(url, id string) Found { return Found{Document: store.Document{URL: url, ID: id}} }
	s := newFoundSet()
	s.add(found("https://a.example/terms", "one"))
	s.add(found("https://a.example/terms-2", "one"))
	s.add(found("https://a.example/terms", "two"))
	if !s.hasID("one") || !s.hasID("two") || s.hasID("three") {
		t.Errorf("found one %t, two %t, three %t", s.hasID("one"), s.hasID("two"), s.hasID("three"))
	}
	s.add(found("https://a.example/terms-2", "two"))
	if s.hasID("one") {
		t.Error("a document is found at a URL that another document has now")
	}
}
