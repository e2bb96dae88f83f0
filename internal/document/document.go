// Package document extracts a legal document from the bytes of a page: its text as Markdown,
// its type, language and dates. It also compares two documents. The package accesses neither
// the network nor the store.
package document

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"mime"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/charset"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/classify"
	"github.com/clausea/crawler/internal/document/content"
	"github.com/clausea/crawler/internal/document/date"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/language"
	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/subprocessor"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// Input is a fetched page.
type Input struct {
	Body        []byte
	ContentType string // Content-Type header; can be empty
	URL         string // can be empty
	Anchor      string // text of the link to the page; can be empty
	Language    string // Content-Language header; can be empty
	// PDF returns the text of a PDF as Markdown. If it is nil, Read returns ErrNoPDFReader
	// for a PDF.
	PDF func(body []byte) (string, error)
	// KeepRemoved makes Read return the parts of an HTML page that are not part of the document.
	KeepRemoved bool
	// Now is the time after which a date in the text is upcoming. If it is zero, no date is.
	Now time.Time
}

// Document is the document on a page.
type Document struct {
	URL             string
	Legal           bool
	Type            string   // a type of package doctype; Other if the page is not legal
	AdditionalTypes []string // further types of document on the page, sorted
	Confidence      float64  // 0 to 1, of Type
	Language        string   // ISO 639-1 code; empty if unknown
	Jurisdiction    string   // upper-case ISO 3166-1 code of the country that the page declares; often empty
	Title           string
	// EffectiveDate is the date from which the text is in force. If the text contains only the
	// date of its last change, it is that date. The format is YYYY-MM-DD; empty if unknown.
	EffectiveDate, EffectiveQuote string // the quote contains the words from which the date was read
	// UpdatedDate is the date of the last change or of publication.
	UpdatedDate, UpdatedQuote string
	// UpcomingEffectiveDate is a date after Input.Now from which the text will be in force.
	UpcomingEffectiveDate, UpcomingEffectiveQuote string
	// DateAmbiguous reports that one of the dates is numeric, such as 3/4/2025, and that
	// nothing tells whether its day or its month is first. The date is the likelier one.
	DateAmbiguous bool

	WordCount   int
	Markdown    string
	Text        string // normalized, for comparison
	ContentHash string // see change.ContentHash
	// UniqueWords is the number of words without repeated lines and links. It equals
	// WordCount for pages that are too long to be an empty shell.
	UniqueWords int
	SoftError   bool // the page is an error, login or consent page served with a success status
	// Subprocessors contains the rows of a list of subprocessors, or of such a list in a data
	// processing agreement.
	Subprocessors []subprocessor.Row
	// Removed holds the parts of the page that are not part of the document, if
	// Input.KeepRemoved was set; else it is nil.
	Removed []content.Removed
}

// MaxBytes is the maximum size of a page.
const MaxBytes = 20 << 20

// Read returns the document on a page. It distinguishes HTML, Markdown, plain text and PDF by
// Content-Type, URL and content, and returns ErrBinary for anything else. Errors do not
// contain the URL of the page; the caller adds it.
func Read(in Input) (Document, error) {
	p, err := extract(in)
	if err != nil {
		return Document{}, err
	}
	blocks := markdown.Parse(p.Markdown)
	d := fromBlocks(p.Markdown, blocks)
	d.URL, d.Removed = in.URL, p.Removed
	d.Title = cmp.Or(p.Title, p.TitleElement)
	d.Language = language.Detect(d.Text, p.DeclaredLanguage, in.Language)
	d.Jurisdiction = language.Region(d.Language, p.DeclaredLanguage, in.Language)
	class := classify.Classify(classifierInput(in, p, d))
	d.Type, d.AdditionalTypes, d.Confidence, d.SoftError, d.UniqueWords = class.Type, class.AdditionalTypes, class.Confidence, class.SoftError, class.UniqueWords
	d.Legal = d.Type != doctype.Other
	d.findDates(in, p)
	switch d.Type {
	case doctype.Subprocessors:
		d.Subprocessors = subprocessor.RowsOfBlocks(blocks)
	case doctype.DPA:
		d.Subprocessors = subprocessor.FromAppendixBlocks(d.Markdown, blocks)
	}
	d.detach()
	return d, nil
}

// detach copies the short strings of the document that are parts of the page or of its text. A
// crawl remembers them of every document, and each of them would keep the whole page in memory.
func (d *Document) detach() {
	for _, s := range []*string{&d.Language, &d.Jurisdiction, &d.Title, &d.EffectiveDate, &d.EffectiveQuote, &d.UpdatedDate, &d.UpdatedQuote, &d.UpcomingEffectiveDate, &d.UpcomingEffectiveQuote} {
		*s = strings.Clone(*s)
	}
}

