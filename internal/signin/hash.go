// Package signin checks the passwords of the dashboard, and slows down those who guess them.
package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The parameters of new hashes: the second choice of OWASP's Password Storage Cheat Sheet for
// argon2id. A check takes 19 MiB, so that a process with a limit of 512 MiB has room for several.
const (
	hashMemory  = 19 << 10 // KiB
	hashTime    = 2
	hashThreads = 1
	hashLength  = 32
	saltLength  = 16
)

// The largest parameters that a configured hash may have, so that a check cannot use up the
// memory of the process.
const (
	maxMemory  = 256 << 10 // KiB
	maxTime    = 20
	maxThreads = 16
)

// Hash is an argon2id hash of a password (RFC 9106).
type Hash struct {
	memory, time uint32
	threads      uint8
	salt, sum    []byte
}

// ErrHash means that a text is not a hash that this package can check.
var ErrHash = errors.New("expected an argon2id hash such as $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH, which clausea dashboard hash-password prints")

// NewHash hashes a password with a new salt.
func NewHash(password string) Hash {
	h := Hash{memory: hashMemory, time: hashTime, threads: hashThreads, salt: make([]byte, saltLength)}
	_, _ = rand.Read(h.salt) // never fails
	h.sum = h.compute(password, hashLength)
	return h
}

// HashOfSetting hashes a password of the settings with a salt that the password determines, so that
// restarts and further processes get the same hash. It must not be stored: equal passwords have
// equal hashes.
func HashOfSetting(password string) Hash {
	salt := sha256.Sum256([]byte("clausea dashboard password " + password))
	h := Hash{memory: hashMemory, time: hashTime, threads: hashThreads, salt: salt[:saltLength]}
	h.sum = h.compute(password, hashLength)
	return h
}

func (h Hash) compute(password string, length uint32) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.time, h.memory, h.threads, length)
}

// Matches reports whether a password has the hash.
func (h Hash) Matches(password string) bool {
	return subtle.ConstantTimeCompare(h.compute(password, uint32(len(h.sum))), h.sum) == 1
}

// String returns the hash in the PHC string format.
func (h Hash) String() string {
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.time, h.threads, e.EncodeToString(h.salt), e.EncodeToString(h.sum))
}

// ParseHash reads a hash in the PHC string format. Its error is ErrHash.
func ParseHash(text string) (h Hash, err error) {
	parts := strings.Split(text, "$")
	var version int
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return h, ErrHash
	}
	if n, err := fmt.Sscanf(parts[2], "v=%d", &version); n != 1 || err != nil || version != argon2.Version {
		return h, ErrHash
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); n != 3 || err != nil {
		return h, ErrHash
	}
	h.salt, err = base64.RawStdEncoding.DecodeString(parts[4])
	if err == nil {
		h.sum, err = base64.RawStdEncoding.DecodeString(parts[5])
	}
	if err != nil || !h.isBounded() || h.String() != text {
		return h, ErrHash
	}
	return h, nil
}

// isBounded reports whether a check with the parameters is possible, and does not use up the memory.
func (h Hash) isBounded() bool {
	within := func(n, low, high int) bool { return low <= n && n <= high }
	return within(int(h.threads), 1, maxThreads) && within(int(h.memory), 8*int(h.threads), maxMemory) && within(int(h.time), 1, maxTime) &&
		within(len(h.salt), 8, 64) && within(len(h.sum), 16, 64)
}
