package frontier

import "github.com/cespare/xxhash/v2"

// Seen is the set of deduplication keys of a crawl, stored as 64-bit hashes. A million keys take
// about 20 MB; the probability that two of them share a hash is 3e-8.
type Seen struct{ m map[uint64]struct{} }

// NewSeen returns an empty set.
func NewSeen() *Seen { return &Seen{m: map[uint64]struct{}{}} }

// Add adds key to the set and reports whether it was new.
func (s *Seen) Add(key string) bool {
	h := xxhash.Sum64String(key)
	if _, ok := s.m[h]; ok {
		return false
	}
	s.m[h] = struct{}{}
	return true
}

// Has reports whether key is in the set.
func (s *Seen) Has(key string) bool {
	_, ok := s.m[xxhash.Sum64String(key)]
	return ok
}

// Len returns the number of keys.
func (s *Seen) Len() int { return len(s.m) }

// Hashes returns the hashes of all keys, for a checkpoint.
func (s *Seen) Hashes() []uint64 {
	all := make([]uint64, 0, len(s.m))
	for h := range s.m {
		all = append(all, h)
	}
	return all
}

// AddHash adds a hash that Hashes returned.
func (s *Seen) AddHash(h uint64) { s.m[h] = struct{}{} }
