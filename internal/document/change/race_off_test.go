//go:build !race

package change

// longestTextBytes is the length of the longest text that must be compared in full.
const longestTextBytes = 8 << 20
