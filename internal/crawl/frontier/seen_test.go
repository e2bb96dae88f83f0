package frontier

import "testing"

func TestSeenSetIsRestoredFromItsHashes(t *testing.T) {
	t.Parallel()
	s := NewSeen()
	if !s.Add("a") || s.Add("a") || !s.Add("b") || s.Len() != 2 {
		t.Errorf("the set has %d keys, want 2", s.Len())
	}
	restored := NewSeen()
	for _, h := range s.Hashes() {
		restored.AddHash(h)
	}
	if !restored.Has("a") || !restored.Has("b") || restored.Has("c") || restored.Len() != 2 {
		t.Errorf("the restored set has %d keys, want a and b", restored.Len())
	}
}
