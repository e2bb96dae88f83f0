package measure

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

// ProgramsPath is the path of the program that is the measured ones: bench-programs, beside
// this one. make bench builds both.
func ProgramsPath() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("look for bench-programs: %w", err)
	}
	path := filepath.Join(filepath.Dir(self), "bench-programs")
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("look for bench-programs, which make bench builds: %w", err)
	}
	return path, nil
}

// Profile writes a CPU profile of this process into a file until stop is called, which
// writes what is in use then into the same name with .heap. An empty name is none.
func Profile(name string) (stop func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	return func() {
		pprof.StopCPUProfile()
		writeHeapProfile(name + ".heap")
	}, nil
}

// writeHeapProfile writes what is in use into a file, for who looks at profiles by hand.
func writeHeapProfile(file string) {
	f, err := os.Create(file)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	runtime.GC()
	_ = pprof.WriteHeapProfile(f)
}
