package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// A snapshot that is kept as what differs from another one begins with a byte
// that no zstd frame begins with, then says how many others it needs, and the
// SHA-256 of the first of them. A whole one is a zstd frame and nothing else.
const (
	deltaMarker     = 0x01
	deltaHeaderSize = 2 + 32
)

// errChainTooLong says that a snapshot needs more others than are ever written.
var errChainTooLong = errors.New("the chain of snapshots is too long")

// EncodeSnapshot compresses body. base is a snapshot that it may be like, with its
// hex SHA-256 hash and the number of others that it needs (Snapshot gives both);
// where that is nil, saves nothing or makes too long a chain, body is kept whole.
func EncodeSnapshot(base []byte, baseHash string, depth int, body []byte) ([]byte, error) {
	sum, err := hex.DecodeString(baseHash)
	if err != nil || len(sum) != deltaHeaderSize-2 || depth+1 >= KeyframeInterval {
		base = nil
	}
	blob, full, err := Encode(base, body)
	if err != nil || full {
		return blob, err
	}
	return append(append([]byte{deltaMarker, byte(depth + 1)}, sum...), blob...), nil
}

// EncodeCompanySnapshot compresses a company's snapshot, against its own of the hash like where there
// is one, and returns its hex SHA-256. get gives what lies at a store.SnapshotKey, or
// store.ErrNotFound. What a company has needs nothing but its own.
func EncodeCompanySnapshot(company string, body []byte, baseHash string, get func(key string) ([]byte, error)) (hash string, packed []byte, err error) {
	sum := sha256.Sum256(body)
	hash = hex.EncodeToString(sum[:])
	var base []byte
	depth := 0
	if baseHash != "" && baseHash != hash {
		base, depth, err = DecodeSnapshot(baseHash, func(hash string) ([]byte, error) { return get(store.SnapshotKey(company, hash)) })
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return hash, nil, err
		}
	}
	packed, err = EncodeSnapshot(base, baseHash, depth, body)
	return hash, packed, err
}

// DecodeCompanySnapshot reads a company's snapshot; get is as EncodeCompanySnapshot has it. Companies shared
// them at first, and those lie at their bare hashes.
func DecodeCompanySnapshot(company, hash string, get func(key string) ([]byte, error)) ([]byte, error) {
	body, _, err := DecodeSnapshot(hash, func(hash string) ([]byte, error) { return get(store.SnapshotKey(company, hash)) })
	if errors.Is(err, store.ErrNotFound) {
		body, _, err = DecodeSnapshot(hash, get)
	}
	return body, err
}

// DecodeSnapshot reads a snapshot through the others that it needs, of which get gives
// the bytes that EncodeSnapshot made. depth is how many they were.
func DecodeSnapshot(hash string, get func(hash string) ([]byte, error)) (body []byte, depth int, err error) {
	var deltas [][]byte
	for {
		blob, err := get(hash)
		if err != nil {
			return nil, 0, err
		}
		if len(blob) < deltaHeaderSize || blob[0] != deltaMarker {
			if body, err = Decode(nil, blob); err != nil {
				return nil, 0, fmt.Errorf("snapshot %s: %w", hash, err)
			}
			break
		}
		if len(deltas)+1 >= KeyframeInterval {
			return nil, 0, fmt.Errorf("snapshot %s: %w", hash, errChainTooLong)
		}
		deltas = append(deltas, blob[deltaHeaderSize:])
		hash = hex.EncodeToString(blob[2:deltaHeaderSize])
	}
	for i := len(deltas) - 1; i >= 0; i-- {
		if body, err = Decode(body, deltas[i]); err != nil {
			return nil, 0, fmt.Errorf("snapshot above %s: %w", hash, err)
		}
	}
	if body == nil {
		body = []byte{}
	}
	return body, len(deltas), nil
}
