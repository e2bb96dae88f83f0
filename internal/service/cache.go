package service

import (
	"context"
	"sync"
	"time"
)

// cache remembers results for a while. It computes one result at a time, which bounds the load
// that expensive reads cause. The zero cache is ready to use. It is safe for concurrent use.
type cache[K comparable, V any] struct {
	once    sync.Once
	lock    chan struct{} // has a buffer of one; in contrast to a mutex, waiting for it can end
	entries map[K]cacheEntry[V]
}

type cacheEntry[V any] struct {
	value   V
	expires time.Time
}

// maxCacheEntries bounds a cache.
const maxCacheEntries = 100

// get returns the result of a key, which load computes unless a result of the last ttl exists.
// Errors are not remembered.
func (c *cache[K, V]) get(ctx context.Context, key K, now time.Time, ttl time.Duration, load func(ctx context.Context) (V, error)) (v V, err error) {
	c.once.Do(func() { c.lock, c.entries = make(chan struct{}, 1), map[K]cacheEntry[V]{} })
	select {
	case c.lock <- struct{}{}:
		defer func() { <-c.lock }()
	case <-ctx.Done():
		return v, ctx.Err()
	}
	if e, ok := c.entries[key]; ok && now.Before(e.expires) {
		return e.value, nil
	}
	if v, err = load(ctx); err != nil {
		return v, err
	}
	if len(c.entries) >= maxCacheEntries {
		clear(c.entries)
	}
	c.entries[key] = cacheEntry[V]{v, now.Add(ttl)}
	return v, nil
}
