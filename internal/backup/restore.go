package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/clausea/crawler/internal/store"
)

// Bounds of one write of a restore.
const (
	batchRecords = 500
	batchBytes   = 4 << 20
)

// Archive is a backup that is open for reading.
type Archive struct {
	archive
	f    *os.File
	size int64
}

// Open opens the backup in a file.
func Open(name string) (*Archive, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the backup: %w", err)
	}
	return open(f, name)
}

// OpenStream copies the backup that r contains to a temporary file, which Close deletes, because
// a backup is read twice.
func OpenStream(r io.Reader) (*Archive, error) {
	f, err := os.CreateTemp("", "clausea-restore-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("create a temporary file for the backup: %w", err)
	}
	// The file is deleted now, and its space is freed when it is closed.
	_, err = io.Copy(f, r)
	if err = errors.Join(os.Remove(f.Name()), err); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("copy the backup to a temporary file: %w", err)
	}
	return open(f, "the input")
}

func open(f *os.File, name string) (*Archive, error) {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	var a *archive
	if err == nil {
		a, err = openArchive(f, info.Size())
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("read the backup %s: %w", name, err)
	}
	return &Archive{*a, f, info.Size()}, nil
}

// Close closes the file.
func (a *Archive) Close() error { return a.f.Close() }

// Validate reads the whole backup and returns an error unless it is valid and complete.
func (a *Archive) Validate(ctx context.Context) (Result, error) {
	if err := a.each(ctx, func(store.ArchiveEntry) error { return nil }); err != nil {
		return Result{}, fmt.Errorf("validate the backup: %w", err)
	}
	return Result{a.manifest, a.size}, nil
}

// Restore writes the records of the backup to an empty store. The caller has called Validate
// before. After an error, the store is marked as being restored, and the next restore starts
// again.
func (a *Archive) Restore(ctx context.Context, s store.Archiver) error {
	r, err := s.BeginRestore(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close(ctx) }() // the mark of the store, not this, tells that the restore ended
	b := batch{to: r}
	if err := a.each(ctx, func(e store.ArchiveEntry) error { return b.put(ctx, e) }); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := b.flush(ctx); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := r.Finish(ctx); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// batch collects entries and writes them together.
type batch struct {
	to      store.Restorer
	entries []store.ArchiveEntry
	bytes   int
}

func (b *batch) put(ctx context.Context, e store.ArchiveEntry) error {
	b.entries = append(b.entries, e)
	b.bytes += len(e.Body)
	if len(b.entries) < batchRecords && b.bytes < batchBytes {
		return nil
	}
	return b.flush(ctx)
}

func (b *batch) flush(ctx context.Context) error {
	if len(b.entries) == 0 {
		return nil
	}
	err := b.to.Put(ctx, b.entries)
	b.entries, b.bytes = b.entries[:0], 0
	return err
}
