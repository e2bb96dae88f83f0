package run

import (
	"context"
	"unicode"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/store"
)

// minTextWords is the minimum length in words of a page that has more than a menu and a
// notice.
const minTextWords = 80

const (
	// minPinnedWords is the minimum number of unique words of a page that is accepted as a
	// document of its pinned type. An empty shell with its "please enable JavaScript" has
	// fewer words. A page that is not pinned needs twice as many.
	minPinnedWords = 20
	// minImprintWords is the minimum for an imprint, which may be as short as an empty shell:
	// a name, a postal address and a telephone number are a dozen words, or two dozen
	// characters in Chinese or Japanese. Unlike a shell, an imprint also has
	// minImprintDigits digits, in a postal address, telephone number or registration number.
	minImprintWords  = 8
	minImprintDigits = 6
)

// minWords returns the minimum length of a pinned document of a type.
func minWords(docType string) int {
	if docType == doctype.Imprint {
		return minImprintWords
	}
	return minPinnedWords
}

// hasEnoughText reports whether a page has the text of a document of its pinned type.
func hasEnoughText(d *document.Document, pinnedType string) bool {
	if d.Legal || d.UniqueWords >= minPinnedWords {
		return true
	}
	digits := 0
	for _, c := range d.Text {
		if unicode.IsDigit(c) {
			digits++
		}
	}
	return d.UniqueWords >= minWords(pinnedType) && digits >= minImprintDigits
}

// Extraction reads pages as documents.
type Extraction struct {
	// Read reads a page; see document.Read.
	Read func(document.Input) (document.Document, error)
	// Revision identifies the way in which Read reads pages; see document.Revision.
	Revision int
}

// DefaultExtraction returns the extraction of package document.
func DefaultExtraction() Extraction {
	return Extraction{Read: document.Read, Revision: document.Revision}
}

// pageReader reads pages as documents.
type pageReader struct {
	extraction Extraction
	pinned     map[string]string // URL to the type that the company gives it
	pdf        func(context.Context, []byte) (string, error)
}

func newPageReader(seeds []crawl.Seed, pdf func(context.Context, []byte) (string, error), e Extraction) *pageReader {
	r := &pageReader{extraction: e, pinned: map[string]string{}, pdf: pdf}
	for _, s := range seeds {
		if u, _, err := canonical.URL(nil, s.URL); err == nil && s.Pinned && s.Type != "" {
			r.pinned[u] = s.Type
		}
	}
	return r
}

// read reads a page as a document. A page of a pinned URL has the pinned type if it has
// enough text. linkText is used if the page was not found by a link.
func (r *pageReader) read(ctx context.Context, p *crawl.Page, linkText string) (document.Document, error) {
	in := document.Input{
		Body: p.Body, ContentType: p.Header.Get("Content-Type"), URL: p.URL, Anchor: p.Anchor,
		Language: p.Header.Get("Content-Language"), Now: p.FetchedAt,
	}
	if in.Anchor == "" {
		in.Anchor = linkText
	}
	d, err := r.extract(ctx, in)
	if err != nil {
		return d, err
	}
	if pinned := r.pinnedType(p); pinned != "" && !d.SoftError && hasEnoughText(&d, pinned) {
		d.Legal, d.Type, d.Confidence = true, pinned, 1
	}
	return d, nil
}

// readSnapshot reads the snapshot of a version again.
func (r *pageReader) readSnapshot(ctx context.Context, body []byte, v store.Version, contentType string) (document.Document, error) {
	return r.extract(ctx, document.Input{Body: body, ContentType: contentType, URL: v.URL, Language: v.Language, Now: v.FetchedAt})
}

func (r *pageReader) extract(ctx context.Context, in document.Input) (document.Document, error) {
	if r.pdf != nil {
		in.PDF = func(body []byte) (string, error) { return r.pdf(ctx, body) }
	}
	return r.extraction.Read(in)
}

// pinnedType returns the type that the company gives the URL of a page, or a URL that
// redirected to it.
func (r *pageReader) pinnedType(p *crawl.Page) string {
	if t := r.pinned[p.URL]; t != "" {
		return t
	}
	for _, from := range p.Redirects {
		if t := r.pinned[from.URL]; t != "" {
			return t
		}
	}
	return ""
}
