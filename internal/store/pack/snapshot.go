package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// A snapshot that is a delta has a header: a byte that no zstd frame starts with, the number
// of snapshots in its chain below it, and the SHA-256 of its base. A whole snapshot is a zstd
// frame without a header.
const (
	deltaMarker     = 0x01
	deltaHeaderSize = 2 + 32
)

// errChainTooLong means that a chain of deltas is longer than any that EncodeSnapshot writes.
var errChainTooLong = errors.New("the chain of snapshots is too long")

// EncodeSnapshot compresses body as a delta to the snapshot base. It compresses body as a whole
// if base is nil, the delta is not smaller, or the chain would become too long. baseHash is the
// hex SHA-256 of base. depth is the length of its chain, as DecodeSnapshot returns it.
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

// EncodeCompanySnapshot compresses a snapshot of a company and returns its hex SHA-256. If the
// company has a snapshot with the hash baseHash, it is the base of the delta. get returns the
// blob of a store.SnapshotKey, or store.ErrNotFound. The snapshots of a company depend only on
// snapshots of the same company.
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

// DecodeCompanySnapshot returns the body of a company's snapshot. get is as in
// EncodeCompanySnapshot. Older snapshots are shared by companies and stored under their hash
// alone.
func DecodeCompanySnapshot(company, hash string, get func(key string) ([]byte, error)) ([]byte, error) {
	body, _, err := DecodeSnapshot(hash, func(hash string) ([]byte, error) { return get(store.SnapshotKey(company, hash)) })
	if errors.Is(err, store.ErrNotFound) {
		body, _, err = DecodeSnapshot(hash, get)
	}
	return body, err
}

// isDelta reports whether the blob of a snapshot has the header of a delta.
func isDelta(blob []byte) bool { return len(blob) >= deltaHeaderSize && blob[0] == deltaMarker }

// DecodeSnapshot returns the body of a snapshot and the length of its chain of deltas. get
// returns the blob of a hash.
func DecodeSnapshot(hash string, get func(hash string) ([]byte, error)) (body []byte, depth int, err error) {
	var deltas [][]byte
	for {
		blob, err := get(hash)
		if err != nil {
			return nil, 0, err
		}
		if !isDelta(blob) {
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
			return nil, 0, fmt.Errorf("delta to snapshot %s: %w", hash, err)
		}
	}
	if body == nil {
		body = []byte{}
	}
	return body, len(deltas), nil
}
