package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"

	"github.com/klauspost/compress/zstd"

	"github.com/clausea/crawler/internal/store"
)

// archive is an archive that can be read several times.
type archive struct {
	f        io.ReaderAt
	data     int64 // bytes before the manifest
	manifest Manifest
}

// openArchive reads the manifest of an archive of size bytes.
func openArchive(f io.ReaderAt, size int64) (*archive, error) {
	m, data, err := readManifest(f, size)
	if err != nil {
		return nil, err
	}
	return &archive{f, data, m}, nil
}

// each passes all entries to put. It validates each entry before that, and a section after its
// last entry: if each returns an error, put may have received some entries.
func (a *archive) each(ctx context.Context, put func(store.ArchiveEntry) error) error {
	z, err := zstd.NewReader(io.NewSectionReader(a.f, 0, a.data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(windowSize), zstd.WithDecoderLowmem(true))
	if err != nil {
		return fmt.Errorf("decompress the archive: %w", err)
	}
	defer z.Close()
	in := bufio.NewReaderSize(z, 1<<16)
	var c checker
	for _, s := range a.manifest.Sections {
		if err := eachInSection(ctx, in, s, &c, put); err != nil {
			return fmt.Errorf("section %s: %w", s.Name, err)
		}
		if err := c.endSection(); err != nil {
			return fmt.Errorf("section %s: %w", s.Name, err)
		}
	}
	switch _, err := in.ReadByte(); {
	case err == nil:
		return errors.New("the archive has data after its last section")
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("decompress the end of the archive: %w", err)
	}
	return nil
}

// eachInSection passes the entries of one section to put.
func eachInSection(ctx context.Context, in *bufio.Reader, s Section, c *checker, put func(store.ArchiveEntry) error) error {
	sum := sha256.New()
	limited := &io.LimitedReader{R: in, N: s.Bytes}
	r := bufio.NewReaderSize(io.TeeReader(limited, sum), 1<<16)
	records := map[string]int64{}
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		e, err := readEntry(r, s.Name)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = c.check(e)
		}
		if err != nil {
			return fmt.Errorf("record %d: %w", n, err)
		}
		records[e.Family.Name]++
		if err := put(e); err != nil {
			return err
		}
	}
	if limited.N > 0 {
		return fmt.Errorf("it has %d bytes, and the manifest says %d: the archive is truncated", s.Bytes-limited.N, s.Bytes)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != s.SHA256 {
		return fmt.Errorf("its SHA-256 is %s, and the manifest says %.64q: the archive is damaged", got, s.SHA256)
	}
	if !maps.Equal(records, s.Records) {
		return fmt.Errorf("it has the records %v, and the manifest says %v", records, s.Records)
	}
	return nil
}

// readEntry reads the next entry of a section. It returns io.EOF at the end of the section.
func readEntry(r *bufio.Reader, section string) (e store.ArchiveEntry, err error) {
	b, err := readLine(r)
	if err != nil {
		return e, err
	}
	var l line
	if err := json.Unmarshal(b, &l); err != nil {
		return e, fmt.Errorf("decode the record: %w", err)
	}
	if canonical, err := json.Marshal(l); err != nil || !bytes.Equal(canonical, b) {
		return e, errors.New("the record is not in the form family, record, bytes")
	}
	for _, f := range store.ArchiveFamilies {
		if f.Name == l.Family && f.Section == section {
			e.Family = f
		}
	}
	if e.Family == nil {
		return e, fmt.Errorf("unknown family %.40q", l.Family)
	}
	e.Record = e.Family.New()
	if err := decodeStrict(l.Record, e.Record); err != nil {
		return e, fmt.Errorf("decode the %s: %w", l.Family, err)
	}
	if e.Family.HasBody != (l.Bytes != nil) {
		return e, fmt.Errorf("%s: the record must have a body exactly if its family has one", l.Family)
	}
	if l.Bytes != nil {
		if e.Body, err = readBody(r, *l.Bytes); err != nil {
			return e, fmt.Errorf("read the body of the %s: %w", l.Family, err)
		}
	}
	return e, nil
}

// readLine reads a line without its newline. It returns io.EOF if there is none.
func readLine(r *bufio.Reader) ([]byte, error) {
	var long []byte
	for {
		part, err := r.ReadSlice('\n')
		switch {
		case err == nil && long == nil:
			return part[:len(part)-1], nil
		case err == nil:
			return append(long, part[:len(part)-1]...), nil
		case errors.Is(err, io.EOF) && len(part)+len(long) > 0:
			return nil, fmt.Errorf("the record is truncated: %w", io.ErrUnexpectedEOF)
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
		if long = append(long, part...); len(long) > maxLine {
			return nil, fmt.Errorf("the record has more than %d bytes", maxLine)
		}
	}
}

// readBody reads a body of n bytes and the newline after it.
func readBody(r *bufio.Reader, n int64) ([]byte, error) {
	if n < 0 || n > maxBody {
		return nil, fmt.Errorf("it has %d bytes: the maximum is %d", n, maxBody)
	}
	// The buffer grows with the data, because n may be wrong.
	var b bytes.Buffer
	if _, err := io.CopyN(&b, r, n); err != nil {
		return nil, truncated(err)
	}
	end, err := r.ReadByte()
	if err != nil {
		return nil, truncated(err)
	}
	if end != '\n' {
		return nil, errors.New("it does not end with a newline")
	}
	if b.Len() == 0 {
		return []byte{}, nil
	}
	return b.Bytes(), nil
}

// truncated replaces io.EOF, which marks the end of a section.
func truncated(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
