package measure

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

// ProgramsPath returns the path of bench-programs, which contains the measured Go
// programs. It must be in the folder of this program; make bench builds both.
func ProgramsPath() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find bench-programs: %w", err)
	}
	path := filepath.Join(filepath.Dir(self), "bench-programs")
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("find bench-programs, which make bench builds: %w", err)
	}
	return path, nil
}

// Profile writes a CPU profile of this process to a file until stop is called. stop also
// writes a heap profile to the same name with ".heap" appended. An empty name disables
// both.
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

// writeHeapProfile writes a heap profile for manual inspection; it ignores errors.
func writeHeapProfile(file string) {
	f, err := os.Create(file)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	runtime.GC()
	_ = pprof.WriteHeapProfile(f)
}
