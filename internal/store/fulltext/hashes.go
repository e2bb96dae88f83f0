package fulltext

// wordCount is how often a token occurs in a text.
type wordCount struct {
	hash    uint64
	count   int
	heading bool // it occurs in a heading
}

// wordCounts counts tokens by their hashes. It is a hash table with open addressing.
type wordCounts struct {
	all   []wordCount // in the order of the first occurrence
	slots []int32     // index in all plus 1, or 0; their number is a power of two
}

// firstSlots is the first size of a table. A text of 2,000 words has about 700 different ones.
const firstSlots = 2048

func newWordCounts() wordCounts {
	return wordCounts{all: make([]wordCount, 0, firstSlots/2), slots: make([]int32, firstSlots)}
}

// add counts a token.
func (w *wordCounts) add(hash uint64, heading bool) {
	slot := w.find(hash)
	i := w.slots[slot] - 1
	if i < 0 {
		i = int32(len(w.all))
		w.all = append(w.all, wordCount{hash: hash})
		w.slots[slot] = i + 1
		if 2*len(w.all) > len(w.slots) {
			w.grow()
		}
	}
	w.all[i].count++
	w.all[i].heading = w.all[i].heading || heading
}

// find returns the slot of a token, or the empty slot for it.
func (w *wordCounts) find(hash uint64) int {
	mask := len(w.slots) - 1
	for slot := int(hash) & mask; ; slot = (slot + 1) & mask {
		if i := w.slots[slot]; i == 0 || w.all[i-1].hash == hash {
			return slot
		}
	}
}

func (w *wordCounts) grow() {
	w.slots = make([]int32, 2*len(w.slots))
	for i, c := range w.all {
		w.slots[w.find(c.hash)] = int32(i) + 1
	}
}
