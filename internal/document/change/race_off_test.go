//go:build !race

package change

// longest is how long a text is that must still be compared, in bytes.
const longest = 8 << 20
