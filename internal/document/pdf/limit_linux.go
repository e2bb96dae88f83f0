package pdf

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// limitMemory limits the further growth of the process's private memory, in bytes
// (setrlimit(2), RLIMIT_DATA). Memory that is already mapped does not count: the Go runtime
// and the race detector reserve much address space that they never use.
func limitMemory(bytes uint64) {
	now, ok := dataAndStackSize()
	if !ok {
		return // without /proc, limitProcess still checks the memory
	}
	limit := syscall.Rlimit{Cur: now + bytes, Max: now + bytes}
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &limit)
}

// dataAndStackSize returns the size of data and stack, in bytes (proc(5), statm).
func dataAndStackSize() (uint64, bool) {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	f := strings.Fields(string(b))
	if len(f) < 6 {
		return 0, false
	}
	pages, err := strconv.ParseUint(f[5], 10, 64)
	return pages * uint64(os.Getpagesize()), err == nil
}
