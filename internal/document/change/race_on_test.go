//go:build race

package change

// longestTextBytes is the length of the longest text that must be compared in full. It is
// shorter under the race detector, which makes the comparison ten times slower.
const longestTextBytes = 1 << 20
