//go:build !linux

package pdf

// limitMemory does nothing here: limitProcess checks the memory itself.
func limitMemory(uint64) {}
