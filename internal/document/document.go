// Package document turns the bytes of a page into a legal document: its text as
// Markdown, what kind of document it is, in which language and from when; and
// compares two of them. It is pure: no network, no store.
package document

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"mime"
	"path"
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

// Input is a page as it was fetched.
type Input struct {
	Body        []byte
	ContentType string // as sent; may be empty
	URL         string // may be empty
	Anchor      string // text of the link that led here; may be empty
	Language    string // Content-Language as sent; may be empty
	// PDF reads the text of a PDF as Markdown; nil: a PDF is ErrNoPDFReader.
	PDF func(body []byte) (string, error)
	// Now is the day to which a date in the text is future; if it is zero, none is.
	Now time.Time
}

// Document is what a page says.
type Document struct {
	URL             string
	Legal           bool
	Type            string   // one of doctype; Other where it is not legal
	AdditionalTypes []string // further types that the page holds a document of, sorted
	Confidence      float64  // 0 to 1, of Type
	Language        string   // ISO 639-1, empty if unknown
	Jurisdiction    string   // ISO 3166-1, upper case, where the page declares one; often empty
	Title           string
	// EffectiveDate is the day from which the text is in force or, where it names
	// only that, of its last change; YYYY-MM-DD, empty where the page names none.
	EffectiveDate, EffectiveQuote string // the quote is the words it was read from
	// UpdatedDate is the day of the last change or of publication.
	UpdatedDate, UpdatedQuote string
	// UpcomingEffectiveDate is a day after Input.Now on which the text will be in force.
	UpcomingEffectiveDate, UpcomingEffectiveQuote string
	WordCount                                     int
	Markdown                                      string
	Text                                          string // normalised, what is compared
	ContentHash                                   string // of the words that are compared, see change.ContentHash
	// UniqueWords is how many of Words the page says itself, where it has so few that it may be a
	// shell: each line once, and no links.
	UniqueWords int
	SoftError   bool // an error, login or consent page sent with a status of success
	// Subprocessors are the rows of a list of subprocessors, or of such a list in a
	// data processing agreement.
	Subprocessors []subprocessor.Row
}

// MaxBytes is the largest page that is read, in bytes.
const MaxBytes = 20 << 20

// Read makes a Document of a page. HTML, Markdown and plain text are told apart
// by Content-Type, URL and content; what is none of them and no PDF is ErrBinary. Errors
// leave it to the caller to name the page.
func Read(in Input) (Document, error) {
	p, err := extract(in)
	if err != nil {
		return Document{}, err
	}
	d := FromMarkdown(p.Markdown)
	d.URL = in.URL
	d.Title = cmp.Or(p.Title, p.TitleElement)
	d.Language = language.Detect(d.Text, p.DeclaredLanguage, in.Language)
	d.Jurisdiction = language.Region(d.Language, p.DeclaredLanguage, in.Language)
	answer := classify.Classify(classifierInput(in, p, d))
	d.Type, d.AdditionalTypes, d.Confidence, d.SoftError, d.UniqueWords = answer.Type, answer.AdditionalTypes, answer.Confidence, answer.SoftError, answer.UniqueWords
	d.Legal = d.Type != doctype.Other
	d.findDates(in, p)
	d.Subprocessors = d.subprocessorRows(d.Type)
	return d, nil
}

// findDates takes the dates of the text or, where it has none, of the page around it.
func (d *Document) findDates(in Input, p *content.ExtractedPage) {
	found := date.Find(date.Input{Markdown: p.Markdown, Language: d.Language, Region: d.Jurisdiction, Now: in.Now, PageLines: p.DatedLines, PageModified: p.ModifiedTime})
	d.EffectiveDate, d.EffectiveQuote = found.Effective, found.EffectiveQuote
	d.UpdatedDate, d.UpdatedQuote = found.Updated, found.UpdatedQuote
	d.UpcomingEffectiveDate, d.UpcomingEffectiveQuote = found.Upcoming, found.UpcomingQuote
}

// ClassifierInput is what the classifier is told of a page.
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

// extract reads a page's parts.
func extract(in Input) (*content.ExtractedPage, error) {
	if len(in.Body) > MaxBytes {
		return nil, fmt.Errorf("%d bytes are more than %d", len(in.Body), MaxBytes)
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
		return content.ExtractHTML(text, in.URL), nil
	}
	return content.ExtractText(text), nil
}

// ErrNoPDFReader says that a page is a PDF and that no reader for it was given.
var ErrNoPDFReader = errors.New("it is a PDF, and there is no reader of PDFs here")

// isPDF looks for the header, which may stand anywhere in the first 1024 bytes
// (ISO 32000-1, annex H, implementation note 13).
func isPDF(body []byte) bool {
	at := bytes.Index(body[:min(len(body), 1024)], []byte("%PDF-"))
	return at == 0 || at > 0 && len(bytes.Trim(body[:at], " \t\r\n\x00\xef\xbb\xbf")) == 0
}

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

// FromMarkdown makes the Document of a text that was kept, for comparing.
func FromMarkdown(md string) Document {
	blocks := markdown.Parse(md)
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
