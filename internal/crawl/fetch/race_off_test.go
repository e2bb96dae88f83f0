//go:build !race

package fetch_test

// bombMemory is what the process that meets the bombs may take, in bytes.
const bombMemory = 300 << 20
