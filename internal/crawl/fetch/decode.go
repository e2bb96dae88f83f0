package fetch

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// acceptEncoding lists the content codings that requests ask for. newDecoder also supports
// deflate, for servers that send it anyway.
const acceptEncoding = "gzip, br, zstd"

// maxCodings is how many content codings a body may have. It was chosen by hand.
const maxCodings = 2

// maxZstdWindow limits the window of a zstd frame. RFC 8878 section 3.1.1.1.2 recommends 8 MiB.
const maxZstdWindow = 8 << 20

var errTooLarge = errors.New("body exceeds the limit")

// codingOverhead is the number of bytes by which an encoded body may exceed the limit of its
// content. A coding adds a header, a trailer and some bytes per block. A longer body decodes
// to too much content, or to almost none, as a sequence of empty gzip members does.
const codingOverhead = 64 << 10

// readBody decodes the body of a response into x.body, or passes it to x.readBody. A body of
// more than x.maxBody bytes is an error, unless x.truncate is set.
func readBody(res *http.Response, x *requestExchange) error {
	codings := contentCodings(res)
	if len(codings) > maxCodings {
		return &reasonError{BadEncoding, fmt.Errorf("%d content codings, want at most %d", len(codings), maxCodings)}
	}
	if res.ContentLength > x.maxBody+codingOverhead && !x.truncate {
		return &reasonError{TooLarge, fmt.Errorf("%w of %d bytes: Content-Length is %d", errTooLarge, x.maxBody, res.ContentLength)}
	}
	var body io.Reader = res.Body
	for i := len(codings) - 1; i >= 0; i-- {
		r, release, err := newDecoder(codings[i], &boundedReader{body, x.maxBody + codingOverhead})
		if err != nil {
			return codingError(res, err)
		}
		defer release()
		body = r
	}
	var err error
	switch {
	case x.readBody != nil:
		err = x.readBody(&boundedReader{body, x.maxBody})
	case x.truncate:
		x.body, err = io.ReadAll(io.LimitReader(body, x.maxBody))
	case len(codings) > 0:
		x.body, err = readDecoded(body, x.maxBody)
	default:
		x.body, err = readAllBounded(body, x.maxBody, res.ContentLength)
	}
	if err != nil && len(codings) > 0 {
		return codingError(res, err)
	}
	if errors.Is(err, errTooLarge) {
		return &reasonError{TooLarge, err}
	}
	return err
}

// codingError returns the error of an encoded body with its Reason. A canceled or expired
// request keeps its error.
func codingError(res *http.Response, err error) error {
	switch {
	case errors.Is(err, errTooLarge):
		return &reasonError{TooLarge, err}
	case res.Request.Context().Err() != nil:
		return err
	default:
		return &reasonError{BadEncoding, err}
	}
}

// boundedReader fails with errTooLarge after left bytes.
type boundedReader struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, errTooLarge
	}
	return n, err
}

// contentCodings returns the codings of a body in the order in which they were applied. A gzip
// file, such as sitemap.xml.gz, counts as encoded. A coding that no one has registered, such as
// "none" or "utf-8", stands for no coding, as browsers read it.
func contentCodings(res *http.Response) []string {
	var out []string
	for _, v := range res.Header.Values("Content-Encoding") {
		for _, c := range strings.Split(v, ",") {
			if c = strings.ToLower(strings.TrimSpace(c)); isCoding(c) {
				out = append(out, c)
			}
		}
	}
	ct := strings.ToLower(res.Header.Get("Content-Type"))
	if strings.Contains(ct, "gzip") || res.Request != nil && strings.HasSuffix(strings.ToLower(res.Request.URL.Path), ".gz") {
		return append([]string{"gzip-file"}, out...)
	}
	return out
}

// isCoding reports whether a content coding encodes a body.
func isCoding(c string) bool {
	switch c {
	case "gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress":
		return true
	default:
		return false
	}
}

var (
	gzipReaders  = sync.Pool{New: func() any { return &gzipReader{buffer: bufio.NewReader(nil)} }}
	zstdDecoders = sync.Pool{New: func() any {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil
		}
		return d
	}}
)

// gzipReader is a gzip.Reader with the buffer that it reads from.
type gzipReader struct {
	gzip.Reader
	buffer *bufio.Reader
}

// release returns z to its pool. z must not be used afterwards.
func (z *gzipReader) release() {
	z.buffer.Reset(nil)
	gzipReaders.Put(z)
}

// newDecoder returns a reader that decodes one coding, and a function that releases it.
func newDecoder(coding string, r io.Reader) (io.Reader, func(), error) {
	noop := func() {}
	switch coding {
	case "gzip", "x-gzip", "gzip-file":
		z, _ := gzipReaders.Get().(*gzipReader)
		z.buffer.Reset(r)
		if magic, err := z.buffer.Peek(2); err == nil && (magic[0] != 0x1f || magic[1] != 0x8b) && (coding == "gzip-file" || isMarkup(z.buffer)) {
			return z.buffer, z.release, nil // the body is not compressed, whatever its header or its URL says
		}
		if err := z.Reset(z.buffer); err != nil {
			z.release()
			if errors.Is(err, io.EOF) {
				return strings.NewReader(""), noop, nil // an empty body with a content coding
			}
			return nil, nil, fmt.Errorf("gzip: %w", err)
		}
		return z, z.release, nil
	case "deflate":
		b := bufio.NewReader(r)
		// deflate is the zlib format (RFC 9110 section 8.4.1.2). Some servers omit its header.
		if h, err := b.Peek(2); err == nil && h[0]&0x0f == 8 && (uint(h[0])<<8|uint(h[1]))%31 == 0 {
			z, err := zlib.NewReader(b)
			return z, noop, err
		}
		return flate.NewReader(b), noop, nil
	case "br":
		return brotli.NewReader(r), noop, nil
	case "zstd":
		z, ok := zstdDecoders.Get().(*zstd.Decoder)
		if !ok {
			return nil, nil, errors.New("zstd: failed to create decoder")
		}
		if err := z.Reset(r); err != nil {
			return nil, nil, fmt.Errorf("zstd: %w", err)
		}
		return z, func() { _ = z.Reset(nil); zstdDecoders.Put(z) }, nil
	default:
		return nil, nil, fmt.Errorf("unknown content coding %.20q", coding)
	}
}

// isMarkup reports whether a body begins like a page or a PDF. It does not consume the body.
func isMarkup(b *bufio.Reader) bool {
	head, _ := b.Peek(64) // an error recurs when the body is read
	text := strings.TrimLeft(string(head), " \t\r\n\uFEFF")
	return strings.HasPrefix(text, "<") || strings.HasPrefix(text, pdfSignature)
}
