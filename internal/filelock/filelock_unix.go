//go:build unix

package filelock

import (
	"os"
	"syscall"
)

// TryLock locks f exclusively. It does not wait: it fails if another open file holds the lock.
func TryLock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// Unlock releases the lock of f. A child process that is being started has a copy of the descriptor
// until it executes its program. Closing the file would leave the lock to that copy; unlocking does
// not (flock(2)).
func Unlock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
