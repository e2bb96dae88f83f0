package filelock

import (
	"os"
	"syscall"
	"unsafe"
)

var (
	kernel       = syscall.NewLazyDLL("kernel32.dll")
	lockFileEx   = kernel.NewProc("LockFileEx")
	unlockFileEx = kernel.NewProc("UnlockFileEx")
)

// The flags of LockFileEx.
const (
	failImmediately = 1
	exclusive       = 2
)

// lockedByte returns the position of the locked byte. Windows denies others to read a locked part of
// a file, so the byte is far behind the content.
func lockedByte() *syscall.Overlapped { return &syscall.Overlapped{OffsetHigh: 1 << 30} }

// TryLock locks f exclusively. It does not wait: it fails if another open file holds the lock.
func TryLock(f *os.File) error {
	ok, _, err := lockFileEx.Call(f.Fd(), failImmediately|exclusive, 0, 1, 0, uintptr(unsafe.Pointer(lockedByte())))
	if ok == 0 {
		return os.NewSyscallError("LockFileEx", err)
	}
	return nil
}

// Unlock releases the lock of f.
func Unlock(f *os.File) error {
	ok, _, err := unlockFileEx.Call(f.Fd(), 0, 1, 0, uintptr(unsafe.Pointer(lockedByte())))
	if ok == 0 {
		return os.NewSyscallError("UnlockFileEx", err)
	}
	return nil
}
