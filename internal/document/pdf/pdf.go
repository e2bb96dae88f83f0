// Package pdf reads the text of a PDF file as Markdown: paragraphs, headings where
// type sizes tell, lists; words that were hyphenated at the end of a line are joined,
// page numbers and running headers are left out.
//
// A PDF comes from strangers, and its readers have always had faults that hang them
// or take all memory. So a Reader never reads one in its own process: it starts a
// child, which is this program again, with bounds on time and memory and no
// environment, and takes the text or a typed error from it. Extract is what the
// child runs.
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

// What can be wrong with a PDF.
var (
	// ErrNoText says that its pages are pictures, or in fonts that don't say which
	// letters they draw.
	ErrNoText = errors.New("the PDF has no text, only pictures or drawings")
	// ErrEncrypted says that a password is needed.
	ErrEncrypted = errors.New("the PDF is encrypted and needs a password")
	// ErrMalformed says that it is broken beyond what can be repaired.
	ErrMalformed = errors.New("the PDF is broken")
	// ErrTooLarge says that it is larger than MaxBytes, or took more memory than it may.
	ErrTooLarge = errors.New("the PDF is too large")
	// ErrTooSlow says that reading it took longer than it may.
	ErrTooSlow = errors.New("the PDF took too long to read")
)

// Bounds of one PDF. The largest legal document that was seen has some 200 pages
// and a megabyte of text.
const (
	MaxBytes = 20 << 20 // of the file
	maxPages = 1000
	maxText  = 8 << 20 // bytes
	// maxDecoded bounds what one stream may decompress to, in bytes.
	maxDecoded = 64 << 20
	// maxContent bounds what the contents of one page may decompress to, in bytes.
	maxContent = 16 << 20
)

// Extract reads the text of a PDF in this process. A panic of the parser is an
// ErrMalformed; a Reader also bounds time and memory.
func Extract(ctx context.Context, body []byte) (text string, err error) {
	defer func() {
		if r := recover(); r != nil {
			text, err = "", fmt.Errorf("%w: %v", ErrMalformed, r)
		}
	}()
	if len(body) > MaxBytes {
		return "", fmt.Errorf("%w: %d bytes are more than %d", ErrTooLarge, len(body), MaxBytes)
	}
	doc, err := open(ctx, body)
	if err != nil {
		return "", err
	}
	f := &file{ctx: ctx, doc: doc, fonts: map[int]*font{}}
	var pages []page
	for n := 1; n <= min(doc.PageCount, maxPages) && f.size < maxText; n++ {
		if ctx.Err() != nil {
			return "", ErrTooSlow
		}
		p, err := f.page(n)
		if err != nil {
			continue // one broken page does not cost the others
		}
		pages = append(pages, p)
	}
	if text = markdown(pages); !strings.ContainsFunc(text, isLetter) {
		return "", ErrNoText
	}
	return text, nil
}

// noSettings keeps the library from writing a folder of settings.
var noSettings = sync.OnceFunc(func() { model.ConfigPath = "disable" })

// open reads the file's structure, repairing it where it can.
func open(ctx context.Context, body []byte) (*model.Context, error) {
	noSettings()
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationRelaxed
	conf.Offline = true
	conf.Limits = model.ResourceLimits{
		MaxStreamBytes: MaxBytes, MaxDecodeBytes: maxDecoded, MaxImagePixels: 1, MaxImageBytes: 1,
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
	return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
}

// file is one PDF that is being read.
type file struct {
	ctx   context.Context
	doc   *model.Context
	fonts map[int]*font // by object number
	size  int           // bytes of text so far
}

// page reads the text of one page.
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
		if len(in.content) > maxContent {
			break
		}
	}
	in.run(in.content, 0)
	for _, r := range in.runs {
		f.size += len(r.text)
	}
	return page{lines: lines(in.readable())}, nil
}

// contents are the decoded streams of a page.
func (f *file) contents(o types.Object) [][]byte {
	o = f.deref(o)
	if a, ok := o.(types.Array); ok {
		var all [][]byte
		for _, o := range a[:min(len(a), 10_000)] {
			if b := f.stream(o); b != nil {
				all = append(all, b)
			}
		}
		return all
	}
	if b := f.stream(o); b != nil {
		return [][]byte{b}
	}
	return nil
}

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

func (f *file) dict(o types.Object) types.Dict {
	switch d := f.deref(o).(type) {
	case types.Dict:
		return d
	case types.StreamDict:
		return d.Dict
	}
	return nil
}

// stream is the decoded content of a stream; what could be decoded, if it is broken.
func (f *file) stream(o types.Object) []byte {
	s, ok := f.deref(o).(types.StreamDict)
	if !ok {
		return nil
	}
	if s.Content == nil {
		if err := s.DecodeWithLimit(maxContent); err != nil && s.Content == nil {
			return nil
		}
	}
	return s.Content
}

func (f *file) number(o types.Object) (float64, bool) {
	switch n := f.deref(o).(type) {
	case types.Integer:
		return float64(n), true
	case types.Float:
		return float64(n), true
	}
	return 0, false
}

func (f *file) name(o types.Object) string {
	n, _ := f.deref(o).(types.Name)
	return string(n)
}
