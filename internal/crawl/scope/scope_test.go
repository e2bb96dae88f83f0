package scope

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/clausea/crawler/internal/crawl/neardup"
)

func parseURL(t *testing.T, raw string) *url.URL {
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

func TestAdmitReturnsTheReasonForARejectedURL(t *testing.T) {
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
		if ok, got := s.Admit(parseURL(t, raw)); got != want || ok != (want == "") {
			t.Errorf("%s: %v, %q, want %q", raw, ok, got, want)
		}
	}
}

func TestAdmitLimitsTheURLsOfATrap(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		format string
		most   int
		reason Reason
	}{
		"variants": {"https://example.com/list?x=%d", maxQueryVariants, QueryVariants},
		"dates":    {"https://example.com/events/20%02d-01-01", maxDatedPages, Calendar},
		"hosts":    {"https://shop%d.example.com/", maxNumberedHosts, TooManyHosts},
	} {
		s, admitted, reasons := newScope(t), 0, map[Reason]int{}
		for n := range 90 {
			ok, r := s.Admit(parseURL(t, fmt.Sprintf(c.format, n+10)))
			if ok {
				admitted++
			}
			reasons[r]++
		}
		if admitted != c.most || reasons[c.reason] != 90-c.most {
			t.Errorf("%s: %d of 90 URLs admitted, want %d; %v", name, admitted, c.most, reasons)
		}
	}
}

func TestArticleNumbersAreNotDates(t *testing.T) {
	t.Parallel()
	s := newScope(t)
	for n := range 10_000 {
		if ok, r := s.Admit(parseURL(t, fmt.Sprintf("https://example.com/p/%d", 10_000+n))); !ok {
			t.Fatalf("article %d is rejected: %s", 10_000+n, r)
		}
	}
}

func pageSketch(words ...string) neardup.Sketch {
	b := neardup.NewBuilder()
	for _, w := range words {
		b.AddText([]byte(w))
	}
	return b.Sketch()
}

func TestOnlyThePatternOfNearDuplicatesIsClosed(t *testing.T) {
	t.Parallel()
	same := pageSketch("the same text on every page of the site, however many there are", "and some more of it")
	s := newScope(t)
	for n := range 3 {
		u := parseURL(t, fmt.Sprintf("https://example.com/item/%d", n))
		if s.Closed(u, WeakLink) {
			t.Fatalf("closed after %d pages", n)
		}
		s.ObservePage(u, same)
	}
	next := parseURL(t, "https://example.com/item/99")
	if !s.Closed(next, WeakLink) {
		t.Error("not closed after two near duplicates")
	}
	if s.Closed(next, TextNamesDocument) || s.Closed(next, URLNamesDocument) {
		t.Error("closed to links that name a document")
	}
	for _, other := range []string{"https://example.com/about", "https://example.com/item", "https://example.com/items/1", "https://docs.example.com/item/1"} {
		if s.Closed(parseURL(t, other), WeakLink) {
			t.Errorf("%s is closed, too", other)
		}
	}
	s.ObservePage(next, pageSketch("this page has text that no earlier page of the site has"))
	if s.Closed(parseURL(t, "https://example.com/item/100"), WeakLink) {
		t.Error("a distinct page does not reopen the pattern")
	}
}

func TestDistinctPagesCloseNoPattern(t *testing.T) {
	t.Parallel()
	s := newScope(t)
	for n := range 200 {
		u := parseURL(t, fmt.Sprintf("https://example.com/article/%d?page=%d", n, n))
		if s.Closed(u, WeakLink) {
			t.Fatalf("closed after %d distinct pages", n)
		}
		s.ObservePage(u, pageSketch(fmt.Sprintf("%c%c the story of %c and %c as it was written for this page only", 'a'+n%26, 'a'+n/26, 'z'-n%26, 'A'+n%20), string(rune('가'+n))+string(rune('나'+n))+string(rune('다'+n))+string(rune('라'+n))+string(rune('마'+n))+string(rune('바'+n))))
	}
}

func TestMirrorHostsAreClosed(t *testing.T) {
	t.Parallel()
	same := pageSketch("the same page on every host that a link can name")
	s := newScope(t)
	for _, h := range []string{"one", "two", "three", "four"} {
		s.ObservePage(parseURL(t, "https://"+h+".example.com/"), same)
	}
	if !s.Closed(parseURL(t, "https://five.example.com/"), WeakLink) {
		t.Error("a fifth mirror host is not closed")
	}
	if s.Closed(parseURL(t, "https://one.example.com/other"), WeakLink) {
		t.Error("the first host with the page is closed")
	}
}

func TestPathTemplateReplacesOnlyGeneratedParts(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/privacy": "/privacy", "/2026/05": "/#/#", "/page12": "/page#", "/a/3f9c2d7e8b1a/x": "/a/*/x",
		"/privacy-policy-2024": "/privacy-policy-#", "/v2/terms": "/v#/terms", "shop7.example.com": "shop#.example.com",
		"/0f8fad5b-d9cb-469f-a165-70867728950e": "/*",
	} {
		if got := pathTemplate(in); got != want {
			t.Errorf("pathTemplate(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzAdmit(f *testing.F) {
	f.Add("https://example.com/a/1;x=2?b=3#c")
	f.Add("https://a1.example.com/2026-01-01/0f8fad5b?z")
	s, _ := New([]string{"example.com"}, []string{"/*"}, nil)
	sk := pageSketch("text")
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := url.Parse(raw)
		if err != nil {
			t.Skip()
		}
		if ok, r := s.Admit(u); ok != (r == "") {
			t.Fatalf("%q: Admit returned %v and reason %q", raw, ok, r)
		}
		s.ObservePage(u, sk)
		s.Closed(u, WeakLink)
		s.ObserveRedirectLoop(u)
		Locale(u)
	})
}

func TestTheLongestPatternOfAPathApplies(t *testing.T) {
	t.Parallel()
	s, err := New([]string{"example.com"}, []string{"/legal/", "/help/terms"}, []string{"/help/", "/legal/archive/", "/legal/"})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]Reason{
		"/": "", "/legal/terms": "", "/legal/archive/terms": DeniedPath, "/help/terms": "", "/help/other": DeniedPath, "/blog": DeniedPath,
	} {
		if _, got := s.Admit(parseURL(t, "https://example.com"+path)); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestARegionOrAJurisdictionIsAnEditionOfItsOwn(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://example.com/uk/privacy":              " uk example.com/privacy#uk",
		"https://example.com/ca/privacy":              " ca example.com/privacy#ca",
		"https://ca.example.com/privacy":              " ca example.com/privacy#ca",
		"https://example.com/uk-ua/privacy":           "uk ua example.com/privacy#ua",
		"https://example.com/privacy?hl=uk":           "uk  example.com/privacy",
		"https://example.com/privacy?country=uk":      " country=uk example.com/privacy#country=uk",
		"https://example.com/privacy?eea=0":           " eea=0 example.com/privacy#eea=0",
		"https://example.com/privacy?country=uk&page": " country=uk example.com/privacy?page=#country=uk",
	} {
		lang, region, bare := Locale(parseURL(t, raw))
		if got := lang + " " + region + " " + bare; got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}
