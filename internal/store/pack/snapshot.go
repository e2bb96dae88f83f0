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
	linked     = 0x01
	linkHeader = 2 + 32
)

// errChain says that a snapshot needs more others than are ever written.
var errChain = errors.New("the chain of snapshots is too long")

// EncodeSnapshot compresses body. base is a snapshot that it may be like, with its
// hex SHA-256 hash and the number of others that it needs (Snapshot gives both);
// where that is nil, saves nothing or makes too long a chain, body is kept whole.
func EncodeSnapshot(base []byte, hash string, depth int, body []byte) ([]byte, error) {
	sum, err := hex.DecodeString(hash)
	if err != nil || len(sum) != linkHeader-2 || depth+1 >= FullEvery {
		base = nil
	}
	blob, full, err := Encode(base, body)
	if err != nil || full {
		return blob, err
	}
	return append(append([]byte{linked, byte(depth + 1)}, sum...), blob...), nil
}

// AddSnapshot compresses a company's snapshot, against its own of the hash like where there
// is one, and returns its hex SHA-256. get gives what lies at a store.SnapshotKey, or
// store.ErrNotFound. What a company has needs nothing but its own.
func AddSnapshot(company string, body []byte, like string, get func(key string) ([]byte, error)) (hash string, packed []byte, err error) {
	sum := sha256.Sum256(body)
	hash = hex.EncodeToString(sum[:])
	var base []byte
	depth := 0
	if like != "" && like != hash {
		base, depth, err = Snapshot(like, func(hash string) ([]byte, error) { return get(store.SnapshotKey(company, hash)) })
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return hash, nil, err
		}
	}
	packed, err = EncodeSnapshot(base, like, depth, body)
	return hash, packed, err
}

// OwnSnapshot reads a company's snapshot; get is as AddSnapshot has it. Companies shared
// them at first, and those lie at their bare hashes.
func OwnSnapshot(company, hash string, get func(key string) ([]byte, error)) ([]byte, error) {
	body, _, err := Snapshot(hash, func(hash string) ([]byte, error) { return get(store.SnapshotKey(company, hash)) })
	if errors.Is(err, store.ErrNotFound) {
		body, _, err = Snapshot(hash, get)
	}
	return body, err
}

// Snapshot reads a snapshot through the others that it needs, of which get gives
// the bytes that EncodeSnapshot made. depth is how many they were.
func Snapshot(hash string, get func(hash string) ([]byte, error)) (body []byte, depth int, err error) {
	var deltas [][]byte
	for {
		blob, err := get(hash)
		if err != nil {
			return nil, 0, err
		}
		if len(blob) < linkHeader || blob[0] != linked {
			if body, err = Decode(nil, blob); err != nil {
				return nil, 0, fmt.Errorf("snapshot %s: %w", hash, err)
			}
			break
		}
		if len(deltas)+1 >= FullEvery {
			return nil, 0, fmt.Errorf("snapshot %s: %w", hash, errChain)
		}
		deltas = append(deltas, blob[linkHeader:])
		hash = hex.EncodeToString(blob[2:linkHeader])
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
