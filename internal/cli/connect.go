package cli

import (
	"context"
	"errors"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
)

const (
	// connectTimeout limits one attempt to connect. It is a little longer than the driver's server
	// selection, whose error names the cause.
	connectTimeout = 6 * time.Second
	// maxConnectWait is the maximum time between two attempts.
	maxConnectWait = 10 * time.Second
	// logInterval is the minimum time between two logs of the same reason.
	logInterval = time.Minute
	// startShutdownTimeout is how long a process that starts continues after a signal.
	startShutdownTimeout = 1500 * time.Millisecond
)

// connector opens a MongoDB store for a process that serves probes meanwhile.
type connector struct {
	uri, database string
	log           logr.Logger
	ready         *readyState
	loggedAt      time.Time
}

// openProcessStore opens and migrates the store of the operator and of standalone. It retries
// until MongoDB responds or ctx ends. An embedded store is opened once.
func openProcessStore(ctx context.Context, v *settings.Values, log logr.Logger, ready *readyState) (store.Store, error) {
	if embeddedFolder(v) != "" {
		return openStore(ctx, v)
	}
	c := &connector{uri: storeURI(v), database: v.MongoDatabase, log: log, ready: ready}
	type opened struct {
		s   store.Store
		err error
	}
	done := make(chan opened, 1)
	go func() {
		s, err := c.connect(ctx)
		done <- opened{s, err}
	}()
	select {
	case o := <-done:
		return o.s, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-done:
		return o.s, o.err
	case <-time.After(startShutdownTimeout): // the goroutine ends with the process
		return nil, ctx.Err()
	}
}

// connect tries to open the store until it succeeds, ctx ends, or another attempt cannot
// succeed because the URI is invalid.
func (c *connector) connect(ctx context.Context) (store.Store, error) {
	hosts := mongo.Hosts(c.uri)
	c.ready.set(componentStore, "connecting to MongoDB at "+hosts)
	c.log.Info("connecting to MongoDB", "hosts", hosts)
	began := time.Now()
	for wait := time.Second; ; wait = min(2*wait, maxConnectWait) {
		s, err := c.open(ctx)
		if err == nil {
			c.log.Info("connected to MongoDB", "hosts", hosts, "duration", time.Since(began).Round(time.Millisecond).String())
			return s, nil
		}
		failure := mongo.Explain(err, c.uri)
		switch {
		case ctx.Err() != nil:
			c.log.Info("stopped while connecting to MongoDB", "hosts", hosts, "cause", err.Error())
			return nil, ctx.Err()
		case failure == nil:
			return nil, err
		case failure.Cause == mongo.CauseInvalidURI:
			return nil, &exitError{exitUsage, failure}
		}
		c.report(failure, wait)
		select {
		case <-ctx.Done():
			c.log.Info("stopped while connecting to MongoDB", "hosts", hosts, "cause", failure.Error())
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// open tries once to open and migrate the store.
func (c *connector) open(ctx context.Context) (store.Store, error) {
	one, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	s, err := mongo.Open(one, c.uri, c.database)
	if err != nil {
		return nil, err
	}
	if _, err := s.Migrate(ctx); err != nil { // a migration of much data takes longer
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

// report publishes why an attempt failed. It logs each new cause, and the same one once a
// minute.
func (c *connector) report(failure error, wait time.Duration) {
	if !c.ready.set(componentStore, failure.Error()) && time.Since(c.loggedAt) < logInterval {
		return
	}
	c.loggedAt = time.Now()
	c.log.Error(failure, "failed to connect to MongoDB", "retryAfter", wait.String())
}
