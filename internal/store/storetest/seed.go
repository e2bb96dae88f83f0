package storetest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// seedEnv is the environment variable that sets the seed of the random tests.
const seedEnv = "CLAUSEA_TEST_SEED"

// NewRand returns a source of random numbers, and logs its seed.
func NewRand(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if v := os.Getenv(seedEnv); v != "" {
		var err error
		if seed, err = strconv.ParseUint(v, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedEnv, err)
		}
	}
	t.Logf("to replay this test, set %s=%d", seedEnv, seed)
	return rand.New(rand.NewPCG(seed, 0))
}
