// Package sitemap reads sitemaps: indexes, URL sets, feeds and plain lists, as
// sitemaps.org has them and as sites really send them. It does no I/O but to read
// what it is given.
package sitemap

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Bounds of one file. sitemaps.org allows 50,000 URLs; a file is read as it comes,
// so that its size costs no memory, and its URLs are taken up to maxBytes in all.
const (
	MaxURLs  = 50_000
	maxBytes = 16 << 20
	maxDepth = 32
	maxToken = 64 << 10 // bytes of one tag, text or comment
	maxLoc   = 4096     // bytes of one URL
)

// ErrNotSitemap says that a body is something else, an HTML page most often.
var ErrNotSitemap = errors.New("not a sitemap")

// URL is one entry.
type URL struct {
	Loc     string
	LastMod string
}

// File is what one file says: children of an index, or URLs.
type File struct {
	Children []string
	URLs     []URL
	bytes    int
}

func (m *File) add(loc string) {
	m.URLs = append(m.URLs, URL{Loc: loc})
	m.bytes += len(loc)
}

func (m *File) full() bool {
	return len(m.URLs) >= MaxURLs || len(m.Children) >= MaxURLs || m.bytes >= maxBytes
}

// Parse reads a file, decompressed, to its end or to its bounds. What was
// read before an error is returned with it: one bad entry does not lose the others.
func Parse(r io.Reader) (File, error) {
	b := bufio.NewReaderSize(transform.NewReader(r, unicode.BOMOverride(transform.Nop)), 4096)
	if err := skipBlanks(b); err != nil {
		if errors.Is(err, io.EOF) {
			return File{}, fmt.Errorf("%w: it is empty", ErrNotSitemap)
		}
		return File{}, fmt.Errorf("read a sitemap: %w", err)
	}
	head, _ := b.Peek(512)
	if head[0] != '<' {
		return readText(b)
	}
	low := bytes.ToLower(head)
	if bytes.HasPrefix(low, []byte("<!doctype html")) || bytes.HasPrefix(low, []byte("<html")) {
		return File{}, fmt.Errorf("%w: it is an HTML page", ErrNotSitemap)
	}
	return readXML(decoded(b, head))
}

// skipBlanks leaves a byte to read that is no blank.
func skipBlanks(b *bufio.Reader) error {
	for {
		c, err := b.ReadByte()
		if err != nil {
			return err
		}
		if !strings.ContainsRune(" \t\r\n", rune(c)) {
			return b.UnreadByte()
		}
	}
}

var declared = regexp.MustCompile(`^<\?xml[^>]*encoding=["']([\w.:-]{1,40})["']`)

// decoded undoes the encoding that the declaration names. UTF-16 was undone by its
// mark already: a declaration that could be read is not in it.
func decoded(r io.Reader, head []byte) io.Reader {
	m := declared.FindSubmatch(head)
	if m == nil || strings.HasPrefix(strings.ToLower(string(m[1])), "utf") {
		return r
	}
	if enc, _ := charset.Lookup(string(m[1])); enc != nil {
		return transform.NewReader(r, enc.NewDecoder())
	}
	return r
}

// readText reads a plain list, one URL a line.
func readText(b *bufio.Reader) (File, error) {
	var m File
	var err error
	for err == nil && !m.full() {
		var line []byte
		line, err = b.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) { // too long for a URL: on to the next line
			_, err = b.ReadSlice('\n')
			line = nil
		}
		s := string(bytes.TrimSpace(line))
		if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
			m.add(s)
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return m, fmt.Errorf("read a sitemap: %w", err)
	}
	if len(m.URLs) == 0 {
		return m, fmt.Errorf("%w: no line of it is a URL", ErrNotSitemap)
	}
	return m, nil
}

// readXML walks the tags, whatever their namespace: <loc> within <sitemap> is a
// child, within <url> a page; <link> of RSS and Atom is a page too. HTML's
// tokenizer takes what is not well-formed, expands no entities of the file's own,
// and holds one token at a time.
func readXML(r io.Reader) (File, error) {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	z.AllowCDATA(true)
	w := walker{}
	for !w.m.full() {
		switch z.Next() {
		case html.ErrorToken:
			return w.m, w.end(z.Err())
		case html.StartTagToken:
			if len(w.stack) >= maxDepth {
				return w.m, w.end(fmt.Errorf("nested deeper than %d", maxDepth))
			}
			w.open(z)
		case html.SelfClosingTagToken:
			w.open(z)
			w.close(w.stack[len(w.stack)-1])
		case html.TextToken:
			if t := z.Text(); w.text.Len()+len(t) <= maxLoc {
				w.text.Write(t)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			w.close(local(name))
		}
	}
	return w.m, nil
}

type walker struct {
	m     File
	stack []string
	text  strings.Builder
}

// end says what the end of the tokens means.
func (w *walker) end(err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case len(w.m.URLs)+len(w.m.Children) > 0:
		return fmt.Errorf("read a sitemap: %w", err)
	default:
		return fmt.Errorf("%w: %w", ErrNotSitemap, err)
	}
}

func local(name []byte) string {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return string(name)
}

func (w *walker) open(z *html.Tokenizer) {
	name, more := z.TagName()
	tag := local(name)
	w.stack = append(w.stack, tag)
	w.text.Reset()
	// <link href> of Atom, and the alternates of a page's translations.
	for tag == "link" && more {
		var k, v []byte
		if k, v, more = z.TagAttr(); string(k) == "href" && len(v) > 0 && len(v) <= maxLoc {
			w.m.add(strings.TrimSpace(string(v)))
		}
	}
}

// close ends the innermost element of that name, and takes its text by its parent.
func (w *walker) close(name string) {
	at := len(w.stack) - 1
	for at >= 0 && w.stack[at] != name {
		at--
	}
	if at < 0 {
		return
	}
	parent := ""
	if at > 0 {
		parent = w.stack[at-1]
	}
	text := strings.TrimSpace(w.text.String())
	w.stack = w.stack[:at]
	w.text.Reset()
	switch {
	case text == "":
	case name == "loc" && parent == "sitemap":
		w.m.Children = append(w.m.Children, text)
		w.m.bytes += len(text)
	case name == "loc" && parent == "url", name == "link" && parent == "item":
		w.m.add(text)
	case name == "lastmod" && parent == "url" && len(w.m.URLs) > 0:
		w.m.URLs[len(w.m.URLs)-1].LastMod = text
	}
}

// SortByScore sorts children so that those that score higher come first, equal ones as
// they stood.
func SortByScore(children []string, score func(string) float64) []string {
	out := append([]string(nil), children...)
	s := make(map[string]float64, len(out))
	for _, c := range out {
		s[c] = score(c)
	}
	sort.SliceStable(out, func(i, j int) bool { return s[out[i]] > s[out[j]] })
	return out
}
