package backup

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/clausea/crawler/internal/store"
)

// writer writes an archive.
type writer struct {
	out      *counter
	z        *zstd.Encoder
	buffer   *bufio.Writer
	checker  checker
	manifest Manifest
	sum      hash.Hash
}

// counter counts the bytes that are written to w.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func newWriter(w io.Writer) (*writer, error) {
	out := &counter{w: w}
	z, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(windowSize), zstd.WithEncoderCRC(true))
	if err != nil {
		return nil, fmt.Errorf("create the compressor: %w", err)
	}
	return &writer{out: out, z: z, buffer: bufio.NewWriterSize(z, 1<<16), manifest: Manifest{Format: formatVersion}}, nil
}

// put writes an entry. It rejects an entry that a restore would reject.
func (w *writer) put(e store.ArchiveEntry) error {
	last := len(w.manifest.Sections) - 1
	if last < 0 || w.manifest.Sections[last].Name != e.Family.Section {
		if err := w.endSection(); err != nil {
			return err
		}
		w.manifest.Sections = append(w.manifest.Sections, Section{Name: e.Family.Section, Records: map[string]int64{}})
		w.sum = sha256.New()
		last++
	}
	if err := w.checker.check(e); err != nil {
		return fmt.Errorf("%s %q: %w", e.Family.Name, e.Family.Key(e.Record), err)
	}
	record, err := json.Marshal(e.Record)
	if err != nil {
		return fmt.Errorf("encode %s %q: %w", e.Family.Name, e.Family.Key(e.Record), err)
	}
	l := line{Family: e.Family.Name, Record: record}
	if e.Family.HasBody {
		n := int64(len(e.Body))
		l.Bytes = &n
	}
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("encode %s %q: %w", e.Family.Name, e.Family.Key(e.Record), err)
	}
	if len(b) >= maxLine {
		return fmt.Errorf("%s %q has %d bytes: the maximum is %d", e.Family.Name, e.Family.Key(e.Record), len(b), maxLine)
	}
	s := &w.manifest.Sections[last]
	s.Records[e.Family.Name]++
	parts := [][]byte{b, newline}
	if e.Family.HasBody {
		parts = append(parts, e.Body, newline)
	}
	for _, p := range parts {
		_, _ = w.sum.Write(p)
		s.Bytes += int64(len(p))
		if _, err := w.buffer.Write(p); err != nil {
			return fmt.Errorf("write the archive: %w", err)
		}
	}
	return nil
}

// newline ends a record and a body.
var newline = []byte("\n")

// endSection completes the current section, if there is one.
func (w *writer) endSection() error {
	if len(w.manifest.Sections) == 0 {
		return nil
	}
	w.manifest.Sections[len(w.manifest.Sections)-1].SHA256 = hex.EncodeToString(w.sum.Sum(nil))
	return w.checker.endSection()
}

// finish writes the end of the archive.
func (w *writer) finish() error {
	if err := w.endSection(); err != nil {
		return err
	}
	if err := w.buffer.Flush(); err != nil {
		return fmt.Errorf("write the archive: %w", err)
	}
	if err := w.z.Close(); err != nil {
		return fmt.Errorf("write the archive: %w", err)
	}
	f, err := w.manifest.frame()
	if err != nil {
		return err
	}
	if _, err := w.out.Write(f); err != nil {
		return fmt.Errorf("write the archive: %w", err)
	}
	return w.manifest.check(w.out.n)
}

// abort releases the memory of the compressor.
func (w *writer) abort() { w.z.Reset(nil) }
