// Package backup writes all records of a store to an archive and restores them, also to a store
// of another kind. docs/backup.md describes the format.
package backup

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// formatVersion is the version of the format that this program writes. A program restores the
// archives of its own version and of all earlier ones.
const formatVersion = 1

// Bounds of an archive. They limit the memory and the storage that a crafted archive can use.
const (
	maxLine     = 16 << 20       // bytes of a record without its body
	maxBody     = pack.MaxSize   // bytes of a body
	maxManifest = 1 << 20        // bytes of the manifest
	windowSize  = 8 << 20        // bytes of the zstd window
	minTotal    = int64(1 << 30) // bytes of all sections that are always allowed
	// maxRatio is the maximum ratio of the bytes of all sections to those of the archive, beyond
	// minTotal. It was chosen by hand, and only has to stop decompression bombs.
	maxRatio = 1000
)

// The manifest is in a skippable frame of zstd at the end of the archive, so that zstd -d
// ignores it (RFC 8878, section 3.1.2). The frame ends with the length of the manifest and
// magic.
const (
	frameMagic  = 0x184D2A5C
	frameHeader = 8
	magic       = "CLAUSEA-BACKUP\r\n"
	trailerSize = 4 + len(magic)
)

// Manifest describes the contents of an archive.
type Manifest struct {
	Format    int       `json:"format"`
	CreatedAt time.Time `json:"createdAt"`
	// Program is the version of the program that wrote the archive.
	Program  string    `json:"program"`
	Sections []Section `json:"sections"`
}

// Section describes a section of an archive.
type Section struct {
	Name string `json:"name"`
	// Bytes is the number of decompressed bytes, and SHA256 their hex checksum.
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	// Records is the number of records by family.
	Records map[string]int64 `json:"records"`
}

// Records returns the number of records by family.
func (m Manifest) Records() map[string]int64 {
	all := map[string]int64{}
	for _, s := range m.Sections {
		for name, n := range s.Records {
			all[name] += n
		}
	}
	return all
}

// Bytes returns the number of decompressed bytes of all sections.
func (m Manifest) Bytes() (n int64) {
	for _, s := range m.Sections {
		n += s.Bytes
	}
	return n
}

// line is a record as it is written: one line of JSON, which the body follows.
type line struct {
	Family string          `json:"family"`
	Record json.RawMessage `json:"record"`
	// Bytes is the length of the body. It is nil in families without a body.
	Bytes *int64 `json:"bytes,omitempty"`
}

// errNotArchive reports that a file is no archive, or only the beginning of one.
var errNotArchive = errors.New("the file is not a complete backup: its end is missing or is not that of a backup")

// frame returns the skippable frame with the manifest.
func (m Manifest) frame() ([]byte, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode the manifest: %w", err)
	}
	f := binary.LittleEndian.AppendUint32(nil, frameMagic)
	f = binary.LittleEndian.AppendUint32(f, uint32(len(b)+trailerSize))
	f = append(f, b...)
	f = binary.LittleEndian.AppendUint32(f, uint32(len(b)))
	return append(f, magic...), nil
}

// readManifest reads the manifest at the end of an archive of size bytes. It returns the size of
// the data before it.
func readManifest(f io.ReaderAt, size int64) (m Manifest, data int64, err error) {
	trailer := make([]byte, trailerSize)
	if size < int64(frameHeader+trailerSize) {
		return m, 0, errNotArchive
	}
	if _, err := f.ReadAt(trailer, size-int64(trailerSize)); err != nil {
		return m, 0, fmt.Errorf("read the end of the archive: %w", err)
	}
	n := int64(binary.LittleEndian.Uint32(trailer))
	data = size - int64(trailerSize) - n - frameHeader
	if string(trailer[4:]) != magic || n > maxManifest || data < 0 {
		return m, 0, errNotArchive
	}
	b := make([]byte, frameHeader+n)
	if _, err := f.ReadAt(b, data); err != nil {
		return m, 0, fmt.Errorf("read the manifest: %w", err)
	}
	if binary.LittleEndian.Uint32(b) != frameMagic || int64(binary.LittleEndian.Uint32(b[4:])) != n+int64(trailerSize) {
		return m, 0, errNotArchive
	}
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(b[frameHeader:], &version); err != nil {
		return m, 0, fmt.Errorf("decode the manifest: %w", err)
	}
	if version.Format > formatVersion {
		return m, 0, fmt.Errorf("the archive has format %d, and this program supports formats up to %d: upgrade the program", version.Format, formatVersion)
	}
	if err := decodeStrict(b[frameHeader:], &m); err != nil {
		return m, 0, fmt.Errorf("decode the manifest: %w", err)
	}
	return m, data, m.check(size)
}

// check returns an error if the manifest of an archive of size bytes is invalid.
func (m Manifest) check(size int64) error {
	if m.Format < 1 {
		return fmt.Errorf("the manifest has the invalid format %d", m.Format)
	}
	next, total := 0, int64(0)
	for _, s := range m.Sections {
		i := sectionIndex(s.Name)
		if i < 0 {
			return fmt.Errorf("the manifest has the unknown section %.40q", s.Name)
		}
		if i < next {
			return fmt.Errorf("the manifest has the section %s twice or in the wrong order", s.Name)
		}
		next = i + 1
		if limit := minTotal + maxRatio*size; s.Bytes < 0 || s.Bytes > limit-total {
			return fmt.Errorf("the archive of %d bytes decompresses to more than %d bytes: it is not a backup of this program", size, limit)
		}
		total += s.Bytes
	}
	return nil
}

// sectionIndex returns the position of a section in store.ArchiveSections, or -1.
func sectionIndex(name string) int {
	for i, s := range store.ArchiveSections {
		if s == name {
			return i
		}
	}
	return -1
}
