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

// A fenced write is a transaction, and MongoDB keeps a transaction whose client died
// or stands still open for a minute (transactionLifetimeLimitSeconds), with a lock on
// the lease: nobody could take it over until then. So each lease says in which session
// its holder writes, and whoever takes over one that has run out ends that session
// first. Atlas' free and Flex clusters refuse that; there the minute has to pass.

// session is the one that a lease's holder writes in, one transaction at a time.
type session struct {
	sem     chan struct{} // holds one while the session is used
	inner   *mongo.Session
	epoch   int64 // of the lease; 0 until it is had
	closing atomic.Bool
}

// sessions are those of the leases that this process holds, by the leases' names.
type sessions struct {
	mu   sync.Mutex
	held map[string]*session
}

// newSession is nil where there are no transactions.
func (s *Store) newSession() (*session, error) {
	if !s.replicated {
		return nil, nil
	}
	inner, err := s.client.StartSession()
	if err != nil {
		return nil, fmt.Errorf("start a session: %w", err)
	}
	return &session{sem: make(chan struct{}, 1), inner: inner}, nil
}

// id is how the server knows the session.
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

// set makes own the session of a lease that was had with epoch, in place of any other.
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

// remove ends the session of a lease that is given up.
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

// acquire waits for the session until ctx ends; one that is free is had in any case.
func (s *session) acquire(ctx context.Context) error {
	if s.tryAcquire() {
		return nil
	}
	select {
	case s.sem <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the transaction before it: %w", ctx.Err())
	}
}

func (s *session) tryAcquire() bool {
	select {
	case s.sem <- struct{}{}:
		return true
	default:
		return false
	}
}

// release lets the next one have the session. One that is over is ended by whoever gives
// it last: it may have become so meanwhile, by one that did not wait.
func (s *session) release() {
	<-s.sem
	if s.closing.Load() && s.tryAcquire() {
		// Its transactions have ended, so this calls no server.
		s.inner.EndSession(context.Background())
		<-s.sem
	}
}

// close ends the session once no transaction uses it: now, or after the one that does
// and that ctx does not let it wait for.
func (s *session) close(ctx context.Context) {
	if s == nil {
		return
	}
	s.closing.Store(true)
	if s.acquire(ctx) == nil {
		s.release()
	}
}

// withSession runs do with the session of the lease that a write is made under; one that this
// process does not hold has a session for this write alone.
func (s *Store) withSession(ctx context.Context, lease string, do func(context.Context, *mongo.Session) error) error {
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

// killExpiredSession ends the session of a lease that has run out, with the transaction that it
// may have open. A holder that was only slow writes its transaction again and meets
// the fence.
func (s *Store) killExpiredSession(ctx context.Context, name, holder string) error {
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
