// Package soak lets standalone processes crawl for a long time while processes are killed, MongoDB elects
// primaries, sites hang and a disk fills up. It measures whether a process needs more and more memory,
// goroutines or descriptors, and verifies that nothing is lost.
package soak

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/bench/site"
	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store/mongo"
)

// Options select what is measured.
type Options struct {
	// Binary is the path of the program.
	Binary string
	// Duration is the time during which crawls are started.
	Duration time.Duration
	// Seed selects the faults. 0 selects a random seed.
	Seed uint64
	// Backend selects one phase: mongodb or embedded. If it is empty, both run.
	Backend string
	// Logs is the folder for the logs of the processes. If it is empty, they are deleted.
	Logs string
}

const (
	members   = 3  // of the replica set
	companies = 12 // whose sites are crawled
	padding   = 20 << 10
)

// maxSlope is the requirement for the memory, in MiB in ten minutes. maxMore is the number of goroutines, and
// of descriptors, that the idle process may have more than before the faults.
const (
	maxSlope = 1
	maxMore  = 0
)

// Run runs the soak with MongoDB, and then fills the disk of the embedded store.
func Run(ctx context.Context, r *report.Report, o Options) error {
	if o.Seed == 0 {
		o.Seed = rand.Uint64N(1_000_000) + 1 // it is printed
	}
	r.Section(fmt.Sprintf("Soak: %s with faults", o.Duration))
	r.Note("Seed: %d. Load average at the start: %s.", o.Seed, measure.LoadAverage())
	dir, err := os.MkdirTemp("", "clausea-soak")
	if err != nil {
		return fmt.Errorf("create a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if o.Logs == "" {
		o.Logs = dir
	} else if err := os.MkdirAll(o.Logs, 0o750); err != nil {
		return fmt.Errorf("create the folder for logs: %w", err)
	}
	if o.Backend != "embedded" {
		if err := runFaults(ctx, r, o, dir); err != nil {
			return fmt.Errorf("faults, seed %d: %w", o.Seed, err)
		}
	}
	if o.Backend != "mongodb" {
		if err := fillDisk(ctx, r, o, dir); err != nil {
			return fmt.Errorf("full disk, seed %d: %w", o.Seed, err)
		}
	}
	return nil
}

// soak is a measured process with its sites.
type soak struct {
	web      *web
	server   *site.Server
	measured *process
	crawls   *crawls
	follower *follower
}

// newSoak serves the sites, starts the measured process on a store and creates the companies.
func newSoak(ctx context.Context, o Options, dir, store string, n, padding int) (*soak, error) {
	s := &soak{web: newWeb(padding)}
	var err error
	if s.server, err = site.Serve(s.web, dir); err != nil {
		return nil, err
	}
	if s.measured, err = s.newProcess(ctx, o, store, "measured"); err != nil {
		return s, err
	}
	api, err := newClient(s.measured.port)
	if err != nil {
		return s, err
	}
	s.follower = &follower{api: api}
	s.crawls = &crawls{web: s.web, api: api, companies: n}
	if err := s.measured.start(); err != nil {
		return s, err
	}
	if err := api.signIn(ctx, s.measured); err != nil {
		return s, err
	}
	return s, s.crawls.createCompanies(ctx)
}

func (s *soak) newProcess(ctx context.Context, o Options, store, name string) (*process, error) {
	return newProcess(ctx, o.Binary, store, s.server.CA, s.server.Addr, filepath.Join(o.Logs, fmt.Sprintf("%s-%d.log", name, o.Seed)))
}

func (s *soak) close() {
	if s.measured != nil {
		s.measured.kill()
	}
	s.server.Close()
}

// runFaults is the soak with MongoDB.
func runFaults(ctx context.Context, r *report.Report, o Options, dir string) (err error) {
	mongod, err := replicaset.Find()
	if err != nil {
		r.Unmeasured("soak with MongoDB", err)
		return nil
	}
	set, err := replicaset.Start(ctx, mongod, filepath.Join(dir, "mongodb"), members)
	if err != nil {
		return err
	}
	defer set.Close()
	s, err := newSoak(ctx, o, dir, set.URI, companies, padding)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		return err
	}
	sibling, err := s.newProcess(ctx, o, set.URI, "sibling")
	if err != nil {
		return err
	}
	if err := sibling.start(); err != nil {
		return err
	}
	defer sibling.kill()
	db, err := mongo.Open(ctx, set.URI, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(context.WithoutCancel(ctx))) }()
	s.crawls.cleaner = newCleaner(db)

	f := &faulter{random: rand.New(rand.NewPCG(o.Seed, 1)), set: set, sibling: sibling, web: s.web, companies: companies} // the plan must be repeatable
	m, err := s.measure(ctx, o, f.run)
	if err != nil {
		return err
	}
	if err := errors.Join(s.measured.stop(), sibling.stop()); err != nil {
		return err
	}
	m.faults = f.counts
	m.requireSlopes(r, "MongoDB")
	return s.report(ctx, r, "MongoDB", m, db)
}
