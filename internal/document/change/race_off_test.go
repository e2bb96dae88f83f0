//go:build !race

package change

// longestTextBytes is how long a text is that must still be compared, in bytes.
const longestTextBytes = 8 << 20
