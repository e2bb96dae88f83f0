package links

import (
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"testing"
)

var home, _ = url.Parse("https://example.com/a/b")

func resolve(base *url.URL, ref string) (string, error) {
	u, err := base.Parse(ref)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

func TestScanExtractsLinksAndCrawlerDirectives(t *testing.T) {
	t.Parallel()
	p := Scan([]byte(`<!doctype html><html lang="de"><head><title> A
 title </title><link rel=canonical href=/c><link rel=alternate hreflang=fr href=/fr>
<meta name=robots content="noindex,nofollow"><meta http-equiv=refresh content="0; URL='/r'">
<link rel=privacy-policy href=/pp></head><body>
<nav><a href=x>Menu</a></nav><main><a href="/y?a=1&amp;b=2">Two <b>words</b></a>
<a href=mailto:a@b>mail</a><a href="#top">top</a><a href="#/route">Route</a><a href="javascript:x()">js</a><a>none</a>
<a href=/img><img alt="Picture"></a><a href=/label aria-label="Label"></a></main>
<div id=site-footer><a href=/terms>Terms</a></div>`), home, 100, resolve)
	if p.Title != "A title" || p.Lang != "de" || p.Canonical != "https://example.com/c" || !p.NoIndex || !p.NoFollow || p.Refresh != "https://example.com/r" {
		t.Errorf("page %+v", p)
	}
	if len(p.Alternates) != 1 || p.Alternates[0] != (Alternate{"fr", "https://example.com/fr"}) {
		t.Errorf("alternates %v", p.Alternates)
	}
	want := []Link{
		{"https://example.com/pp", "privacy policy", "", "privacy-policy", false, ""},
		{"https://example.com/a/x", "Menu", "nav", "", true, ""},
		{"https://example.com/y?a=1&b=2", "Two words", "main", "", false, ""},
		{"https://example.com/a/b#/route", "Route", "main", "", true, ""},
		{"https://example.com/img", "Picture", "main", "", false, ""},
		{"https://example.com/label", "Label", "main", "", false, ""},
		{"https://example.com/terms", "Terms", "footer", "", false, ""},
	}
	if fmt.Sprint(p.Links) != fmt.Sprint(want) {
		t.Errorf("links %v,\nwant %v", p.Links, want)
	}
}

func TestTheFirstBaseTagWins(t *testing.T) {
	t.Parallel()
	p := Scan([]byte(`<base href="/x/"><base href="https://evil.example/"><a href=y>Y</a>`), home, 10, resolve)
	if len(p.Links) != 1 || p.Links[0].URL != "https://example.com/x/y" {
		t.Errorf("links %v", p.Links)
	}
}

func TestSkippedReferencesAreListedAndCounted(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad")
	var b strings.Builder
	for n := range 3000 {
		fmt.Fprintf(&b, "<a href=/%d>x</a>", n)
	}
	b.WriteString("<a href=BAD>x</a>")
	p := Scan([]byte(b.String()), home, 2000, func(base *url.URL, ref string) (string, error) {
		if ref == "BAD" {
			return "", bad
		}
		return resolve(base, ref)
	})
	if len(p.Links) != 2000 || len(p.Skipped)+p.UnlistedSkips != 1001 || len(p.Skipped) > maxSkipped {
		t.Errorf("%d links, %d listed skips, %d unlisted", len(p.Links), len(p.Skipped), p.UnlistedSkips)
	}
	if r := p.Skipped[0]; !errors.Is(r.Err, ErrTooManyLinks) || r.Ref != "https://example.com/2000" {
		t.Errorf("the first skipped reference is %+v", r)
	}
	p = Scan([]byte("<a href=BAD>x</a>"), home, 10, func(*url.URL, string) (string, error) { return "", bad })
	if len(p.Skipped) != 1 || !errors.Is(p.Skipped[0].Err, bad) {
		t.Errorf("skipped references %v", p.Skipped)
	}
}

// This test measures memory, so it does not run in parallel.
func TestScanMemoryIsBoundedForAnyPage(t *testing.T) {
	const limit = 2000
	long := func(s string, n int) string { return strings.Repeat(s, n/len(s)+1)[:n] }
	var many strings.Builder
	for n := range 200_000 {
		fmt.Fprintf(&many, "<a href=/page/%d>Page</a>", n)
	}
	const sentence = `<footer><a href="/privacy">Privacy Policy</a></footer>`
	for _, c := range []struct {
		name, body string
		found      bool // the link at the end is found
	}{
		{"600 levels", long("<div>", 3000) + "text" + sentence, true},
		{"50,000 levels", long("<div><nav>", 500_000) + sentence, true},
		{"200,000 links", many.String() + sentence, false},
		{"a link with 400 KB of attributes", "<a " + long("href=/x ", 400_000) + ">x</a>" + sentence, true},
		{"a tag with 400 KB of attributes", "<div " + long("a=b ", 400_000) + ">" + sentence, true},
		{"a script of 1.2 MB", "<script>" + long("var a = '<a href=/no>';", 1_200_000) + "</script>" + sentence, true},
		{"an inline image of 1.2 MB", `<img src="data:image/png;base64,` + long("AAAA", 1_200_000) + `">` + sentence, true},
		{"a URL of 1.2 MB", `<a href="/` + long("a", 1_200_000) + `">x</a>` + sentence, true},
		{"a text of 1.2 MB", "<a href=/x>" + long("word ", 1_200_000) + "</a>" + sentence, true},
		{"an unclosed comment", "<!--" + long("-", 1<<20) + sentence, false},
		{"an unclosed tag", "<a href=\"" + long("x", 1<<20), false},
		{"half a million less-than signs", long("<", 500_000) + sentence, true},
		{"entities", "<a href=/x>" + long("&amp;", 500_000) + "</a>" + sentence, true},
		{"alternates", long("<link rel=alternate hreflang=de href=/x>", 500_000) + sentence, true},
		{"NULs", long("\x00", 500_000) + sentence, true},
		{"3 MB of paragraphs", long("<p>", 3_000_000) + sentence, true},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		p := Scan([]byte(c.body), home, limit, resolve)
		runtime.ReadMemStats(&after)
		allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
		t.Logf("%s: %d bytes, %d links, %d MiB allocated", c.name, len(c.body), len(p.Links), allocated)
		if allocated > 100 {
			t.Errorf("%s: %d MiB allocated, want at most 100", c.name, allocated)
		}
		if len(p.Links) > limit || len(p.Title) > maxText || len(p.Skipped) > maxSkipped || len(p.Alternates) > maxAlternates {
			t.Errorf("%s: a limit is exceeded", c.name)
		}
		found := false
		for _, l := range p.Links {
			found = found || l.URL == "https://example.com/privacy"
			if len(l.Text) > maxText {
				t.Errorf("%s: link text of %d bytes", c.name, len(l.Text))
			}
		}
		if found != c.found {
			t.Errorf("%s: link at the end found: %v", c.name, found)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{"<a href=x>y</a>", "<base href=//x><link rel=canonical href=y>", "<meta http-equiv=refresh content='0;url=x'>", "<title>a<b>", "<a href='\xff'>\xff</a>", "<script><a href=x>", "<nav><footer></nav>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p := Scan(body, home, 50, resolve)
		if len(p.Links) > 50 || len(p.Title) > maxText || p.TextBytes > len(body) {
			t.Fatalf("a limit is exceeded: %+v", p)
		}
		for _, l := range p.Links {
			if l.URL == "" || len(l.Text) > maxText {
				t.Fatalf("link %+v", l)
			}
		}
	})
}

func TestALinkAfterAHugeStyleSheetIsFound(t *testing.T) {
	t.Parallel()
	base := &url.URL{Scheme: "https", Host: "example.com", Path: "/"}
	page := "<!doctype html><style>" + strings.Repeat("a{color:red}", 200_000) + "</style><footer><a href=/privacy>Privacy</a></footer>"
	p := Scan([]byte(page), base, 10, resolve)
	if len(p.Links) != 1 || p.Links[0].URL != "https://example.com/privacy" || p.Links[0].Text != "Privacy" || p.Links[0].Region != "footer" {
		t.Errorf("links: %+v", p.Links)
	}
}

func TestAFooterEndsWithItsElement(t *testing.T) {
	t.Parallel()
	p := Scan([]byte(`<div id=page><div id=footer-promo><div><a href=/in>In</a></div></div><a href=/after>After</a></div>`), home, 10, resolve)
	if len(p.Links) != 2 || p.Links[0].Region != "footer" || p.Links[1].Region != "" {
		t.Errorf("links %+v", p.Links)
	}
}

func TestALinkToAnotherHostHasTheTextAroundIt(t *testing.T) {
	t.Parallel()
	p := Scan([]byte(`<main><h2>Payments &amp; cards</h2><table><tr><td>Coinbox<td><a href="https://coinbox.test/p">Privacy Policy</a></table><p>Other</p></main>
		<footer><p>Protected by Guardpost: <a href="https://guardpost.test/p">Privacy</a> applies.</p><p><a href="/own">Own</a></p></footer>`), home, 10, resolve)
	want := []string{"Payments & cards | Coinbox Privacy Policy | ", "Protected by Guardpost: Privacy applies. | ", ""}
	for i, k := range p.Links {
		if k.Context != want[i] {
			t.Errorf("%s: %q, want %q", k.URL, k.Context, want[i])
		}
	}
	if len(p.Links) != len(want) {
		t.Errorf("links %+v", p.Links)
	}
}
