// Package sitemap parses sitemaps: indexes, URL sets, feeds and plain lists. It follows
// sitemaps.org and tolerates the malformed files of real sites. It only reads from the
// given reader.
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

	"github.com/klauspost/compress/gzip"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// MaxURLs is the maximum number of URLs, and of children, that Parse returns. It is the
// limit of sitemaps.org.
const MaxURLs = 50_000

// Other limits of one file, chosen by hand. Parse reads a file as a stream, so the size of
// the file does not affect memory use.
const (
	maxBytes = 16 << 20 // total length of the URLs
	maxDepth = 32       // nested elements
	maxToken = 64 << 10 // bytes of a tag, text or comment
	maxLoc   = 4096     // bytes of a URL
	// maxInflated limits a compressed file after decompression, in bytes. sitemaps.org allows
	// 50 MB.
	maxInflated = 50 << 20
)

// ErrNotSitemap reports that a body is not a sitemap, most often an HTML page.
var ErrNotSitemap = errors.New("not a sitemap")

// URL is one entry of a sitemap.
type URL struct {
	Loc     string // as written: neither resolved nor checked
	LastMod string // as written; empty: none
}

// File is the content of one file: the children of a sitemap index, or URLs.
type File struct {
	Children []string // URLs of sitemaps, as written
	URLs     []URL
	urlBytes int // total length of Children and URLs
}

func (m *File) add(loc string) {
	m.URLs = append(m.URLs, URL{Loc: loc})
	m.urlBytes += len(loc)
}

func (m *File) full() bool {
	return len(m.URLs) >= MaxURLs || len(m.Children) >= MaxURLs || m.urlBytes >= maxBytes
}

// Parse parses a file, which may be compressed with gzip whatever its name. It stops without an error at the limits of this
// package. If it returns an error, the File holds the entries that precede the error. The
// error wraps ErrNotSitemap if the file is not a sitemap. A malformed entry does not
// invalidate the others.
func Parse(r io.Reader) (File, error) {
	compressed := bufio.NewReader(r)
	if head, err := compressed.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(compressed)
		if err != nil {
			return File{}, fmt.Errorf("%w: %w", ErrNotSitemap, err)
		}
		defer func() { _ = z.Close() }()
		return Parse(io.LimitReader(z, maxInflated))
	}
	r = compressed
	b := bufio.NewReaderSize(transform.NewReader(r, unicode.BOMOverride(transform.Nop)), 4096)
	if err := skipSpace(b); err != nil {
		if errors.Is(err, io.EOF) {
			return File{}, fmt.Errorf("%w: the file is empty", ErrNotSitemap)
		}
		return File{}, fmt.Errorf("read sitemap: %w", err)
	}
	head, _ := b.Peek(512)
	if head[0] != '<' {
		return parseText(b)
	}
	low := bytes.ToLower(head)
	if bytes.HasPrefix(low, []byte("<!doctype html")) || bytes.HasPrefix(low, []byte("<html")) {
		return File{}, fmt.Errorf("%w: the file is an HTML page", ErrNotSitemap)
	}
	return parseXML(decodeDeclared(b, head))
}

// skipSpace skips white space.
func skipSpace(b *bufio.Reader) error {
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

var declaredEncoding = regexp.MustCompile(`^<\?xml[^>]*encoding=["']([\w.:-]{1,40})["']`)

// decodeDeclared decodes the encoding that the XML declaration names. UTF-16 needs no
// decoding here: its byte order mark was handled before the declaration was read.
func decodeDeclared(r io.Reader, head []byte) io.Reader {
	m := declaredEncoding.FindSubmatch(head)
	if m == nil || strings.HasPrefix(strings.ToLower(string(m[1])), "utf") {
		return r
	}
	if enc, _ := charset.Lookup(string(m[1])); enc != nil {
		return transform.NewReader(r, enc.NewDecoder())
	}
	return r
}

// parseText parses a plain list with one URL per line.
func parseText(b *bufio.Reader) (File, error) {
	var m File
	var err error
	for err == nil && !m.full() {
		var line []byte
		line, err = b.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) { // skips a line that is too long for a URL
			_, err = b.ReadSlice('\n')
			line = nil
		}
		s := string(bytes.TrimSpace(line))
		if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
			m.add(s)
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return m, fmt.Errorf("read sitemap: %w", err)
	}
	if len(m.URLs) == 0 {
		return m, fmt.Errorf("%w: no line is a URL", ErrNotSitemap)
	}
	return m, nil
}

