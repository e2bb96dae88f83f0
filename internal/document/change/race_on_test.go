//go:build race

package change

// longest is how long a text is that must still be compared, in bytes. The race
// detector makes everything ten times slower; without it the text is longer.
const longest = 1 << 20
