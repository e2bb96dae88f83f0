package fulltext

// Term is the hash of a token in the search index. It has 31 bits, so that it is a non-negative
// 32-bit integer in each database. The stores contain terms: these functions must not change
// without a migration.
type Term uint32

// TermOf returns the term of a token of a text.
func TermOf(token string) Term { return termOf(hashString(token)) }

// ProminentTermOf returns the term of a token that is prominent in a text.
func ProminentTermOf(token string) Term { return prominentTermOf(hashString(token)) }

func termOf(hash uint64) Term { return Term(hash >> 33) }

// prominentSeed distinguishes the terms of prominent tokens from the others.
const prominentSeed = 0x9E3779B97F4A7C15

func prominentTermOf(hash uint64) Term { return termOf(mix(hash + prominentSeed)) }

// The parameters of the 64-bit FNV-1a hash.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// addBytes adds the bytes of s to an unfinished hash, which begins as fnvOffset.
func addBytes(hash uint64, s string) uint64 {
	for i := range len(s) {
		hash = (hash ^ uint64(s[i])) * fnvPrime
	}
	return hash
}

// hashString returns the hash of a token.
func hashString(token string) uint64 { return mix(addBytes(fnvOffset, token)) }

// mix distributes the bits of a hash (the finalizer of SplitMix64).
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return h ^ h>>31
}
