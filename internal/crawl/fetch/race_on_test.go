//go:build race

package fetch_test

// bombMemory is the peak memory permitted to the process that fetches the bombs, in bytes.
// The race detector needs additional memory, which GOMEMLIMIT does not include.
const bombMemory = 768 << 20