// findDates sets the dates of the text. If the text has none, it uses the dates of the page
// around it.
func (d *Document) findDates(in Input, p *content.ExtractedPage) {
	found := date.Find(date.Input{Markdown: p.Markdown, URL: in.URL, Language: d.Language, Region: d.Jurisdiction, Now: in.Now, PageLines: p.DatedLines, PageModified: p.ModifiedTime})
	d.EffectiveDate, d.EffectiveQuote = found.Effective, found.EffectiveQuote
	d.UpdatedDate, d.UpdatedQuote = found.Updated, found.UpdatedQuote
	d.UpcomingEffectiveDate, d.UpcomingEffectiveQuote = found.Upcoming, found.UpcomingQuote
	d.DateAmbiguous = found.Ambiguous
}

// ClassifierInput returns the input of the classifier for a page, for training and evaluation.
func ClassifierInput(in Input) (classify.Input, error) {
	p, err := extract(in)
	if err != nil {
		return classify.Input{}, err
	}
	return classifierInput(in, p, FromMarkdown(p.Markdown)), nil
}

func classifierInput(in Input, p *content.ExtractedPage, d Document) classify.Input {
	return classify.Input{
		URL: in.URL, Anchor: in.Anchor, Title: p.Title, TitleElement: p.TitleElement, Headings: p.Headings,
		Markdown: d.Markdown, Text: d.Text, WordCount: d.WordCount, LinkWordCount: p.LinkWordCount,
		HasSubprocessorList: func() bool { return subprocessor.IsDefinite(d.Markdown) },
	}
}

// extract decodes a page and extracts its main content.
func extract(in Input) (*content.ExtractedPage, error) {
	if len(in.Body) > MaxBytes {
		return nil, fmt.Errorf("page of %d bytes exceeds the limit of %d bytes", len(in.Body), MaxBytes)
	}
	if isPDF(in.Body) {
		return extractPDF(in)
	}
	text := charset.ToUTF8(in.Body, in.ContentType)
	html := isHTML(in)
	if err := rejectBinary(in.Body, text, html); err != nil {
		return nil, err
	}
	if html {
		if in.KeepRemoved {
			return content.ExtractHTMLAndRemoved(text, in.URL), nil
		}
		return content.ExtractHTML(text, in.URL), nil
	}
	p := content.ExtractText(text)
	if in.KeepRemoved {
		p.Removed = []content.Removed{}
	}
	return p, nil
}

// ErrNoPDFReader reports that a page is a PDF and that Input.PDF is nil.
var ErrNoPDFReader = errors.New("page is a PDF, and no PDF reader is configured")

// isPDF reports whether body has a PDF header, which can be anywhere in the first 1024 bytes
// (ISO 32000-1, annex H, implementation note 13). After other bytes, a text can contain the
// words of a header, but it is not followed by an object.
func isPDF(body []byte) bool {
	const header = "%PDF-"
	at := bytes.Index(body[:min(len(body), 1024)], []byte(header))
	if at <= 0 || len(bytes.Trim(body[:at], " \t\r\n\x00\xef\xbb\xbf")) == 0 {
		return at >= 0
	}
	rest := body[at+len(header):]
	return len(rest) > 0 && rest[0] >= '1' && rest[0] <= '2' && pdfObject.Match(rest[:min(len(rest), 64<<10)])
}

// pdfObject matches the header of an object in a PDF.
var pdfObject = regexp.MustCompile(`(?m)^\s*\d+\s+\d+\s+obj\b`)

func extractPDF(in Input) (*content.ExtractedPage, error) {
	if in.PDF == nil {
		return nil, ErrNoPDFReader
	}
	text, err := in.PDF(in.Body)
	if err != nil {
		return nil, err
	}
	return content.ExtractText([]byte(text)), nil
}

// FromMarkdown returns a document with the given text, for comparison with another document.
func FromMarkdown(md string) Document { return fromBlocks(md, markdown.Parse(md)) }

// fromBlocks is FromMarkdown for a text whose blocks are known.
func fromBlocks(md string, blocks []markdown.Block) Document {
	d := Document{Markdown: md, Text: markdown.JoinText(blocks), ContentHash: change.ContentHash(blocks)}
	d.WordCount = tokenize.CountWords(d.Text)
	return d
}

func isHTML(in Input) bool {
	if mt, _, err := mime.ParseMediaType(in.ContentType); err == nil {
		switch {
		case strings.Contains(mt, "html"):
			return true
		case mt == "text/markdown" || mt == "text/plain" && !looksLikeHTML(in.Body):
			return false
		}
	}
	switch strings.ToLower(path.Ext(in.URL)) {
	case ".md", ".markdown", ".txt":
		return looksLikeHTML(in.Body)
	}
	return looksLikeHTML(in.Body)
}

func looksLikeHTML(b []byte) bool {
	head := bytes.ToLower(bytes.TrimLeft(b[:min(len(b), 2048)], " \t\r\n\xef\xbb\xbf"))
	if len(head) == 0 || head[0] != '<' {
		return bytes.Contains(head, []byte("<html")) || bytes.Contains(head, []byte("<body"))
	}
	return true
}
