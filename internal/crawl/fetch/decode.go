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

// window bounds a zstd frame's window: RFC 8878 section 3.1.1.1.2 recommends 8 MiB.
const window = 8 << 20

var errTooLarge = errors.New("the body is larger than the limit")

// decode reads a response's body whole, decompressed, at most limit bytes of it.
func decode(res *http.Response, limit int64) ([]byte, error) {
	codings := codingsOf(res)
	if len(codings) > maxCodings {
		return nil, &reasoned{BadEncoding, fmt.Errorf("%d codings", len(codings))}
	}
	var body io.Reader = res.Body
	for i := len(codings) - 1; i >= 0; i-- {
		r, done, err := decoder(codings[i], body)
		if err != nil {
			return nil, &reasoned{BadEncoding, err}
		}
		defer done()
		body = r
	}
	size := res.ContentLength
	if len(codings) > 0 {
		size *= 4 // what HTML compresses to
	}
	b, err := readBounded(body, limit, size)
	if errors.Is(err, errTooLarge) {
		return nil, &reasoned{TooLarge, err}
	}
	if err != nil && len(codings) > 0 && res.Request.Context().Err() == nil {
		return nil, &reasoned{BadEncoding, err}
	}
	return b, err
}

// codingsOf lists a body's codings in the order they were applied. A gzip file is
// one too: sitemaps are sent so.
func codingsOf(res *http.Response) []string {
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
	gzips = sync.Pool{New: func() any { return new(gzip.Reader) }}
	zstds = sync.Pool{New: func() any {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil
		}
		return d
	}}
)

// decoder undoes one coding; done gives its reader back to the pool.
func decoder(coding string, r io.Reader) (io.Reader, func(), error) {
	nothing := func() {}
	switch coding {
	case "gzip", "x-gzip", "gzip-file":
		b := bufio.NewReader(r)
		if magic, err := b.Peek(2); coding == "gzip-file" && err == nil && (magic[0] != 0x1f || magic[1] != 0x8b) {
			return b, nothing, nil // the server decompressed it and left the name
		}
		z, _ := gzips.Get().(*gzip.Reader)
		if err := z.Reset(b); err != nil {
			gzips.Put(z)
			if errors.Is(err, io.EOF) {
				return strings.NewReader(""), nothing, nil // an empty body with a coding
			}
			return nil, nil, fmt.Errorf("gzip: %w", err)
		}
		return z, func() { gzips.Put(z) }, nil
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
		z, ok := zstds.Get().(*zstd.Decoder)
		if !ok {
			return nil, nil, errors.New("zstd: no decoder")
		}
		if err := z.Reset(r); err != nil {
			return nil, nil, fmt.Errorf("zstd: %w", err)
		}
		return z, func() { _ = z.Reset(nil); zstds.Put(z) }, nil
	default:
		return nil, nil, fmt.Errorf("unknown coding %.20q", coding)
	}
}

// readBounded reads r to its end, or fails with errTooLarge past limit.
func readBounded(r io.Reader, limit, hint int64) ([]byte, error) {
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
