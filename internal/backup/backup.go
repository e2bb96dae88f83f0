package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// Result is what a backup or a restore did.
type Result struct {
	Manifest Manifest
	// Bytes is the size of the archive.
	Bytes int64
}

// Write writes all records of s to w. program is the version of this program.
func Write(ctx context.Context, s store.Dumper, w io.Writer, program string) (Result, error) {
	a, err := newWriter(w)
	if err != nil {
		return Result{}, err
	}
	a.manifest.CreatedAt, a.manifest.Program = time.Now().UTC().Truncate(time.Second), program
	if err := s.Dump(ctx, a.put); err != nil {
		a.abort()
		return Result{}, err
	}
	if err := a.finish(); err != nil {
		return Result{}, err
	}
	return Result{a.manifest, a.out.n}, nil
}

// WriteFile is like Write, but writes a file that only its owner can read. The file is complete
// or, after an error, what it was before.
func WriteFile(ctx context.Context, s store.Dumper, name, program string) (res Result, err error) {
	dir := filepath.Dir(name)
	f, err := os.CreateTemp(dir, "."+filepath.Base(name)+".*.tmp") // mode 0600
	if err != nil {
		return Result{}, fmt.Errorf("create the backup: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if res, err = Write(ctx, s, f, program); err != nil {
		return Result{}, fmt.Errorf("write the backup %s: %w", name, err)
	}
	if err = errors.Join(f.Sync(), f.Close()); err != nil {
		return Result{}, fmt.Errorf("write the backup %s: %w", name, err)
	}
	if err = os.Rename(f.Name(), name); err != nil {
		return Result{}, fmt.Errorf("write the backup: %w", err)
	}
	if err := syncFolder(dir); err != nil { // the file is complete, but may not survive a power failure
		return Result{}, fmt.Errorf("write the backup %s: %w", name, err)
	}
	return res, nil
}

// syncFolder writes the entries of a folder to the disk.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
