package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// Reader decodes the versions of a document and their snapshots in order. It decodes a delta to
// the previous version or snapshot without decoding that again. The zero Reader is ready for use.
type Reader struct {
	text []byte
	// body is the last snapshot, and hash its hex SHA-256, if there was one.
	body []byte
	hash string
}

// Version decodes the blob of the next version. The result must not be modified.
func (r *Reader) Version(keyframe bool, blob []byte) ([]byte, error) {
	prev := r.text
	if keyframe {
		prev = nil
	}
	text, err := Decode(prev, blob)
	if err != nil {
		return nil, err
	}
	r.text = text
	return text, nil
}

// Snapshot returns the body of a company's snapshot. get is as in DecodeCompanySnapshot. The
// result must not be modified.
func (r *Reader) Snapshot(company, hash string, get func(key string) ([]byte, error)) ([]byte, error) {
	if hash == r.hash {
		return r.body, nil
	}
	key := store.SnapshotKey(company, hash)
	first, err := get(key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	var body []byte
	if err == nil && r.hash != "" && isDelta(first) && hex.EncodeToString(first[2:deltaHeaderSize]) == r.hash {
		body, err = Decode(r.body, first[deltaHeaderSize:])
	} else {
		body, err = DecodeCompanySnapshot(company, hash, func(k string) ([]byte, error) {
			if k == key && first != nil {
				return first, nil
			}
			return get(k)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", hash, err)
	}
	r.hash, r.body = hash, body
	return body, nil
}

// Writer compresses the versions of a document and their snapshots in order, each as a delta to
// the previous one. The zero Writer is ready for use.
type Writer struct {
	text  []byte
	body  []byte
	hash  string
	depth int
}

// Version compresses a version, as Encode does. Versions are numbered from 1.
func (w *Writer) Version(number int, text []byte) (blob []byte, keyframe bool, err error) {
	prev := w.text
	if (number-1)%KeyframeInterval == 0 {
		prev = nil
	}
	if blob, keyframe, err = Encode(prev, text); err != nil {
		return nil, false, err
	}
	w.text = append(w.text[:0:0], text...)
	if w.text == nil {
		w.text = []byte{}
	}
	return blob, keyframe, nil
}

// Snapshot compresses a snapshot whose hex SHA-256 is hash.
func (w *Writer) Snapshot(hash string, body []byte) ([]byte, error) {
	blob, err := EncodeSnapshot(w.body, w.hash, w.depth, body)
	if err != nil {
		return nil, fmt.Errorf("compress snapshot %s: %w", hash, err)
	}
	w.depth = 0
	if isDelta(blob) {
		w.depth = int(blob[1])
	}
	w.hash, w.body = hash, append([]byte{}, body...)
	return blob, nil
}

// SkipSnapshot tells w that the last snapshot is not stored in the form that w returned. The next
// one is no delta to it, because the chain of the stored one has an unknown length.
func (w *Writer) SkipSnapshot() { w.hash, w.body, w.depth = "", nil, 0 }

// Hash returns the hex SHA-256 of a snapshot.
func Hash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
