package scope

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/clausea/crawler/internal/crawl/neardup"
)

func at(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func newScope(t *testing.T) *Scope {
	t.Helper()
	s, err := New([]string{"example.com"}, nil, []string{"/denied/"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCheckSaysWhyAURLIsLeft(t *testing.T) {
	t.Parallel()
	s := newScope(t)
	deep := ""
	for n := range 21 {
		deep += fmt.Sprint("/", n)
	}
	for raw, want := range map[string]Reason{
		"https://example.com/":             "",
		"https://www.example.com/a":        "",
		"https://docs.sub.example.com/a":   "",
		"https://example.org/":             OutOfScope,
		"https://example.com.evil.org/":    OutOfScope,
		"https://notexample.com/":          OutOfScope,
		"https://example.com/denied/x":     DeniedPath,
		"https://example.com/a.JPG":        FileType,
		"https://example.com/a.pdf":        "",
		"https://example.com" + deep:       PathDepth,
		"https://example.com/a/b/a/b/a":    RepeatedSegment,
		"https://example.com/a/a":          "",
		"https://example.com/a/b?x=1&y=/z": "",
	} {
		if ok, got := s.Admit(at(t, raw)); got != want || ok != (want == "") {
			t.Errorf("%s: %v, %q, want %q", raw, ok, got, want)
		}
	}
}

func TestCheckBoundsWhatATrapCanMake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		format string
		most   int
		reason Reason
	}{
		"variants": {"https://example.com/list?x=%d", maxVariants, QueryVariants},
		"dates":    {"https://example.com/events/20%02d-01-01", maxDatedPages, Calendar},
		"hosts":    {"https://shop%d.example.com/", maxHostsAlike, TooManyHosts},
	} {
		s, in, reasons := newScope(t), 0, map[Reason]int{}
		for n := range 90 {
			ok, r := s.Admit(at(t, fmt.Sprintf(c.format, n+10)))
			if ok {
				in++
			}
			reasons[r]++
		}
		if in != c.most || reasons[c.reason] != 90-c.most {
			t.Errorf("%s: %d of 90, want %d; %v", name, in, c.most, reasons)
		}
	}
}

func TestNumbersOfArticlesAreNoDates(t *testing.T) {
	t.Parallel()
	s := newScope(t)
	for n := range 10_000 {
		if ok, r := s.Admit(at(t, fmt.Sprintf("https://example.com/p/%d", 10_000+n))); !ok {
			t.Fatalf("article %d is refused: %s", 10_000+n, r)
		}
	}
}

func page(words ...string) neardup.Sketch {
	b := neardup.NewBuilder()
	for _, w := range words {
		b.AddText([]byte(w))
	}
	return b.Sketch()
}

func TestAPatternOfCopiesIsClosedAndOtherPagesAreNot(t *testing.T) {
	t.Parallel()
	same := page("the same text on each page of it, however many there are", "and some more of it")
	s := newScope(t)
	for n := range 3 {
		u := at(t, fmt.Sprintf("https://example.com/item/%d", n))
		if s.Closed(u, WeakLink) {
			t.Fatalf("closed after %d pages", n)
		}
		s.ObservePage(u, same)
	}
	next := at(t, "https://example.com/item/99")
	if !s.Closed(next, WeakLink) {
		t.Error("not closed after two copies")
	}
	if s.Closed(next, TextNamesDocument) || s.Closed(next, URLNamesDocument) {
		t.Error("closed to links that promise something")
	}
	for _, other := range []string{"https://example.com/about", "https://example.com/item", "https://example.com/items/1", "https://docs.example.com/item/1"} {
		if s.Closed(at(t, other), WeakLink) {
			t.Errorf("%s is closed too", other)
		}
	}
	s.ObservePage(next, page("something that nobody has seen before stands here, for once"))
	if s.Closed(at(t, "https://example.com/item/100"), WeakLink) {
		t.Error("a page of its own does not open the pattern again")
	}
}

func TestPagesOfTheirOwnCloseNothing(t *testing.T) {
	t.Parallel()
	s := newScope(t)
	for n := range 200 {
		u := at(t, fmt.Sprintf("https://example.com/article/%d?page=%d", n, n))
		if s.Closed(u, WeakLink) {
			t.Fatalf("closed after %d different pages", n)
		}
		s.ObservePage(u, page(fmt.Sprintf("%c%c the story of %c and %c as it was told to nobody at all", 'a'+n%26, 'a'+n/26, 'z'-n%26, 'A'+n%20), string(rune('가'+n))+string(rune('나'+n))+string(rune('다'+n))+string(rune('라'+n))+string(rune('마'+n))+string(rune('바'+n))))
	}
}

func TestHostsThatMirrorOneAnotherAreClosed(t *testing.T) {
	t.Parallel()
	same := page("one and the same page on every host that anybody makes up")
	s := newScope(t)
	for _, h := range []string{"one", "two", "three", "four"} {
		s.ObservePage(at(t, "https://"+h+".example.com/"), same)
	}
	if !s.Closed(at(t, "https://five.example.com/"), WeakLink) {
		t.Error("a fifth host is open")
	}
	if s.Closed(at(t, "https://one.example.com/other"), WeakLink) {
		t.Error("the host that has the page is closed")
	}
}

func TestCollapseKeepsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/privacy": "/privacy", "/2026/05": "/#/#", "/page12": "/page#", "/a/3f9c2d7e8b1a/x": "/a/*/x",
		"/privacy-policy-2024": "/privacy-policy-#", "/v2/terms": "/v#/terms", "shop7.example.com": "shop#.example.com",
		"/0f8fad5b-d9cb-469f-a165-70867728950e": "/*",
	} {
		if got := collapse(in); got != want {
			t.Errorf("collapse(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("https://example.com/a/1;x=2?b=3#c")
	f.Add("https://a1.example.com/2026-01-01/0f8fad5b?z")
	s, _ := New([]string{"example.com"}, []string{"/*"}, nil)
	sk := page("text")
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := url.Parse(raw)
		if err != nil {
			t.Skip()
		}
		if ok, r := s.Admit(u); ok != (r == "") {
			t.Fatalf("%q: %v without its reason", raw, ok)
		}
		s.ObservePage(u, sk)
		s.Closed(u, WeakLink)
		s.ObserveRedirectLoop(u)
		Locale(u)
	})
}
