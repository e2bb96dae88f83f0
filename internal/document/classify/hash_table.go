package classify

// hashTable maps hashes to non-zero numbers, by open addressing with linear probing. It is
// faster than a Go map, and the lexicon looks up every word of every page.
type hashTable struct {
	keys   []uint64
	values []uint32
	count  int
}

func newHashTable(size int) *hashTable {
	c := 16
	for c < 2*size {
		c *= 2
	}
	return &hashTable{keys: make([]uint64, c), values: make([]uint32, c)}
}

// mixHash mixes the bits of a hash. The low bits of the result select the slot.
func mixHash(h uint64) uint64 { return (h ^ h>>29) * 0x9e3779b97f4a7c15 >> 20 }

// get returns the number of a hash, or 0 if the table does not contain it.
func (t *hashTable) get(h uint64) uint32 {
	mask := uint64(len(t.keys) - 1)
	for i := mixHash(h) & mask; ; i = (i + 1) & mask {
		if v := t.values[i]; v == 0 || t.keys[i] == h {
			return v
		}
	}
}

// put assigns a non-zero number to a hash.
func (t *hashTable) put(h uint64, v uint32) {
	if 2*t.count >= len(t.keys) {
		bigger := newHashTable(len(t.keys))
		for i, v := range t.values {
			if v != 0 {
				bigger.put(t.keys[i], v)
			}
		}
		*t = *bigger
	}
	mask := uint64(len(t.keys) - 1)
	i := mixHash(h) & mask
	for t.values[i] != 0 && t.keys[i] != h {
		i = (i + 1) & mask
	}
	if t.values[i] == 0 {
		t.count++
	}
	t.keys[i], t.values[i] = h, v
}
