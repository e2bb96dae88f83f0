// Package pdf converts a PDF file to Markdown: paragraphs, lists, and headings where the
// font size or the file's structure marks them. It joins words that are hyphenated across
// lines and omits page numbers and running headers.
//
// PDF files are untrusted, and PDF parsers have a history of hanging and of exhausting
// memory. A Reader therefore parses each file in a child process: the same program, with
// limits on time and memory and with an empty environment. The child runs Serve, which calls
// Extract and reports the text or one of the errors of this package (child.go).
//
// Extract has four stages. pdfcpu parses the structure of the file. An interpreter executes
// the content streams of each page and emits runs of text with their positions
// (interpret.go and textrun.go; token.go and font.go decode the streams). joinRuns joins the runs into
// lines (lines.go), and formatMarkdown the lines into paragraphs (markdown.go). Start with
// Reader.Read and Extract.
package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Errors of Extract and Reader.Read.
var (
	// ErrNoText means that the file has only images, or only fonts that map no glyph to a
	// character.
	ErrNoText = errors.New("the PDF has no text, only pictures or drawings")
	// ErrEncrypted means that the file needs a password.
	ErrEncrypted = errors.New("the PDF is encrypted and needs a password")
	// ErrMalformed means that the file is damaged beyond repair.
	ErrMalformed = errors.New("the PDF is broken")
	// ErrTooLarge means that the file exceeds MaxBytes or the memory limit.
	ErrTooLarge = errors.New("the PDF is too large")
	// ErrTooSlow means that parsing exceeded its limit of CPU time or wall-clock time.
	ErrTooSlow = errors.New("the PDF took too long to read")
)

// Bounds of one PDF. The largest legal document seen so far has about 200 pages and 1 MB
// of text.
const (
	// MaxBytes is the maximum size of a file, in bytes.
	MaxBytes = 20 << 20
	// maxPages bounds the number of pages that are read.
	maxPages = 1000
	// maxTextBytes bounds the text. No page is read after it is reached.
	maxTextBytes = 8 << 20
	// maxDecodedBytes bounds the decompressed size of one stream, in bytes.
	maxDecodedBytes = 64 << 20
	// maxContentBytes bounds the decompressed content of one page, in bytes.
	maxContentBytes = 16 << 20
)

// Extract converts a PDF to Markdown in this process. Errors wrap one of this package's
// errors: a panic of the parser becomes ErrMalformed, and the end of ctx ErrTooSlow. If the
// cross-reference table of the file is wrong, Extract finds the objects by scanning. A file
// of which some text cannot be read is ErrMalformed. Extract bounds neither CPU time nor
// memory; Reader does.
func Extract(ctx context.Context, body []byte) (string, error) {
	if len(body) > MaxBytes {
		return "", fmt.Errorf("%w: %d bytes are more than %d", ErrTooLarge, len(body), MaxBytes)
	}
	body = trimHeader(body)
	text, complete, err := extractOnce(ctx, body)
	switch {
	case complete, errors.Is(err, ErrEncrypted), errors.Is(err, ErrTooLarge), errors.Is(err, ErrTooSlow):
		return text, err
	}
	rebuilt := rebuild(body)
	if rebuilt == nil {
		return text, err
	}
	again, complete, rebuiltErr := extractOnce(ctx, rebuilt)
	if complete || err != nil && rebuiltErr == nil {
		return again, rebuiltErr
	}
	return text, err
}

// extractOnce converts a PDF to Markdown. complete reports that the cross-reference table is
// right, so that the result cannot be improved.
func extractOnce(ctx context.Context, body []byte) (text string, complete bool, err error) {
	defer func() {
		if r := recover(); r != nil { // its message would mean nothing to a user
			text, complete, err = "", false, ErrMalformed
		}
	}()
	doc, err := open(ctx, body)
	if err != nil {
		return "", false, err
	}
	text, err = (&file{ctx: ctx, doc: doc, fonts: map[int]*font{}}).read()
	complete = !hasWrongOffset(doc, body) && (err == nil || errors.Is(err, ErrNoText))
	return text, complete, err
}

// read returns the text of all pages as Markdown.
func (f *file) read() (string, error) {
	var pages []page
	for n := 1; n <= min(f.doc.PageCount, maxPages) && f.textBytes < maxTextBytes; n++ {
		if f.ctx.Err() != nil {
			return "", ErrTooSlow
		}
		p, err := f.page(n)
		if errors.Is(err, model.ErrPageNotFound) && n > 1 && !f.hasMissingKid() {
			break // the number of pages in the file is too high
		}
		if err == nil && f.damaged {
			err = errors.New("a part of its content is missing or cannot be decoded")
		}
		if err != nil {
			return "", fmt.Errorf("%w: read page %d: %w", ErrMalformed, n, err)
		}
		pages = append(pages, p)
	}
	text := formatMarkdown(pages)
	if !strings.ContainsFunc(text, isLetter) {
		return "", ErrNoText
	}
	return text, nil
}

// disableConfigFolder stops pdfcpu from writing a configuration folder.
var disableConfigFolder = sync.OnceFunc(func() { model.ConfigPath = "disable" })

