package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
)

// readAllBounded reads r to its end. It fails with errTooLarge beyond limit bytes. hint is the
// expected length, negative if unknown.
func readAllBounded(r io.Reader, limit, hint int64) ([]byte, error) {
	b, err := appendBounded(make([]byte, 0, max(4<<10, min(hint+512, 256<<10, limit+1))), r, limit)
	if err != nil {
		return nil, err
	}
	return b, nil
}

// readDecoded is readAllBounded for a content whose length is unknown, because it was encoded. A
// buffer that grows with the content would allocate 2.6 times its size for the pages of the
// benchmark, so it uses one that has grown already, and copies the content.
func readDecoded(r io.Reader, limit int64) ([]byte, error) {
	buf, _ := bodyBuffers.Get().(*[]byte)
	b, err := appendBounded((*buf)[:0], r, limit)
	if cap(b) <= maxBodyBuffer {
		*buf = b[:0]
		bodyBuffers.Put(buf)
	}
	if err != nil {
		return nil, err
	}
	return bytes.Clone(b), nil
}

// bodyBuffers holds the buffers of readDecoded.
var bodyBuffers = sync.Pool{New: func() any {
	b := make([]byte, 0, 64<<10)
	return &b
}}

// maxBodyBuffer bounds the size of a buffer that is reused, in bytes. Most pages are shorter.
const maxBodyBuffer = 512 << 10

// appendBounded appends what r has to b. It fails with errTooLarge if b becomes longer than limit
// bytes. It returns b as it has grown, also with an error.
func appendBounded(b []byte, r io.Reader, limit int64) ([]byte, error) {
	for {
		if int64(len(b)) > limit {
			return b, fmt.Errorf("%w of %d bytes", errTooLarge, limit)
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
			return b, err
		}
	}
}
