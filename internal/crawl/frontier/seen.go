package frontier

import "github.com/cespare/xxhash/v2"

// Seen is a set of canonical URLs, kept as 64-bit hashes: a crawl of a million
// URLs takes about 20 MB, and the chance that two of them share a hash is 3e-8.
type Seen struct{ m map[uint64]struct{} }

// NewSeen makes an empty set.
func NewSeen() *Seen { return &Seen{m: map[uint64]struct{}{}} }

// Add puts key into the set and reports whether it was new.
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

// Len is the number of keys.
func (s *Seen) Len() int { return len(s.m) }

// Hashes lists the set, for a checkpoint.
func (s *Seen) Hashes() []uint64 {
	all := make([]uint64, 0, len(s.m))
	for h := range s.m {
		all = append(all, h)
	}
	return all
}

// AddHash puts a hash from Hashes back.
func (s *Seen) AddHash(h uint64) { s.m[h] = struct{}{} }