// open parses the structure of the file and repairs it where possible.
func open(ctx context.Context, body []byte) (*model.Context, error) {
	disableConfigFolder()
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationRelaxed
	conf.Offline = true
	conf.Limits = model.ResourceLimits{
		MaxStreamBytes: MaxBytes, MaxDecodeBytes: maxDecodedBytes, MaxImagePixels: 1, MaxImageBytes: 1,
		MaxObjectCount: 500_000, MaxObjectStreamCount: 100_000, MaxObjectStreamFirst: 4 << 20, MaxXRefEntries: 500_000, MaxRecursionDepth: 60,
	}
	doc, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(body), conf)
	if err == nil {
		err = doc.EnsurePageCount()
	}
	switch {
	case err == nil:
		return doc, nil
	case errors.Is(err, pdfcpu.ErrWrongPassword), errors.Is(err, pdfcpu.ErrOwnerPasswordRequired), errors.Is(err, pdfcpu.ErrPermissionDenied):
		return nil, ErrEncrypted
	case ctx.Err() != nil:
		return nil, ErrTooSlow
	}
	if strings.Contains(err.Error(), "runtime error") { // a panic that the parser caught
		return nil, ErrMalformed
	}
	return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
}

// file is an open PDF.
type file struct {
	ctx       context.Context
	doc       *model.Context
	fonts     map[int]*font // cache, by object number
	textBytes int           // bytes of text so far
	damaged   bool          // some content of a page could not be read
}

// page returns the lines of page n, counted from 1.
func (f *file) page(n int) (page, error) {
	d, _, inherited, err := f.doc.PageDict(n, false)
	if err != nil {
		return page{}, err
	}
	resources := inherited.Resources
	if r := f.dict(d["Resources"]); r != nil {
		resources = r
	}
	in := &interpreter{file: f, resources: resources}
	in.reset()
	for _, c := range f.contents(d["Contents"]) {
		in.content = append(append(in.content, c...), '\n')
		if len(in.content) > maxContentBytes {
			break
		}
	}
	in.run(in.content, 0)
	for _, r := range in.runs {
		f.textBytes += len(r.text)
	}
	return page{lines: joinRuns(in.contentRuns())}, nil
}

// contents returns the decoded content streams of a page. It notes content that is missing or
// damaged.
func (f *file) contents(o types.Object) [][]byte {
	if o == nil {
		return nil
	}
	parts := types.Array{o}
	if a, ok := f.deref(o).(types.Array); ok {
		parts = a[:min(len(a), 10_000)]
	}
	var all [][]byte
	for _, o := range parts {
		b, ok := f.stream(o)
		if !ok && !endsContent(b) {
			f.damaged = true
		}
		all = append(all, b)
	}
	return all
}

// contentEnds are the operators with which content streams end.
var contentEnds = [][]byte{[]byte("ET"), []byte("Q"), []byte("EMC"), []byte("Do"), []byte("f"), []byte("S"), []byte("n")}

// endsContent reports whether a stream that was decoded with an error is nevertheless whole:
// its last word is an operator that ends a page. Many files have only a wrong checksum.
func endsContent(b []byte) bool {
	b = bytes.TrimRight(b, whiteSpace)
	last := b[bytes.LastIndexAny(b, whiteSpace)+1:]
	for _, w := range contentEnds {
		if bytes.Equal(last, w) {
			return true
		}
	}
	return false
}

// Bounds of the search for missing pages.
const maxTreeNodes, maxTreeDepth = 20_000, 50

// hasMissingKid reports whether the page tree refers to a node that is not in the file.
func (f *file) hasMissingKid() bool {
	root, err := f.doc.Pages()
	if err != nil || root == nil {
		return true
	}
	nodes := 0
	var missing func(o types.Object, depth int) bool
	missing = func(o types.Object, depth int) bool {
		d := f.dict(o)
		if d == nil {
			return true
		}
		kids, _ := f.deref(d["Kids"]).(types.Array)
		for _, kid := range kids {
			if nodes++; nodes > maxTreeNodes || depth > maxTreeDepth {
				return false
			}
			if missing(kid, depth+1) {
				return true
			}
		}
		return false
	}
	return missing(*root, 0)
}

// deref resolves an indirect reference; nil if it cannot be resolved.
func (f *file) deref(o types.Object) types.Object {
	if o == nil {
		return nil
	}
	o, err := f.doc.Dereference(o)
	if err != nil {
		return nil
	}
	return o
}

// dict returns a dictionary, or the dictionary of a stream; nil if o is neither.
func (f *file) dict(o types.Object) types.Dict {
	switch d := f.deref(o).(type) {
	case types.Dict:
		return d
	case types.StreamDict:
		return d.Dict
	}
	return nil
}

// stream returns the decoded content of a stream. ok is false if o is not a stream, or if
// only a part of it could be decoded.
func (f *file) stream(o types.Object) (content []byte, ok bool) {
	s, ok := f.deref(o).(types.StreamDict)
	if !ok {
		return nil, false
	}
	if s.Content == nil {
		if err := s.DecodeWithLimit(maxContentBytes); err != nil {
			return s.Content, false
		}
	}
	return s.Content, true
}

// number returns the value of a number, and whether o is one.
func (f *file) number(o types.Object) (float64, bool) {
	switch n := f.deref(o).(type) {
	case types.Integer:
		return float64(n), true
	case types.Float:
		return float64(n), true
	}
	return 0, false
}

// name returns the value of a name, or "" if o is not a name.
func (f *file) name(o types.Object) string {
	n, _ := f.deref(o).(types.Name)
	return string(n)
}
