package pack

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDeltasDecodeToTheirTexts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOf(rapid.Byte())
		prev, next := text.Draw(t, "before"), text.Draw(t, "after")
		if rapid.Bool().Draw(t, "similar") {
			at := rapid.IntRange(0, len(prev)).Draw(t, "at")
			next = append(append(append([]byte(nil), prev[:at]...), next...), prev[at:]...)
		}
		var base []byte
		if len(prev) > 0 {
			base = prev
		}
		blob, full, err := Encode(base, next)
		if err != nil {
			t.Fatal(err)
		}
		if full {
			base = nil
		}
		got, err := Decode(base, blob)
		if err != nil || !bytes.Equal(got, next) {
			t.Fatalf("%d bytes decoded to %d bytes, %v", len(next), len(got), err)
		}
	})
}

func TestADeltaOfAChangedSentenceIsSmall(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "Section %d says what party %x owes to party %x. ", i, i*7919, i*104729)
	}
	before := b.String()
	after := strings.Replace(before, "Section 1000 says", "Section 1000 now says", 1)
	whole, full, err := Encode(nil, []byte(after))
	if err != nil || !full {
		t.Fatalf("%v, keyframe %v", err, full)
	}
	delta, full, err := Encode([]byte(before), []byte(after))
	if err != nil || full {
		t.Fatalf("%v, keyframe %v", err, full)
	}
	if len(delta)*50 > len(whole) {
		t.Errorf("the delta of a changed sentence has %d bytes, the whole text %d", len(delta), len(whole))
	}
}

func TestDecodingADamagedBlobFails(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Repeat("The parties agree. ", 500))
	blob, _, err := Encode(nil, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{{}, {0}, blob[:len(blob)/2], append([]byte{255}, blob...)} {
		if got, err := Decode(nil, bad); err == nil && !bytes.Equal(got, text) && len(bad) > 0 {
			t.Errorf("%d invalid bytes decoded to %d bytes", len(bad), len(got))
		}
	}
}

func TestABlobIsNotOverwrittenByTheNext(t *testing.T) {
	t.Parallel()
	texts := []string{"", "The parties agree.", strings.Repeat("The parties disagree. ", 100)}
	blobs := make([][]byte, len(texts))
	for i, text := range texts {
		blob, _, err := Encode(nil, []byte(text))
		if err != nil || len(blob) == 0 {
			t.Fatalf("a text of %d bytes has a blob of %d bytes, %v", len(text), len(blob), err)
		}
		blobs[i] = blob
	}
	for i, text := range texts {
		if got, err := Decode(nil, blobs[i]); err != nil || string(got) != text {
			t.Errorf("a text of %d bytes is decoded to %d bytes, %v", len(text), len(got), err)
		}
	}
}
