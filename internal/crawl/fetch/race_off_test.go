//go:build !race

package fetch_test

// bombMemory is the peak memory permitted to the process that fetches the bombs, in bytes.
const bombMemory = 300 << 20
