package fetch_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/clausea/crawler/internal/crawl/crawltest"
	"github.com/clausea/crawler/internal/crawl/fetch"
)

// Each decompression bomb decodes to 1 GiB of zeros. It repeats a block of 1 MiB.
const (
	bombSize = 1 << 30
	block    = 1 << 20
)

// brotliBomb is 1 GiB of zeros, compressed by brotli.NewWriterLevel(w, 11). Brotli streams
// cannot be assembled from repeated blocks.
//
//go:embed testdata/zeros-1gib.br
var brotliBomb []byte

// emptyMember is a complete gzip member without content.
var emptyMember = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0}

// encodeBlock compresses a block of zeros.
func encodeBlock(t *testing.T, coding func(io.Writer) (io.WriteCloser, error)) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := coding(&b)
	if err == nil {
		_, err = w.Write(make([]byte, block))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipWriter(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }

// unfinished is a writer whose stream can continue after Close, so that its blocks can be
// repeated.
type unfinished struct{ *flate.Writer }

func (u unfinished) Close() error { return u.Flush() }

func rawDeflateWriter(w io.Writer) (io.WriteCloser, error) {
	f, err := flate.NewWriter(w, flate.BestCompression)
	return unfinished{f}, err
}

// bomb is a response body: head once, then body, repeated.
type bomb struct {
	encoding, contentType string
	head, body            []byte
	times                 int
}

func (b bomb) write(w io.Writer) error {
	if _, err := w.Write(b.head); err != nil {
		return err
	}
	chunk := bytes.Repeat(b.body, max(1, min(b.times, 64<<10/max(len(b.body), 1))))
	for left := b.times * len(b.body); left > 0; left -= len(chunk) {
		if _, err := w.Write(chunk[:min(left, len(chunk))]); err != nil {
			return err
		}
	}
	return nil
}

// makeBombs returns the bombs by path.
func makeBombs(t *testing.T) map[string]bomb {
	const blocks = bombSize / block
	member := encodeBlock(t, gzipWriter)
	twice := func(b bomb) bomb {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		if err := errors.Join(b.write(z), z.Close()); err != nil {
			t.Fatal(err)
		}
		return bomb{encoding: "gzip, gzip", contentType: b.contentType, body: out.Bytes(), times: 1}
	}
	zst := encodeBlock(t, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
	gzipped := bomb{encoding: "gzip", contentType: "text/html", body: member, times: blocks}
	// Members that decode to nothing: many members, no content.
	emptyMembers := bomb{encoding: "gzip", contentType: "text/html", body: emptyMember, times: bombSize / len(emptyMember)}
	return map[string]bomb{
		"/gzip":                gzipped,
		"/gzip-twice":          twice(gzipped),
		"/deflate":             {encoding: "deflate", contentType: "text/html", head: []byte{0x78, 0x9c}, body: encodeBlock(t, rawDeflateWriter), times: blocks},
		"/raw-deflate":         {encoding: "deflate", contentType: "text/html", body: encodeBlock(t, rawDeflateWriter), times: blocks},
		"/br":                  {encoding: "br", contentType: "text/html", body: brotliBomb, times: 1},
		"/zstd":                {encoding: "zstd", contentType: "text/html", body: zst, times: blocks},
		"/sitemap.xml.gz":      {contentType: "text/xml", body: member, times: blocks},
		"/file":                {contentType: "application/gzip", body: member, times: blocks},
		"/plain":               {contentType: "text/html", body: make([]byte, 1024), times: bombSize / 1024},
		"/stacked":             {encoding: "gzip, br, gzip", contentType: "text/html", body: member, times: blocks},
		"/empty-members":       emptyMembers,
		"/empty-members-coded": twice(bomb{contentType: "text/html", body: emptyMember, times: 1 << 20}),
	}
}

func bombSite(t *testing.T, w *crawltest.Web) map[string]bomb {
	bombs := makeBombs(t)
	w.Handle("bombs.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b := bombs[r.URL.Path]
		if b.encoding != "" {
			rw.Header().Set("Content-Encoding", b.encoding)
		}
		rw.Header().Set("Content-Type", b.contentType)
		_ = b.write(rw) // the crawler closes the connection early
	}))
	return bombs
}

