package service

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// System has the use cases of those who operate a deployment: its settings, its workers and the
// size of its store.
type System struct {
	Guard     Guard
	Store     SystemStore
	Resources Resources
	// Config are the settings of the process, without secrets.
	Config []Setting
	// DataFolder is the folder of an embedded store, or empty.
	DataFolder string

	workers cache[struct{}, Workers]
	size    cache[struct{}, StoreSize]
	// measured guards first, the first size that the process measured.
	measured sync.Mutex
	first    StoreSize
}

// SystemStore is the part of the store that System uses.
type SystemStore interface {
	ListRunsByState(ctx context.Context, state store.RunState, opts store.ListOptions) (items []store.Run, next string, err error)
	Size(ctx context.Context) (store.Size, error)
}

// Setting is a setting of a process. It has no secret.
type Setting struct {
	Name, Value string
	// Source is where the value comes from, such as "environment LOG_LEVEL".
	Source string
	// OverriddenBy is the field of a Company and a CrawlJob that overrides the value, or empty.
	OverriddenBy string
}

// Settings returns the settings of this process in the order of the reference. It needs the scope
// admin.
func (s *System) Settings(_ context.Context, caller Caller) ([]Setting, error) {
	if err := caller.Authorize(store.ScopeAdmin); err != nil {
		return nil, err
	}
	return slices.Clone(s.Config), nil
}

const (
	// systemTTL is how long workers are cached: many dashboards cost as much as one.
	systemTTL = 10 * time.Second
	// sizeTTL is how long the size of the store is cached.
	sizeTTL = time.Minute
	// maxFiles bounds the files of the data folder that are measured.
	maxFiles = 100_000
)

// Workers are the workers that execute runs at one time.
type Workers struct {
	At   time.Time
	Runs []WorkerRun // by worker, and then by company
	// More is set if more runs exist than Runs has.
	More bool
}

// WorkerRun is a run with the worker that executes it and the lease under which it writes.
type WorkerRun struct {
	Worker, RunID, Company string
	// Lease is the name of the lease, and Epoch the number of its owners until now.
	Lease string
	Epoch int64
	// Heartbeat is when the worker last reported that it executes the run.
	Heartbeat, StartedAt  time.Time
	Attempts, MaxAttempts int32
	// WaitingForHost is the host that another crawl holds, or empty.
	WaitingForHost string
}

// Workers returns the workers that execute runs, at most ten seconds old. Idle workers are not
// known to the store. The caller must not change the list.
func (s *System) Workers(ctx context.Context, caller Caller) (Workers, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return Workers{}, err
	}
	now := s.Guard.Now()
	return s.workers.get(ctx, struct{}{}, now, systemTTL, func(ctx context.Context) (Workers, error) {
		running, next, err := s.Store.ListRunsByState(ctx, store.RunRunning, store.ListOptions{Limit: store.MaxLimit})
		if err != nil {
			return Workers{}, fmt.Errorf("list the running crawls: %w", err)
		}
		w := Workers{At: now, More: next != ""}
		for _, r := range running {
			company, visible := nameOfCompany(s.Resources.Namespace, r.Company)
			if !visible {
				continue
			}
			w.Runs = append(w.Runs, WorkerRun{
				Worker: r.Worker, RunID: r.ID, Company: company, Lease: r.Fence.LeaseName, Epoch: r.Fence.Epoch, Heartbeat: r.Heartbeat,
				StartedAt: r.StartedAt, Attempts: r.Attempts, MaxAttempts: r.MaxAttempts, WaitingForHost: r.WaitingForHost,
			})
		}
		slices.SortFunc(w.Runs, func(a, b WorkerRun) int {
			if c := strings.Compare(a.Worker, b.Worker); c != 0 {
				return c
			}
			return strings.Compare(a.Company, b.Company)
		})
		return w, nil
	})
}

// StoreSize is the disk space of a store.
type StoreSize struct {
	// Known is false if the store could not be measured. The other fields are then zero.
	Known bool
	// Files is the number of files of an embedded store, and 0 for a database server.
	Files int
	Bytes int64
	// Indexes is the part of Bytes that the indexes of a database server use.
	Indexes int64
	// Partial is set if there are more files than are measured.
	Partial bool
	At      time.Time
	// Growth is how much Bytes grew since this process first measured it, at Since. Since is zero at
	// the first time.
	Growth int64
	Since  time.Time
}

// Size returns the size of the store, at most a minute old.
func (s *System) Size(ctx context.Context, caller Caller) (StoreSize, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return StoreSize{}, err
	}
	return s.size.get(ctx, struct{}{}, s.Guard.Now(), sizeTTL, func(ctx context.Context) (StoreSize, error) {
		size, err := s.measure(ctx)
		if ctx.Err() != nil {
			return StoreSize{}, ctx.Err()
		}
		if err != nil {
			s.Guard.Log.Error(err, "failed to measure the store")
			return StoreSize{}, nil
		}
		size.At = s.Guard.Now()
		s.measured.Lock()
		defer s.measured.Unlock()
		if s.first.Known {
			size.Growth, size.Since = size.Bytes-s.first.Bytes, s.first.At
		} else {
			s.first = size
		}
		return size, nil
	})
}

func (s *System) measure(ctx context.Context) (StoreSize, error) {
	if s.DataFolder != "" {
		return folderSize(ctx, s.DataFolder)
	}
	size, err := s.Store.Size(ctx)
	return StoreSize{Known: err == nil, Bytes: size.Bytes, Indexes: size.Indexes}, err
}

// folderSize measures the files below a folder, at most maxFiles. Files that are deleted meanwhile
// do not count.
func folderSize(ctx context.Context, folder string) (StoreSize, error) {
	size := StoreSize{Known: true}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path == folder:
			return err
		case err != nil || !entry.Type().IsRegular():
			return nil //nolint:nilerr // a file that was deleted meanwhile does not count
		case size.Files >= maxFiles:
			size.Partial = true
			return fs.SkipAll
		}
		if info, err := entry.Info(); err == nil {
			size.Files, size.Bytes = size.Files+1, size.Bytes+info.Size()
		}
		return nil
	})
	if err != nil {
		return StoreSize{}, fmt.Errorf("measure %s: %w", folder, err)
	}
	return size, nil
}
