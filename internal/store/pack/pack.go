// Package pack compresses version texts and snapshots for the stores, as a whole or as a delta
// to a previous text or snapshot.
package pack

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// KeyframeInterval is the maximum number of versions from one keyframe to the next. It bounds
// the chain of deltas that must be decoded to read a version.
const KeyframeInterval = 16

// MaxSize is the maximum size of a text or snapshot, in bytes. It was chosen by hand.
const MaxSize = 256 << 20

// Encode compresses text, as a delta to prev unless prev is nil or the whole text is not
// larger than the delta. keyframe reports whether the blob can be decoded without prev.
func Encode(prev, text []byte) (blob []byte, keyframe bool, err error) {
	var delta []byte
	if prev != nil {
		delta, err = encode(prev, text)
		if err != nil || len(delta) < len(text)/minDeltaRatio {
			return delta, false, err
		}
	}
	whole, err := encode(nil, text)
	if err != nil || prev == nil || len(delta) >= len(whole) {
		return whole, true, err
	}
	return delta, false, nil
}

// minDeltaRatio is the compression ratio above which Encode uses a delta without compressing the
// whole text for comparison. Legal texts and their pages compress only to a third to an eighth.
const minDeltaRatio = 20

// Decode is the inverse of Encode. prev must be the text that Encode used, unless the blob is
// a keyframe.
func Decode(prev, blob []byte) ([]byte, error) {
	d, done, err := decoder(prev)
	if err != nil {
		return nil, fmt.Errorf("decompress a version: %w", err)
	}
	defer done()
	out, err := d.DecodeAll(blob, nil)
	if err != nil {
		return nil, fmt.Errorf("decompress a version of %d bytes: %w", len(blob), err)
	}
	return out, nil
}

// dictID identifies the raw dictionary in a frame. Any number except zero works.
const dictID = 1

// The encoder and the decoders without a dictionary are expensive to create, so they are
// reused. All writers share one encoder, because it holds several megabytes and a call takes
// only milliseconds.
var (
	encoder  = sync.OnceValues(func() (*zstd.Encoder, error) { return newEncoder(nil, 0) })
	decoders = sync.Pool{New: func() any {
		d, err := newDecoder(nil)
		if err != nil {
			return err
		}
		return d
	}}
)

// newEncoder returns an encoder for a text of about size bytes as a delta to prev. Whole texts
// use the fastest level: the next level takes 1.5 to 1.9 times the time for 4 to 6 % fewer bytes on
// real pages. Deltas use a higher level, because most versions are deltas and deltas are small.
func newEncoder(prev []byte, size int) (*zstd.Encoder, error) {
	opts := []zstd.EOption{zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest)}
	if len(prev) > 0 {
		opts = append(opts, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithWindowSize(windowFor(len(prev)+size)), zstd.WithEncoderDictRaw(dictID, prev))
	}
	return zstd.NewWriter(nil, opts...)
}

func newDecoder(prev []byte) (*zstd.Decoder, error) {
	opts := []zstd.DOption{zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(MaxSize)}
	if len(prev) > 0 {
		opts = append(opts, zstd.WithDecoderDictRaw(dictID, prev))
	}
	return zstd.NewReader(nil, opts...)
}

// decoder returns a decoder with the dictionary prev. The caller must call done after use.
func decoder(prev []byte) (d *zstd.Decoder, done func(), err error) {
	if len(prev) > 0 {
		d, err := newDecoder(prev)
		if err != nil {
			return nil, nil, err
		}
		return d, d.Close, nil
	}
	switch d := decoders.Get().(type) {
	case *zstd.Decoder:
		return d, func() { decoders.Put(d) }, nil
	case error:
		return nil, nil, d
	default:
		return nil, nil, fmt.Errorf("unexpected decoder type %T", d)
	}
}

// encode compresses text with the dictionary prev, which may be empty.
func encode(prev, text []byte) (blob []byte, err error) {
	var e *zstd.Encoder
	if len(prev) > 0 {
		if e, err = newEncoder(prev, len(text)); err == nil {
			defer func() { _ = e.Close() }()
		}
	} else {
		e, err = encoder()
	}
	if err != nil {
		return nil, fmt.Errorf("compress a version of %d bytes: %w", len(text), err)
	}
	out, _ := outputs.Get().(*[]byte)
	*out = e.EncodeAll(text, (*out)[:0])
	blob = bytes.Clone(*out)
	if cap(*out) <= maxOutput {
		outputs.Put(out)
	}
	return blob, nil
}

// outputs holds buffers for the output of an encoder. EncodeAll would allocate as much memory as the
// text has, of which the result, which the caller keeps, needs only a part.
var outputs = sync.Pool{New: func() any {
	b := make([]byte, 0, 64<<10)
	return &b
}}

// maxOutput bounds the size of a buffer that is reused, in bytes. Nearly all blobs are smaller.
const maxOutput = 1 << 20

// windowFor returns a window size that covers n bytes, within the limits of zstd.
func windowFor(n int) int {
	w := 1 << 16
	for w < n && w < 1<<26 {
		w <<= 1
	}
	return w
}
