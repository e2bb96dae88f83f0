package sitemap

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"
)

func parse(s string) (File, error) { return Parse(strings.NewReader(s)) }

const twoURLs = `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://a.example/1</loc><lastmod>2026-01-02</lastmod></url>
<url><loc> https://a.example/2?x=1&amp;y=2 </loc></url></urlset>`

func locs(m File) string {
	var all []string
	for _, u := range m.URLs {
		all = append(all, u.Loc)
	}
	return strings.Join(append(all, m.Children...), " ")
}

func utf16of(s string, order func(uint16) []byte) string {
	var b bytes.Buffer
	for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(s))...) {
		b.Write(order(u))
	}
	return b.String()
}

func little(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} }
func big(u uint16) []byte    { return []byte{byte(u >> 8), byte(u)} }

func TestParseAcceptsTheSitemapsOfRealSites(t *testing.T) {
	t.Parallel()
	const want = "https://a.example/1 https://a.example/2?x=1&y=2"
	inUTF16 := strings.Replace(twoURLs, "UTF-8", "UTF-16", 1)
	for name, file := range map[string]string{
		"plain":                 twoURLs,
		"byte order mark":       "\xef\xbb\xbf" + twoURLs,
		"leading white space":   "\n \r\n" + twoURLs,
		"no declaration":        strings.TrimPrefix(twoURLs, `<?xml version="1.0" encoding="UTF-8"?>`),
		"UTF-16, little-endian": utf16of(inUTF16, little),
		"UTF-16, big-endian":    utf16of(inUTF16, big),
		"wrong namespace":       strings.Replace(twoURLs, "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.google.com/schemas/sitemap/0.84", 1),
		"no namespace":          strings.Replace(twoURLs, ` xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"`, "", 1),
		"prefixes":              strings.NewReplacer("<url", "<sm:url", "</url", "</sm:url", "<loc", "<sm:loc", "</loc", "</sm:loc").Replace(twoURLs),
		"upper-case names":      strings.NewReplacer("url>", "URL>", "loc>", "Loc>").Replace(twoURLs),
		"CDATA":                 strings.NewReplacer("https://a.example/1", "<![CDATA[https://a.example/1]]>", " https://a.example/2?x=1&amp;y=2 ", "<![CDATA[https://a.example/2?x=1&y=2]]>").Replace(twoURLs),
		"bare ampersand":        strings.Replace(twoURLs, "&amp;", "&", 1),
		"truncated":             strings.TrimSuffix(twoURLs, "</url></urlset>"),
		"unclosed":              strings.TrimSuffix(twoURLs, "</urlset>"),
		"latin-1":               strings.Replace(twoURLs, "UTF-8", "ISO-8859-1", 1),
		"leading comment":       "<!-- made by a program -->" + twoURLs,
		"a stylesheet":          strings.Replace(twoURLs, "?>", "?><?xml-stylesheet href=\"a.xsl\"?>", 1),
		"images":                strings.Replace(twoURLs, "</lastmod>", "</lastmod><image:image><image:loc>https://a.example/x.png</image:loc></image:image>", 1),
		"a list":                "https://a.example/1\r\nnot a URL\r\n\r\nhttps://a.example/2?x=1&y=2",
		"RSS":                   "<rss><channel><link>https://a.example/</link><item><title>A</title><link>https://a.example/1</link></item><item><link>https://a.example/2?x=1&amp;y=2</link></item></channel></rss>",
		"Atom":                  `<feed><entry><link href="https://a.example/1"/></entry><entry><link href="https://a.example/2?x=1&amp;y=2" /></entry></feed>`,
		"an index":              "<sitemapindex><sitemap><loc>https://a.example/1</loc></sitemap><sitemap><loc>https://a.example/2?x=1&amp;y=2</loc></sitemap></sitemapindex>",
	} {
		m, err := parse(file)
		if got := locs(m); got != want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if m, _ := parse(twoURLs); m.URLs[0].LastMod != "2026-01-02" {
		t.Errorf("lastmod %q", m.URLs[0].LastMod)
	}
}

func TestParseRejectsOtherFiles(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"empty": "", "white space": " \n\t", "HTML": "<!DOCTYPE html><html><body><a href=/>", "html": "<html lang=en>",
		"prose": "Not Found", "JSON": `{"error":"not found"}`, "bytes": "\x00\x01\x02",
	} {
		if m, err := parse(file); !errors.Is(err, ErrNotSitemap) || locs(m) != "" {
			t.Errorf("%s: %q, %v", name, locs(m), err)
		}
	}
}

// repeater is a reader of head and then of part, repeated, for left bytes.
type repeater struct {
	head, part string
	left       int
	buf        string
}

func (e *repeater) Read(p []byte) (int, error) {
	if e.head != "" {
		e.buf, e.head = e.head, ""
	}
	if e.buf == "" {
		if e.left <= 0 {
			return 0, io.EOF
		}
		e.buf = strings.Repeat(e.part, 1+4096/len(e.part))
	}
	n := copy(p, e.buf)
	e.buf = e.buf[n:]
	e.left -= n
	return n, nil
}

