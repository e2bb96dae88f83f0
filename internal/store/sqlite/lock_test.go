package sqlite

import (
	"syscall"
	"testing"
)

// A child process that is being started has a copy of each descriptor until it executes its
// program. The duplicate stands for that copy.
func TestCloseReleasesTheFolderWhileAChildHoldsACopyOfItsLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	duplicate, err := syscall.Dup(int(s.lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(duplicate) })
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), dir); err != nil {
		t.Fatalf("the folder is still locked: %v", err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
