package controllertest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// seedEnv is the environment variable that sets the seed of the random tests.
const seedEnv = "CLAUSEA_TEST_SEED"

// testSeed returns the seed of a random test, and logs it. A seed replays the random
// choices, but not the interleaving of concurrent calls.
func testSeed(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if v := os.Getenv(seedEnv); v != "" {
		var err error
		if seed, err = strconv.ParseUint(v, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedEnv, err)
		}
	}
	t.Logf("to replay this test, set %s=%d", seedEnv, seed)
	return seed
}
