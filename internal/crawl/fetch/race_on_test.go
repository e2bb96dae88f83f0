//go:build race

package fetch_test

// bombMemory is what the process that meets the bombs may take, in bytes: the race
// detector keeps some of its own for every word that is touched, which no limit of the
// runtime counts.
const bombMemory = 768 << 20
