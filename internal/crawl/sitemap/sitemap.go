// Package sitemap reads sitemaps: indexes, URL sets, feeds and plain lists, as
// sitemaps.org has them and as sites really send them. It is pure.
package sitemap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"unicode/utf16"

	"golang.org/x/net/html/charset"
)

// Bounds of one file; sitemaps.org allows 50,000 URLs.
const (
	MaxURLs  = 50_000
	maxDepth = 32
)

// ErrNotSitemap says that a body is something else, an HTML page most often.
var ErrNotSitemap = errors.New("not a sitemap")

// URL is one entry.
type URL struct {
	Loc     string
	LastMod string
}

// Map is what one file says: children of an index, or URLs.
type Map struct {
	Children []string
	URLs     []URL
}

// Parse reads a body, which is decompressed already. What was read before an
// error in the XML is returned: one bad entry does not lose the others.
func Parse(body []byte) (Map, error) {
	body = decodeUTF16(body)
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(trimmed) == 0 {
		return Map{}, fmt.Errorf("%w: it is empty", ErrNotSitemap)
	}
	if trimmed[0] != '<' {
		return parseText(trimmed)
	}
	head := bytes.ToLower(trimmed[:min(len(trimmed), 512)])
	if bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html")) {
		return Map{}, fmt.Errorf("%w: it is an HTML page", ErrNotSitemap)
	}
	return parseXML(trimmed)
}

// parseText reads a plain list, one URL a line.
func parseText(body []byte) (Map, error) {
	var m Map
	for len(body) > 0 && len(m.URLs) < MaxURLs {
		var line []byte
		line, body, _ = bytes.Cut(body, []byte("\n"))
		s := string(bytes.TrimSpace(line))
		if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
			m.URLs = append(m.URLs, URL{Loc: s})
		}
	}
	if len(m.URLs) == 0 {
		return m, fmt.Errorf("%w: no line of it is a URL", ErrNotSitemap)
	}
	return m, nil
}

// parseXML walks the tokens, whatever their namespace: <loc> within <sitemap> is
// a child, within <url> a page; <link> of RSS and Atom is a page too. Raw tokens
// keep a million nested tags from being held at once.
func parseXML(body []byte) (Map, error) {
	var m Map
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = false
	d.CharsetReader = charset.NewReaderLabel
	var stack []string
	var text strings.Builder
	for {
		tok, err := d.RawToken()
		if err != nil {
			if len(m.URLs)+len(m.Children) == 0 && !errors.Is(err, io.EOF) {
				return m, fmt.Errorf("%w: %w", ErrNotSitemap, err)
			}
			return m, nil
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) >= maxDepth {
				return m, fmt.Errorf("%w: nested deeper than %d", ErrNotSitemap, maxDepth)
			}
			stack = append(stack, strings.ToLower(t.Name.Local))
			text.Reset()
			m.atom(t)
		case xml.CharData:
			if text.Len() < 4096 {
				text.Write(t[:min(len(t), 4096)])
			}
		case xml.EndElement:
			if len(stack) == 0 {
				continue
			}
			m.close(stack, strings.TrimSpace(text.String()))
			stack = stack[:len(stack)-1]
			text.Reset()
		}
		if len(m.URLs) >= MaxURLs || len(m.Children) >= MaxURLs {
			return m, nil
		}
	}
}

// atom takes <link href> of Atom and xhtml:link alternates.
func (m *Map) atom(t xml.StartElement) {
	if !strings.EqualFold(t.Name.Local, "link") {
		return
	}
	for _, a := range t.Attr {
		if strings.EqualFold(a.Name.Local, "href") && a.Value != "" {
			m.URLs = append(m.URLs, URL{Loc: strings.TrimSpace(a.Value)})
		}
	}
}

// close takes the text of the element that ends, by its parent.
func (m *Map) close(stack []string, text string) {
	name, parent := stack[len(stack)-1], ""
	if len(stack) > 1 {
		parent = stack[len(stack)-2]
	}
	switch {
	case text == "":
	case name == "loc" && parent == "sitemap":
		m.Children = append(m.Children, text)
	case name == "loc" && parent == "url":
		m.URLs = append(m.URLs, URL{Loc: text})
	case name == "link" && parent == "item":
		m.URLs = append(m.URLs, URL{Loc: text})
	case name == "lastmod" && parent == "url" && len(m.URLs) > 0:
		m.URLs[len(m.URLs)-1].LastMod = text
	}
}

func decodeUTF16(b []byte) []byte {
	if len(b) < 2 {
		return b
	}
	little := b[0] == 0xff && b[1] == 0xfe
	if !little && !(b[0] == 0xfe && b[1] == 0xff) {
		return b
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		if little {
			units = append(units, uint16(b[i])|uint16(b[i+1])<<8)
		} else {
			units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
		}
	}
	s := string(utf16.Decode(units))
	// The declaration names an encoding that the text is not in any more.
	if i := strings.Index(s, "?>"); strings.HasPrefix(s, "<?xml") && i > 0 {
		s = s[i+2:]
	}
	return []byte(s)
}

// Order sorts children so that those that score higher come first, equal ones as
// they stood.
func Order(children []string, score func(string) float64) []string {
	out := append([]string(nil), children...)
	s := make(map[string]float64, len(out))
	for _, c := range out {
		s[c] = score(c)
	}
	sort.SliceStable(out, func(i, j int) bool { return s[out[i]] > s[out[j]] })
	return out
}

// OrderURLs sorts entries in the same way.
func OrderURLs(urls []URL, score func(string) float64) []URL {
	out := append([]URL(nil), urls...)
	s := make(map[string]float64, len(out))
	for _, u := range out {
		s[u.Loc] = score(u.Loc)
	}
	sort.SliceStable(out, func(i, j int) bool { return s[out[i].Loc] > s[out[j].Loc] })
	return out
}
