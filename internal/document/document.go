// Package document turns the bytes of a page into a legal document: its text as
// Markdown, what kind of document it is, in which language and from when; and
// compares two of them. It is pure: no network, no store.
package document

import (
	"bytes"
	"cmp"
	"fmt"
	"mime"
	"path"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/clausea/crawler/internal/document/classify"
	"github.com/clausea/crawler/internal/document/content"
	"github.com/clausea/crawler/internal/document/date"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/language"
	"github.com/clausea/crawler/internal/document/plain"
)

// Input is a page as it was fetched.
type Input struct {
	Body        []byte
	ContentType string // as sent; may be empty
	URL         string // may be empty
	Anchor      string // text of the link that led here; may be empty
}

// Document is what a page says.
type Document struct {
	URL        string
	Legal      bool
	Type       string   // one of doctype; Other where it is not legal
	Also       []string // further types that the page holds a document of, sorted
	Confidence float64  // 0 to 1, of Type
	Language   string   // ISO 639-1, empty if unknown
	Title      string
	// EffectiveDate is YYYY-MM-DD, empty where the page names none.
	EffectiveDate  string
	EffectiveQuote string // the words it was read from
	Words          int
	Markdown       string
	Text           string // normalised, what is compared
	Hash           string // hex SHA-256 of Text
	SoftError      bool   // an error, login or consent page sent with a status of success
}

// MaxBytes is the largest page that is read, in bytes.
const MaxBytes = 20 << 20

// Read makes a Document of a page. HTML, Markdown and plain text are told apart
// by Content-Type, URL and content.
func Read(in Input) (Document, error) {
	p, err := open(in)
	if err != nil {
		return Document{}, err
	}
	d := FromMarkdown(p.Markdown)
	d.URL = in.URL
	d.Title = cmp.Or(p.Title, p.Head)
	d.Language = language.Of(d.Text, p.Lang)
	answer := classify.Of(classified(in, p, d))
	d.Type, d.Also, d.Confidence, d.SoftError = answer.Type, answer.Also, answer.Confidence, answer.SoftError
	d.Legal = d.Type != doctype.Other
	d.EffectiveDate, d.EffectiveQuote = date.Effective(d.Text)
	return d, nil
}

// Classified is what the classifier is told of a page.
func Classified(in Input) (classify.Page, error) {
	p, err := open(in)
	if err != nil {
		return classify.Page{}, err
	}
	return classified(in, p, FromMarkdown(p.Markdown)), nil
}

func classified(in Input, p *content.Page, d Document) classify.Page {
	return classify.Page{
		URL: in.URL, Anchor: in.Anchor, Title: p.Title, Head: p.Head, Headings: p.Headings,
		Markdown: d.Markdown, Text: d.Text, Words: d.Words, LinkWords: p.LinkWords,
	}
}

// open reads a page's parts.
func open(in Input) (*content.Page, error) {
	if len(in.Body) > MaxBytes {
		return nil, fmt.Errorf("read %s: %d bytes are more than %d", in.URL, len(in.Body), MaxBytes)
	}
	if bytes.HasPrefix(in.Body, []byte("%PDF-")) {
		return nil, fmt.Errorf("read %s: it is a PDF, which this version can't read", in.URL)
	}
	if isHTML(in) {
		return content.HTML(toUTF8(in)), nil
	}
	return content.Text(toUTF8(in)), nil
}

// FromMarkdown makes the Document of a text that was kept, for comparing.
func FromMarkdown(md string) Document {
	d := Document{Markdown: md}
	d.Text = plain.Normalise(md)
	d.Words = plain.Count(d.Text)
	d.Hash = plain.Hash(d.Text)
	return d
}

func isHTML(in Input) bool {
	if mt, _, err := mime.ParseMediaType(in.ContentType); err == nil {
		switch {
		case strings.Contains(mt, "html"):
			return true
		case mt == "text/markdown" || mt == "text/plain" && !looksHTML(in.Body):
			return false
		}
	}
	switch strings.ToLower(path.Ext(in.URL)) {
	case ".md", ".markdown", ".txt":
		return looksHTML(in.Body)
	}
	return looksHTML(in.Body)
}

func looksHTML(b []byte) bool {
	head := bytes.ToLower(bytes.TrimLeft(b[:min(len(b), 2048)], " \t\r\n\xef\xbb\xbf"))
	if len(head) == 0 || head[0] != '<' {
		return bytes.Contains(head, []byte("<html")) || bytes.Contains(head, []byte("<body"))
	}
	return true
}

// toUTF8 decodes by BOM, header, meta, and guess, in this order.
func toUTF8(in Input) []byte {
	enc, name, _ := charset.DetermineEncoding(in.Body[:min(len(in.Body), 1024)], in.ContentType)
	if name == "utf-8" {
		return bytes.TrimPrefix(in.Body, []byte("\xef\xbb\xbf"))
	}
	if name == "windows-1252" && validUTF8(in.Body) {
		return in.Body // the guess when nothing is declared; the bytes know better
	}
	out, err := enc.NewDecoder().Bytes(in.Body)
	if err != nil {
		return in.Body
	}
	return out
}

func validUTF8(b []byte) bool { return len(bytes.ToValidUTF8(b, nil)) == len(b) }