// This test measures memory, so it does not run in parallel.
func TestParseMemoryIsBoundedForAnyFile(t *testing.T) {
	const (
		size  = 50 << 20 // of the first file; a tenth of it suffices for the others
		limit = 64 << 20 // bytes that may be in use at any time
	)
	valid := "<urlset><url><loc>https://a.example/valid</loc></url>"
	entry := func(n int) string { return "<url><loc>https://a.example/" + strings.Repeat("x", n) + "</loc></url>" }
	for i, c := range []struct {
		name, head, part string
		urls             int // found at least
	}{
		{"50 MB of URLs", valid, entry(900), maxBytes / 1000},
		{"more than 50,000 URLs", valid, entry(10), 50_000},
		{"more than 10,000 children", "<sitemapindex>", "<sitemap><loc>https://a.example/s</loc></sitemap>", 0},
		{"a million levels", valid, "<a>", 1},
		{"an unclosed tag", valid + "<url ", `a="b" `, 1},
		{"an unclosed attribute", valid + `<url a="`, "b", 1},
		{"endless text", valid + "<url><loc>", "b", 1},
		{"an unclosed comment", valid + "<!-- ", "b", 1},
		{"an endless name", valid + "<", "b", 1},
		{"one entry of 50 MB", valid + "<url><loc>https://a.example/", "<![CDATA[bbb]]>", 1},
		{"an endless line", "https://a.example/valid\n", "b", 1},
		{"white space", "", " ", 0},
		{"closing tags", valid, "</a>", 1},
		{"an entity bomb", `<!DOCTYPE u [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>` + valid, "<url><loc>&b;&b;&b;</loc></url>", 1},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		m, err := Parse(&repeater{head: c.head, part: c.part, left: size / min(1+9*i, 10)})
		runtime.ReadMemStats(&after)
		inUse := int64(after.HeapInuse) - int64(before.HeapInuse)
		t.Logf("%s: %d URLs, %d children, %d MiB in use, %d MiB allocated in total; %v",
			c.name, len(m.URLs), len(m.Children), inUse>>20, (after.TotalAlloc-before.TotalAlloc)>>20, err)
		if inUse > limit {
			t.Errorf("%s: %d bytes in use", c.name, inUse)
		}
		if len(m.URLs) < c.urls || len(m.URLs) > MaxURLs || len(m.Children) > MaxURLs {
			t.Errorf("%s: %d URLs and %d children", c.name, len(m.URLs), len(m.Children))
		}
		if c.urls > 0 && m.URLs[0].Loc != "https://a.example/valid" {
			t.Errorf("%s: the valid entry is lost", c.name)
		}
		for _, u := range m.URLs {
			if len(u.Loc) > maxLoc {
				t.Fatalf("%s: a URL of %d bytes", c.name, len(u.Loc))
			}
		}
	}
}

func TestAMalformedEntryDoesNotInvalidateOthers(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"<url><loc></loc></url>", "<url><loc>a<b></url>", "<url><<loc>x</loc></url>", "</url></url>", "<url><loc>&nope;</loc></url>", "<url><loc><![CDATA[x</loc></url>]]></loc></url>", "<url loc='x'/>", "\x00", "<!---->", "<?a?>"} {
		m, err := parse("<urlset><url><loc>https://a.example/1</loc></url>" + bad + "<url><loc>https://a.example/2</loc></url></urlset>")
		got := locs(m)
		if err != nil || !strings.HasPrefix(got, "https://a.example/1") || !strings.HasSuffix(got, "https://a.example/2") {
			t.Errorf("%q between two entries: %q, %v", bad, got, err)
		}
	}
}

func TestParseReturnsTheEntriesBeforeAnError(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	m, err := Parse(io.MultiReader(strings.NewReader("<urlset><url><loc>https://a.example/1</loc></url><url>"), failing{broken}))
	if locs(m) != "https://a.example/1" || !errors.Is(err, broken) {
		t.Errorf("%q, %v", locs(m), err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func FuzzParse(f *testing.F) {
	f.Add([]byte(twoURLs))
	f.Add([]byte("https://a.example/1\nx"))
	f.Add([]byte(utf16of(twoURLs, little)))
	f.Add([]byte("<sitemapindex><sitemap><loc><![CDATA[a]]>"))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Parse(bytes.NewReader(file))
		if len(m.URLs) > MaxURLs || len(m.Children) > MaxURLs {
			t.Fatal("more entries than the limit")
		}
		for _, u := range m.URLs {
			if u.Loc == "" && err == nil && !bytes.Contains(bytes.ToLower(file), []byte("href")) {
				t.Fatalf("an empty entry from %q", file)
			}
			if len(u.Loc) > maxLoc {
				t.Fatal("a URL is longer than the limit")
			}
		}
	})
}

func TestSortByScoreIsStable(t *testing.T) {
	t.Parallel()
	got := SortByScore([]string{"a", "legal-1", "b", "legal-2"}, func(s string) float64 { return float64(len(s)) })
	if fmt.Sprint(got) != "[legal-1 legal-2 a b]" {
		t.Errorf("order %v", got)
	}
}

func TestACompressedSitemapIsReadWhateverItsName(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, `<urlset><url><loc>https://example.com/terms</loc></url></urlset>`)
	_ = z.Close()
	f, err := Parse(&b)
	if err != nil || len(f.URLs) != 1 || f.URLs[0].Loc != "https://example.com/terms" {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := Parse(strings.NewReader("\x1f\x8bbroken")); !errors.Is(err, ErrNotSitemap) {
		t.Errorf("a damaged file: %v", err)
	}
}

func TestTheModificationTimeBelongsToThePage(t *testing.T) {
	t.Parallel()
	f, err := Parse(strings.NewReader(`<urlset><url><loc>https://example.com/en</loc><xhtml:link hreflang="de" href="https://example.com/de"/><lastmod>2026-01-02</lastmod></url>
		<url><lastmod>2026-03-04</lastmod></url></urlset>`))
	if err != nil || len(f.URLs) != 2 || f.URLs[0].LastMod != "2026-01-02" || f.URLs[1].LastMod != "" {
		t.Errorf("%+v, %v", f, err)
	}
}
