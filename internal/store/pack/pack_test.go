package pack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestDecodeReturnsTheEncodedText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(t, "text")
		var prev []byte
		if rapid.Bool().Draw(t, "with a predecessor") {
			prev = append(bytes.Clone(text), rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "more")...)
		}
		blob, full, err := Encode(prev, text)
		if err != nil {
			t.Fatal(err)
		}
		if full {
			prev = nil
		}
		if got, err := Decode(prev, blob); err != nil || !bytes.Equal(got, text) {
			t.Fatalf("%d bytes decoded to %d bytes, %v", len(text), len(got), err)
		}
	})
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestASimilarSnapshotIsStoredAsADelta(t *testing.T) {
	t.Parallel()
	var page []byte
	for i := range 3000 {
		page = fmt.Appendf(page, "<p>%x</p>\n", sha256.Sum256(fmt.Append(nil, i)))
	}
	kept := map[string][]byte{}
	get := func(hash string) ([]byte, error) { return kept[hash], nil }
	var base []byte
	hash, depth, whole, deepest := "", 0, 0, 0
	for i := range 3 * KeyframeInterval {
		page = fmt.Appendf(page, "<p>%d</p>\n", i)
		blob, err := EncodeSnapshot(base, hash, depth, page)
		if err != nil {
			t.Fatal(err)
		}
		if len(blob) > 1000 {
			whole++
		}
		hash = hashOf(page)
		kept[hash] = blob
		if base, depth, err = DecodeSnapshot(hash, get); err != nil || !bytes.Equal(base, page) {
			t.Fatalf("snapshot %d decoded to %d of %d bytes, %v", i, len(base), len(page), err)
		}
		deepest = max(deepest, depth)
	}
	if whole != 3 || deepest != KeyframeInterval-1 {
		t.Errorf("of %d snapshots %d are keyframes and the longest chain has %d deltas; want 3 and %d", 3*KeyframeInterval, whole, deepest, KeyframeInterval-1)
	}
}

func TestACyclicChainFails(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(nil)
	circle := append(append([]byte{deltaMarker, 1}, sum[:]...), "delta"...)
	_, _, err := DecodeSnapshot(hex.EncodeToString(sum[:]), func(string) ([]byte, error) { return circle, nil })
	if !errors.Is(err, errChainTooLong) {
		t.Errorf("DecodeSnapshot returned %v, want %v", err, errChainTooLong)
	}
}

func TestASnapshotWithAMissingBaseFails(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	sum := sha256.Sum256([]byte("base"))
	blob := append(append([]byte{deltaMarker, 1}, sum[:]...), "delta"...)
	_, _, err := DecodeSnapshot("top", func(hash string) ([]byte, error) {
		if hash == "top" {
			return blob, nil
		}
		return nil, lost
	})
	if !errors.Is(err, lost) {
		t.Errorf("DecodeSnapshot returned %v, want %v", err, lost)
	}
}
