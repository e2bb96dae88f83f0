//go:build race

package change

// longestTextBytes is how long a text is that must still be compared, in bytes. The race
// detector makes everything ten times slower; without it the text is longer.
const longestTextBytes = 1 << 20
