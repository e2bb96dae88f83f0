// Package ratelimit limits how often something may happen: by a generic cell rate algorithm
// (ITU-T I.371) in the memory of the process, or in Redis, which several processes share.
package ratelimit

import (
	"context"
	"sync"
	"time"
)

// Quota is a number of requests in a window of time. The zero Quota is no limit.
type Quota struct {
	// Name identifies the quota to clients. It consists of letters, digits and hyphens.
	Name     string
	Requests int
	Window   time.Duration
}

// Unlimited reports whether the quota is no limit.
func (q Quota) Unlimited() bool { return q.Requests <= 0 || q.Window <= 0 }

// Result is the decision on one request.
type Result struct {
	Allowed bool
	// Remaining is how many further requests are allowed now.
	Remaining int
	// Reset is the time until the whole quota is available again.
	Reset time.Duration
	// RetryAfter is the time until one request is allowed, if this one is not.
	RetryAfter time.Duration
}

// Limiter decides on requests. It is safe for concurrent use.
type Limiter interface {
	// Allow counts a request of a key against a quota.
	Allow(ctx context.Context, key string, q Quota) Result
	// Return returns a request that Allow counted, because it had no effect.
	Return(ctx context.Context, key string, q Quota)
}

// decide applies the algorithm: full is the time at which the whole quota is available again. It
// returns the decision and the new time.
func decide(now, full time.Time, q Quota) (Result, time.Time) {
	interval := q.Window / time.Duration(q.Requests) // a request becomes available this often
	if full.Before(now) {
		full = now
	}
	next := full.Add(interval)
	if wait := next.Sub(now) - q.Window; wait > 0 {
		return Result{Reset: full.Sub(now), RetryAfter: wait}, full
	}
	return Result{Allowed: true, Remaining: int((q.Window - next.Sub(now)) / interval), Reset: next.Sub(now)}, next
}

// maxKeys bounds the memory of a Memory. An entry takes about 100 bytes.
const maxKeys = 100_000

// Memory is a Limiter in the memory of the process.
type Memory struct {
	now  func() time.Time
	mu   sync.Mutex
	full map[string]time.Time // when the whole quota of a key is available again
}

// NewMemory returns a Limiter in memory.
func NewMemory() *Memory { return &Memory{now: time.Now, full: map[string]time.Time{}} }

// Allow implements Limiter.
func (m *Memory) Allow(_ context.Context, key string, q Quota) Result {
	if q.Unlimited() {
		return Result{Allowed: true}
	}
	key = q.Name + "\n" + key
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	m.makeRoom(now)
	r, full := decide(now, m.full[key], q)
	m.full[key] = full
	return r
}

// Return implements Limiter.
func (m *Memory) Return(_ context.Context, key string, q Quota) {
	if q.Unlimited() {
		return
	}
	key = q.Name + "\n" + key
	m.mu.Lock()
	defer m.mu.Unlock()
	if full, ok := m.full[key]; ok {
		m.full[key] = full.Add(-q.Window / time.Duration(q.Requests))
	}
}

// makeRoom deletes entries whose quota is available again and, if that is not enough, some
// others: their callers get a new quota, which is better than refusing everyone.
func (m *Memory) makeRoom(now time.Time) {
	if len(m.full) < maxKeys {
		return
	}
	for key, full := range m.full {
		if !full.After(now) {
			delete(m.full, key)
		}
	}
	for key := range m.full {
		if len(m.full) < maxKeys*9/10 {
			return
		}
		delete(m.full, key)
	}
}
