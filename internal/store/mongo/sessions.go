package mongo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// A fenced write is a transaction. If its client dies or hangs, MongoDB keeps the
// transaction open for a minute (transactionLifetimeLimitSeconds) with a lock on the lease,
// which would prevent a takeover. Each lease therefore records the session of its holder,
// and a process that takes over an expired lease first kills that session. Free and Flex
// clusters of Atlas refuse killSessions; there a takeover waits for the minute to pass.

// session is the server session in which the holder of a lease writes, one transaction at a
// time.
type session struct {
	sem     chan struct{} // semaphore; full while the session is in use
	inner   *mongo.Session
	epoch   int64 // epoch of the lease; 0 until it is acquired
	closing atomic.Bool
}

// sessions holds the sessions of the leases of this process, by lease name.
type sessions struct {
	mu   sync.Mutex
	held map[string]*session
}

// newSession starts a session. It returns nil if the server does not support transactions.
func (s *database) newSession() (*session, error) {
	if !s.replicated {
		return nil, nil
	}
	inner, err := s.client.StartSession()
	if err != nil {
		return nil, fmt.Errorf("start a session: %w", err)
	}
	return &session{sem: make(chan struct{}, 1), inner: inner}, nil
}

// id returns the server's identifier of the session.
func (s *session) id() any {
	if s == nil {
		return nil
	}
	return s.inner.ID()
}

func (s *sessions) get(name string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held[name]
}

// set stores own as the session of a lease that was acquired with epoch. It closes the session
// that own replaces.
func (s *sessions) set(ctx context.Context, name string, own *session, epoch int64) {
	if own == nil {
		return
	}
	own.epoch = epoch
	s.mu.Lock()
	old := s.held[name]
	if s.held == nil {
		s.held = map[string]*session{}
	}
	s.held[name] = own
	s.mu.Unlock()
	if old != nil && old != own {
		old.close(ctx)
	}
}

// remove closes the session of a lease that is released.
func (s *sessions) remove(ctx context.Context, name string, epoch int64) {
	s.mu.Lock()
	own := s.held[name]
	if own == nil || own.epoch != epoch {
		s.mu.Unlock()
		return
	}
	delete(s.held, name)
	s.mu.Unlock()
	own.close(ctx)
}

// acquire waits for exclusive use of the session until ctx ends. It acquires a free session
// even if ctx has ended.
func (s *session) acquire(ctx context.Context) error {
	if s.tryAcquire() {
		return nil
	}
	select {
	case s.sem <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the previous transaction of the session: %w", ctx.Err())
	}
}

// tryAcquire acquires the session if it is free.
func (s *session) tryAcquire() bool {
	select {
	case s.sem <- struct{}{}:
		return true
	default:
		return false
	}
}

// release ends the exclusive use of the session. If close was called and its context ended
// before the session was free, the last release ends the session.
func (s *session) release() {
	<-s.sem
	if s.closing.Load() && s.tryAcquire() {
		// All transactions have ended, so this makes no request.
		s.inner.EndSession(context.Background())
		<-s.sem
	}
}

// close ends the session as soon as no transaction uses it. If ctx ends before that, the
// release after the current transaction ends it.
func (s *session) close(ctx context.Context) {
	if s == nil {
		return
	}
	s.closing.Store(true)
	if s.acquire(ctx) == nil {
		s.release()
	}
}

// withSession runs do with the session of a lease. If this process does not hold the lease,
// do runs with a temporary session.
func (s *database) withSession(ctx context.Context, lease string, do func(context.Context, *mongo.Session) error) error {
	if own := s.sessions.get(lease); own != nil {
		if err := own.acquire(ctx); err != nil {
			return err
		}
		defer own.release()
		if !own.closing.Load() {
			return do(mongo.NewSessionContext(ctx, own.inner), own.inner)
		}
	}
	return s.client.UseSession(ctx, func(ctx context.Context) error { return do(ctx, mongo.SessionFromContext(ctx)) })
}

// killExpiredSession kills the session of an expired lease, and with it a transaction that
// may be open. A holder that was only slow retries its transaction and gets ErrFenced.
func (s *database) killExpiredSession(ctx context.Context, name, holder string) error {
	if !s.replicated {
		return nil
	}
	var old struct {
		Session bson.Raw `json:"session"`
	}
	err := s.db.Collection(leaseCollection).FindOne(ctx, bson.D{
		{Key: "_id", Value: name}, {Key: "holder", Value: bson.D{{Key: "$ne", Value: holder}}}, {Key: "session", Value: bson.D{{Key: "$ne", Value: nil}}},
		{Key: "$expr", Value: bson.D{{Key: "$lte", Value: bson.A{"$expires", "$$NOW"}}}},
	}).Decode(&old)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.client.Database("admin").RunCommand(ctx, bson.D{{Key: "killSessions", Value: bson.A{old.Session}}}).Err()
}
