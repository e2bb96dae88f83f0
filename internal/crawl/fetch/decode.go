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

const acceptEncoding = "gzip, br, zstd"

// maxCodings is how many codings may be stacked on a body.
const maxCodings = 2

// maxZstdWindow bounds a zstd frame's window: RFC 8878 section 3.1.1.1.2 recommends 8 MiB.
const maxZstdWindow = 8 << 20

var errTooLarge = errors.New("the body is larger than the limit")

// codingOverhead is how much longer than its content a coded body may be: a coding adds
// a header, a trailer and some bytes a block. What is longer decodes to too much,
// or to nothing however much of it is read, as a row of empty gzip members does.
const codingOverhead = 64 << 10

// readBody reads a response's body decompressed, at most x.maxBody bytes of it, into
// x.body or through x.read.
func readBody(res *http.Response, x *exchange) error {
	codings := contentCodings(res)
	if len(codings) > maxCodings {
		return &reasonError{BadEncoding, fmt.Errorf("%d codings", len(codings))}
	}
	if res.ContentLength > x.maxBody+codingOverhead && !x.truncate {
		return &reasonError{TooLarge, fmt.Errorf("%w of %d bytes: it has %d", errTooLarge, x.maxBody, res.ContentLength)}
	}
	var body io.Reader = res.Body
	for i := len(codings) - 1; i >= 0; i-- {
		r, done, err := newDecoder(codings[i], &boundedReader{body, x.maxBody + codingOverhead})
		if err != nil {
			return codingError(res, err)
		}
		defer done()
		body = r
	}
	var err error
	switch {
	case x.readBody != nil:
		err = x.readBody(&boundedReader{body, x.maxBody})
	case x.truncate:
		x.body, err = io.ReadAll(io.LimitReader(body, x.maxBody))
	default:
		size := res.ContentLength
		if len(codings) > 0 {
			size *= 4 // what HTML compresses to
		}
		x.body, err = readAllBounded(body, x.maxBody, size)
	}
	if err != nil && len(codings) > 0 {
		return codingError(res, err)
	}
	if errors.Is(err, errTooLarge) {
		return &reasonError{TooLarge, err}
	}
	return err
}

// codingError gives an error of a coded body its reason; one of the connection
// keeps its own.
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

// boundedReader fails with errTooLarge past left bytes.
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

// contentCodings lists a body's codings in the order they were applied. A gzip file is
// one too: sitemaps are sent so.
func contentCodings(res *http.Response) []string {
	var out []string
	for _, v := range res.Header.Values("Content-Encoding") {
		for _, c := range strings.Split(v, ",") {
			if c = strings.ToLower(strings.TrimSpace(c)); c != "" && c != "identity" {
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

var (
	gzipReaders  = sync.Pool{New: func() any { return new(gzip.Reader) }}
	zstdDecoders = sync.Pool{New: func() any {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil
		}
		return d
	}}
)

// newDecoder undoes one coding; done gives its reader back to the pool.
func newDecoder(coding string, r io.Reader) (io.Reader, func(), error) {
	nothing := func() {}
	switch coding {
	case "gzip", "x-gzip", "gzip-file":
		b := bufio.NewReader(r)
		if magic, err := b.Peek(2); coding == "gzip-file" && err == nil && (magic[0] != 0x1f || magic[1] != 0x8b) {
			return b, nothing, nil // the server decompressed it and left the name
		}
		z, _ := gzipReaders.Get().(*gzip.Reader)
		if err := z.Reset(b); err != nil {
			gzipReaders.Put(z)
			if errors.Is(err, io.EOF) {
				return strings.NewReader(""), nothing, nil // an empty body with a coding
			}
			return nil, nil, fmt.Errorf("gzip: %w", err)
		}
		return z, func() { gzipReaders.Put(z) }, nil
	case "deflate":
		b := bufio.NewReader(r)
		// RFC 9110 section 8.4.1.2: deflate is zlib; some servers send it bare.
		if h, err := b.Peek(2); err == nil && h[0]&0x0f == 8 && (uint(h[0])<<8|uint(h[1]))%31 == 0 {
			z, err := zlib.NewReader(b)
			return z, nothing, err
		}
		return flate.NewReader(b), nothing, nil
	case "br":
		return brotli.NewReader(r), nothing, nil
	case "zstd":
		z, ok := zstdDecoders.Get().(*zstd.Decoder)
		if !ok {
			return nil, nil, errors.New("zstd: no decoder")
		}
		if err := z.Reset(r); err != nil {
			return nil, nil, fmt.Errorf("zstd: %w", err)
		}
		return z, func() { _ = z.Reset(nil); zstdDecoders.Put(z) }, nil
	default:
		return nil, nil, fmt.Errorf("unknown coding %.20q", coding)
	}
}

// readAllBounded reads r to its end, or fails with errTooLarge past limit.
func readAllBounded(r io.Reader, limit, hint int64) ([]byte, error) {
	b := make([]byte, 0, max(4<<10, min(hint+512, 256<<10, limit+1)))
	for {
		if int64(len(b)) > limit {
			return nil, fmt.Errorf("%w of %d bytes", errTooLarge, limit)
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) && int64(len(b)) <= limit {
			return b, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	}
}