// parseXML reads the elements of XML in any namespace. <loc> within <sitemap> is a child,
// <loc> within <url> is a page, and <link> of RSS and Atom is a page. The HTML tokenizer
// accepts malformed XML, expands no entities that the file declares, and holds one token
// at a time.
func parseXML(r io.Reader) (File, error) {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	z.AllowCDATA(true)
	w := xmlWalker{}
	for !w.file.full() {
		switch z.Next() {
		case html.ErrorToken:
			return w.file, w.finish(z.Err())
		case html.StartTagToken:
			if len(w.stack) >= maxDepth {
				return w.file, w.finish(fmt.Errorf("elements are nested deeper than %d", maxDepth))
			}
			w.startElement(z)
		case html.SelfClosingTagToken:
			w.startElement(z)
			w.endElement(w.stack[len(w.stack)-1])
		case html.TextToken:
			if t := z.Text(); w.text.Len()+len(t) <= maxLoc {
				w.text.Write(t)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			w.endElement(localName(name))
		}
	}
	return w.file, nil
}

// xmlWalker tracks the open elements of an XML file and collects its entries.
type xmlWalker struct {
	file  File
	stack []string
	text  strings.Builder

	hasLoc bool // the open <url> has its <loc>
	loc    int  // index of that in the URLs of the file
}

// finish returns the error of Parse for a file on which the tokenizer ended with err.
func (w *xmlWalker) finish(err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case len(w.file.URLs)+len(w.file.Children) > 0:
		return fmt.Errorf("read sitemap: %w", err)
	default:
		return fmt.Errorf("%w: %w", ErrNotSitemap, err)
	}
}

// localName returns a name without its namespace prefix.
func localName(name []byte) string {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return string(name)
}

func (w *xmlWalker) startElement(z *html.Tokenizer) {
	name, more := z.TagName()
	tag := localName(name)
	if tag == "url" {
		w.hasLoc = false
	}
	w.stack = append(w.stack, tag)
	w.text.Reset()
	// <link href> of Atom feeds, and alternate language versions of a page.
	for tag == "link" && more {
		var k, v []byte
		if k, v, more = z.TagAttr(); string(k) == "href" && len(v) > 0 && len(v) <= maxLoc {
			w.file.add(strings.TrimSpace(string(v)))
		}
	}
}

// endElement ends the innermost element with the given name. The element and its parent
// determine the meaning of the text.
func (w *xmlWalker) endElement(name string) {
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
		w.file.Children = append(w.file.Children, text)
		w.file.urlBytes += len(text)
	case name == "loc" && parent == "url":
		w.hasLoc, w.loc = true, len(w.file.URLs)
		w.file.add(text)
	case name == "link" && parent == "item":
		w.file.add(text)
	case name == "lastmod" && parent == "url" && w.hasLoc:
		// The <url> may have links to other language versions, which are URLs too.
		w.file.URLs[w.loc].LastMod = text
	}
}

// SortByScore returns children sorted by descending score. The sort is stable.
func SortByScore(children []string, score func(string) float64) []string {
	out := append([]string(nil), children...)
	s := make(map[string]float64, len(out))
	for _, c := range out {
		s[c] = score(c)
	}
	sort.SliceStable(out, func(i, j int) bool { return s[out[i]] > s[out[j]] })
	return out
}
