package soak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/internal/store/sqlite"
)

const (
	diskSize      = "48m"
	diskCompanies = 3
	// diskDuration is the duration of the phase, in which the disk is full twice.
	diskDuration = 2 * time.Minute
	diskFull     = 20 * time.Second
)

// fillDisk crawls with the embedded store on a small disk, which something else fills up.
func fillDisk(ctx context.Context, r *report.Report, o Options, dir string) (err error) {
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		return fmt.Errorf("create the folder of the disk: %w", err)
	}
	err = unix.Mount("tmpfs", disk, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size="+diskSize)
	if errors.Is(err, syscall.EPERM) {
		r.Unmeasured("soak with a full disk", "mounting a tmpfs needs root")
		return nil
	}
	if err != nil {
		return fmt.Errorf("mount a tmpfs on %s: %w", disk, err)
	}
	defer func() { err = errors.Join(err, unix.Unmount(disk, 0)) }()
	s, err := newSoak(ctx, o, dir, filepath.Join(disk, "data"), diskCompanies, padding)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		return err
	}
	o.Duration = min(o.Duration, diskDuration)
	b := &ballast{path: filepath.Join(disk, "ballast"), api: s.crawls.api}
	m, err := s.measure(ctx, o, b.run)
	if err != nil {
		return err
	}
	if err := s.measured.stop(); err != nil {
		return err
	}
	m.faults = map[string]int{"disk full": b.times}
	db, err := sqlite.Open(ctx, filepath.Join(disk, "data"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(context.WithoutCancel(ctx))) }()
	r.AtLeast("full disk: times that the store could not write", float64(b.noticed), 1, "")
	return s.report(ctx, r, "full disk", m, db)
}

// ballast fills a disk.
type ballast struct {
	path    string
	api     *client
	times   int // that the disk was filled
	noticed int // that the process reported it
}

// run fills the disk for some time, removes the ballast, and does so again until stop ends.
func (b *ballast) run(ctx, stop context.Context) error {
	for {
		select {
		case <-stop.Done():
			return nil
		case <-time.After(diskFull):
		}
		if err := b.fill(); err != nil {
			return errors.Join(err, os.Remove(b.path))
		}
		b.times++
		noticed := false
		full, cancel := context.WithTimeout(ctx, diskFull)
		// The ballast grows when the store releases space, as it does at a checkpoint of its log.
		_ = await(full, time.Second, func() (bool, error) {
			noticed = noticed || b.api.call(full, http.MethodGet, "/readyz", nil, nil) != nil
			return false, b.fill()
		})
		cancel()
		if noticed {
			b.noticed++
		}
		if err := os.Remove(b.path); err != nil {
			return fmt.Errorf("remove the ballast: %w", err)
		}
	}
}

// fill appends to the ballast until no block is left.
func (b *ballast) fill() error {
	f, err := os.OpenFile(b.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}
	defer func() { _ = f.Close() }()
	if _, err := io.Copy(f, zeros{}); !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("fill the disk: %w", err)
	}
	return nil
}

// zeros is an endless reader.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
