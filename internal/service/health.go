package service

import (
	"context"
	"errors"
	"runtime/metrics"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Health has the use cases of the health of the process and of what it depends on.
type Health struct {
	Guard     Guard
	Store     HealthStore
	Resources Resources
	Process   Process

	pings   cache[struct{}, StoreHealth]
	details cache[struct{}, HealthDetails]
}

// HealthStore is the part of the store that Health uses.
type HealthStore interface {
	Ping(ctx context.Context) error
	ListRunsByState(ctx context.Context, state store.RunState, opts store.ListOptions) (items []store.Run, next string, err error)
	QueryRuns(ctx context.Context, q store.RunQuery) (items []store.Run, next string, err error)
}

// Process is what Health reports about the process without a measurement.
type Process struct {
	Version string
	// DataFolder is the folder whose file system Health measures. It is empty if the process
	// stores nothing on a disk.
	DataFolder string
	// LanguageModel is the configured provider or model, or empty.
	LanguageModel string
}

const (
	// pingTTL is how long the result of a check of the store is used. Probes and load balancers
	// can check several times a second.
	pingTTL     = 2 * time.Second
	pingTimeout = 2 * time.Second
	// detailsTTL is how long the details are used; they cost some reads.
	detailsTTL = 10 * time.Second
	// minFreeDisk is the free space of the data folder below which the process is degraded, in
	// bytes. Chosen by hand: a large crawl stores about 100 MiB.
	minFreeDisk = 256 << 20
	// lastRunsRead bounds the runs among which the last successful one is searched.
	lastRunsRead = 100
)

// HealthStatus summarizes the health of a process.
type HealthStatus string

// The statuses of a process.
const (
	HealthOK          HealthStatus = "ok"
	HealthDegraded    HealthStatus = "degraded"    // it works, but the disk is nearly full
	HealthUnavailable HealthStatus = "unavailable" // the store does not respond
)

// HealthReport is the health of a process.
type HealthReport struct {
	Status HealthStatus
	// Details is nil if the caller may not read.
	Details *HealthDetails
}

// HealthDetails is what people need to judge a process.
type HealthDetails struct {
	Process Process
	Store   StoreHealth
	// Disk is nil if the process stores nothing on a disk, or if it cannot be measured.
	Disk   *DiskSpace
	Memory uint64 // bytes that the process has reserved from the system
	// Queue is nil if the store does not respond.
	Queue *QueueHealth
}

// StoreHealth is the result of a check of the store.
type StoreHealth struct {
	Reachable bool
	Latency   time.Duration // of a write and a read
}

// QueueHealth describes the queue of runs.
type QueueHealth struct {
	// Pending is the number of runs that wait for a worker. It is at most MaxLimit; More is set
	// if there are more.
	Pending int
	More    bool
	// LastSuccess is the last created run that is complete. Its ID is empty if none of the newest
	// runs of the namespace is. Its Company is a name.
	LastSuccess store.Run
}

// DiskSpace is the space of a file system, in bytes.
type DiskSpace struct{ Free, Total uint64 }

// Ready returns an Unavailable problem if the store does not respond. The result is at most 2
// seconds old.
func (s *Health) Ready(ctx context.Context) error {
	p, err := s.ping(ctx)
	if err != nil {
		return err
	}
	if !p.Reachable {
		return problem.New(problem.Unavailable, "the store does not respond")
	}
	return nil
}

// Report returns the health of the process. Only callers with a key that may read receive details:
// an anonymous caller learns neither the version nor how the process is operated.
func (s *Health) Report(ctx context.Context, caller Caller) (HealthReport, error) {
	p, err := s.ping(ctx)
	if err != nil {
		return HealthReport{}, err
	}
	disk := s.disk()
	r := HealthReport{Status: HealthOK}
	switch {
	case !p.Reachable:
		r.Status = HealthUnavailable
	case disk != nil && disk.Free < minFreeDisk:
		r.Status = HealthDegraded
	}
	if caller.Actor == "" || caller.Actor == "anonymous" || !caller.Allows(store.ScopeRead) {
		return r, nil
	}
	d := HealthDetails{}
	if p.Reachable {
		d, err = s.details.get(ctx, struct{}{}, s.Guard.Now(), detailsTTL, s.measure)
	}
	if err != nil {
		return r, err
	}
	d.Process, d.Store, d.Disk, d.Memory = s.Process, p, disk, memoryInUse()
	r.Details = &d
	return r, nil
}

// ping checks the store, or returns the result of a check that is at most pingTTL old. Its error
// is that of ctx.
func (s *Health) ping(ctx context.Context) (StoreHealth, error) {
	return s.pings.get(ctx, struct{}{}, s.Guard.Now(), pingTTL, func(ctx context.Context) (StoreHealth, error) {
		limited, cancel := context.WithTimeout(ctx, pingTimeout)
		defer cancel()
		started := time.Now()
		err := s.Store.Ping(limited)
		if ctx.Err() != nil {
			return StoreHealth{}, ctx.Err()
		}
		if err != nil {
			s.Guard.Log.Error(err, "the store does not respond")
		}
		return StoreHealth{Reachable: err == nil, Latency: time.Since(started)}, nil
	})
}

// measure reads the details that the store has.
func (s *Health) measure(ctx context.Context) (d HealthDetails, err error) {
	pending, next, err := s.Store.ListRunsByState(ctx, store.RunPending, store.ListOptions{Limit: store.MaxLimit})
	if err != nil {
		return d, err
	}
	d.Queue = &QueueHealth{Pending: len(pending), More: next != ""}
	complete, _, err := s.Store.QueryRuns(ctx, store.RunQuery{States: []store.RunState{store.RunComplete}, ListOptions: store.ListOptions{Limit: lastRunsRead}})
	if err != nil {
		return d, err
	}
	for _, r := range complete {
		var visible bool
		if r.Company, visible = nameOfCompany(s.Resources.Namespace, r.Company); visible {
			d.Queue.LastSuccess = r
			break
		}
	}
	return d, nil
}

// disk measures the file system of the data folder, or returns nil.
func (s *Health) disk() *DiskSpace {
	if s.Process.DataFolder == "" {
		return nil
	}
	d, err := diskSpace(s.Process.DataFolder)
	if err != nil {
		if !errors.Is(err, errors.ErrUnsupported) {
			s.Guard.Log.Error(err, "failed to measure the free space", "folder", s.Process.DataFolder)
		}
		return nil
	}
	return &d
}

// memoryInUse returns the bytes that the Go runtime has reserved and not returned to the system.
func memoryInUse() uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}
