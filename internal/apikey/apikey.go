// Package apikey makes and reads the keys of the HTTP API.
//
// A key is clausea_, a public ID of 8 characters, an underscore, a secret of 43 characters
// and a checksum of 6 characters, all from the 62 letters and digits. 43 characters hold 256
// bits. The checksum, a CRC-32 of what precedes it, tells a mistyped key from a wrong one
// without a look-up, and lets scanners recognize keys that were published by mistake.
package apikey

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"strings"
)

const (
	prefix       = "clausea_"
	idLength     = 8
	secretLength = 43
	sumLength    = 6
	length       = len(prefix) + idLength + 1 + secretLength + sumLength
	alphabet     = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// Pattern matches keys in a text.
const Pattern = `clausea_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}`

// ErrMalformed means that a text is not a key, or that it was mistyped.
var ErrMalformed = errors.New("the API key is malformed")

// New returns a new key and its public ID.
func New() (key, id string) {
	id = random(idLength)
	body := prefix + id + "_" + random(secretLength)
	return body + checksum(body), id
}

// ID returns the public ID of a key, or ErrMalformed.
func ID(key string) (string, error) {
	if len(key) != length || !strings.HasPrefix(key, prefix) || key[len(prefix)+idLength] != '_' {
		return "", ErrMalformed
	}
	body, sum := key[:length-sumLength], key[length-sumLength:]
	if checksum(body) != sum {
		return "", ErrMalformed
	}
	id := key[len(prefix) : len(prefix)+idLength]
	for _, part := range []string{id, key[len(prefix)+idLength+1 : length-sumLength]} {
		if strings.Trim(part, alphabet) != "" {
			return "", ErrMalformed
		}
	}
	return id, nil
}

// Hash returns the hexadecimal SHA-256 of a key, which the store has instead of the key.
func Hash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// Matches reports whether a key has a hash, in constant time.
func Matches(key, hash string) bool { return MatchesSum(sha256.Sum256([]byte(key)), hash) }

// MatchesSum is Matches for a caller that has the SHA-256 of the key.
func MatchesSum(sum [sha256.Size]byte, hash string) bool {
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], sum[:])
	return subtle.ConstantTimeCompare(text[:], []byte(hash)) == 1
}

// random returns n random characters of the alphabet. A byte is used only if it is below the
// greatest multiple of 62, so that all characters are equally likely.
func random(n int) string {
	const limit = 256 / len(alphabet) * len(alphabet)
	out := make([]byte, 0, n)
	var b [64]byte
	for len(out) < n {
		_, _ = rand.Read(b[:]) // never fails
		for _, c := range b {
			if int(c) < limit && len(out) < n {
				out = append(out, alphabet[int(c)%len(alphabet)])
			}
		}
	}
	return string(out)
}

// checksum returns the CRC-32 (IEEE) of a text as 6 characters of the alphabet.
func checksum(s string) string {
	n := crc32.ChecksumIEEE([]byte(s))
	var out [sumLength]byte
	for i := sumLength - 1; i >= 0; i-- {
		out[i] = alphabet[n%uint32(len(alphabet))]
		n /= uint32(len(alphabet))
	}
	return string(out[:])
}
