package httpapi

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"
)

// The elements of an Atom feed (RFC 4287).
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      atomText       `xml:"title"`
	Updated    string         `xml:"updated"`
	Published  string         `xml:"published"`
	Links      []atomLink     `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Content    atomText       `xml:"content"`
}

// atomText is a text without markup.
type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

// feedTitle is the title of all feeds.
const feedTitle = "Changes of legal documents"

// feedID returns the ID of a feed.
func (f feed) feedID() string { return tagPrefix + "changes/" + f.suffix() }

// suffix returns the query of the feed with its question mark, or nothing.
func (f feed) suffix() string {
	if f.query == "" {
		return ""
	}
	return "?" + f.query
}

// encodeAtom returns an Atom feed. The link to itself is relative, so that the feed does not
// depend on the Host header.
func encodeAtom(f feed) ([]byte, error) {
	out := atomFeed{
		ID: f.feedID(), Title: feedTitle, Updated: f.updated.Format(time.RFC3339), Author: "Clausea Crawler",
		Links: []atomLink{{Rel: "self", Type: atomType, Href: "/v1/feeds/changes.atom" + f.suffix()}},
	}
	for _, e := range f.entries {
		entry := atomEntry{
			ID: e.id, Title: atomText{"text", e.title}, Updated: e.at.Format(time.RFC3339), Published: e.at.Format(time.RFC3339),
			Content: atomText{"text", e.text},
		}
		if e.link != "" {
			entry.Links = []atomLink{{Rel: "alternate", Href: e.link}}
		}
		for _, c := range e.categories {
			entry.Categories = append(entry.Categories, atomCategory{c})
		}
		out.Entries = append(out.Entries, entry)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(out); err != nil {
		return nil, fmt.Errorf("encode an Atom feed: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
