// Package pack compresses what the stores keep: a version's text against the
// version before it, and raw pages whole. It is pure.
package pack

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// KeyframeInterval is how often a whole copy is kept, which bounds the chain that is
// read for one version.
const KeyframeInterval = 16

// maxSize bounds what is decompressed, in bytes.
const maxSize = 256 << 20

// Encode compresses text; with prev it is written as what differs from prev. full
// says that the blob needs no predecessor, which is so too where that is smaller.
func Encode(prev, text []byte) (blob []byte, full bool, err error) {
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

// minDeltaRatio is the part of a text that no text is compressed to by itself, so
// that a smaller delta needs no comparison: legal texts and their pages take a
// third to an eighth.
const minDeltaRatio = 20

// Decode undoes Encode; prev is needed for a blob that is not full.
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

// dictID names the raw dictionary in a frame; any number but zero does.
const dictID = 1

// The encoder and the decoders without a predecessor, which are dear to make. There
// is one encoder, which writers wait for: it holds some megabytes, and what it does
// takes milliseconds.
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

// newEncoder makes one for texts of about size bytes after prev. Whole texts are
// compressed at the default level: the next better one takes twice the time for 6 %
// fewer bytes on real pages. Deltas are most of what is kept, and small.
func newEncoder(prev []byte, size int) (*zstd.Encoder, error) {
	opts := []zstd.EOption{zstd.WithEncoderConcurrency(1)}
	if len(prev) > 0 {
		opts = append(opts, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithWindowSize(windowFor(len(prev)+size)), zstd.WithEncoderDictRaw(dictID, prev))
	}
	return zstd.NewWriter(nil, opts...)
}

func newDecoder(prev []byte) (*zstd.Decoder, error) {
	opts := []zstd.DOption{zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxSize)}
	if len(prev) > 0 {
		opts = append(opts, zstd.WithDecoderDictRaw(dictID, prev))
	}
	return zstd.NewReader(nil, opts...)
}

// decoder gives one to use until done.
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
		return nil, nil, fmt.Errorf("a %T is no decoder", d)
	}
}

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
	return e.EncodeAll(text, nil), nil
}

// windowFor is a window that covers both texts, within zstd's own bounds.
func windowFor(n int) int {
	w := 1 << 16
	for w < n && w < 1<<26 {
		w <<= 1
	}
	return w
}