// writeZeros writes n zero bytes.
func writeZeros(w io.Writer, n int) error {
	_, err := w.Write(make([]byte, n))
	return err
}

func TestBombsDecodeToMoreThanAnyLimit(t *testing.T) {
	t.Parallel()
	for path, b := range makeBombs(t) {
		if path == "/plain" || path == "/stacked" || strings.HasPrefix(path, "/empty") {
			continue
		}
		pr, pw := io.Pipe()
		go func() { _ = pw.CloseWithError(b.write(pw)) }()
		var r io.Reader = pr
		var err error
		switch {
		case path == "/deflate":
			r, err = zlib.NewReader(r)
		case path == "/raw-deflate":
			r = flate.NewReader(r)
		case path == "/br":
			r = brotli.NewReader(r)
		case path == "/zstd":
			r, err = zstd.NewReader(r)
		default:
			if r, err = gzip.NewReader(r); err == nil && path == "/gzip-twice" {
				r, err = gzip.NewReader(r)
			}
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		// 16 MiB exceed every limit of the crawler.
		if n, err := io.Copy(io.Discard, io.LimitReader(r, 16<<20)); n != 16<<20 {
			t.Errorf("%s decodes to %d bytes, %v", path, n, err)
		}
		_ = pr.Close()
	}
}

func TestDecompressionBombsAreRejectedInBoundedMemory(t *testing.T) {
	t.Parallel()
	const rounds = 2
	w := crawltest.NewWeb(t)
	bombs := bombSite(t, w)
	task := childTask{Port: w.Port()}
	for range rounds {
		for path := range bombs {
			task.URLs = append(task.URLs, "http://bombs.example"+path)
		}
	}
	all, peak := fetchInChild(t, task, "GOMEMLIMIT=256MiB")
	longest := map[string]time.Duration{}
	for _, r := range all {
		longest[r.URL] = max(longest[r.URL], r.Duration)
		want := fetch.TooLarge
		if r.URL == "http://bombs.example/stacked" {
			want = fetch.BadEncoding // more codings than permitted
		}
		if r.Reason != want {
			t.Errorf("%s: %q, want %s", r.URL, r.Reason, want)
		}
	}
	if peak > bombMemory {
		t.Errorf("peak memory %d MiB, want at most %d", peak>>20, bombMemory>>20)
	}
	t.Logf("%d bombs of %d MiB: peak memory %d MiB; longest durations: %v", len(all), bombSize>>20, peak>>20, longest)
}

func TestMaxBodyIsExact(t *testing.T) {
	t.Parallel()
	const limit = 1000
	w := crawltest.NewWeb(t)
	w.Handle("public.example", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &n)
		if r.URL.Query().Has("gzip") {
			rw.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(rw)
			_ = writeZeros(z, n)
			_ = z.Close()
			return
		}
		_ = writeZeros(rw, n)
	}))
	f := crawltest.Fetcher(t, w.Config())
	for _, query := range []string{"", "?gzip"} {
		for n, fits := range map[int]bool{0: true, 1: true, limit - 1: true, limit: true, limit + 1: false, 100 * limit: false} {
			at := fmt.Sprintf("http://public.example/%d%s", n, query)
			res, err := f.Do(t.Context(), fetch.Request{URL: at, MaxBody: limit})
			var fe *fetch.Error
			switch {
			case fits && (err != nil || len(res.Body) != n):
				t.Errorf("%s: %v, want %d bytes", at, err, n)
			case !fits && (!errors.As(err, &fe) || fe.Reason != fetch.TooLarge):
				t.Errorf("%s: %v, want %s", at, err, fetch.TooLarge)
			}
			res, err = f.Do(t.Context(), fetch.Request{URL: at, MaxBody: limit, Truncate: true})
			if err != nil || len(res.Body) != min(n, limit) {
				t.Errorf("%s truncated: %v, want %d bytes", at, err, min(n, limit))
			}
			var read int64
			_, err = f.Do(t.Context(), fetch.Request{URL: at, MaxBody: limit, ReadBody: func(r io.Reader) error {
				var err error
				read, err = io.Copy(io.Discard, r)
				return err
			}})
			if fits != (err == nil) || read != int64(min(n, limit)) {
				t.Errorf("%s read: %d bytes, %v", at, read, err)
			}
		}
	}
}
