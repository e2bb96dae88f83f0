package filelock

import (
	"os"
	"path/filepath"
	"testing"
)

func TestALockExcludesOtherOpenFilesUntilItIsReleased(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	holder, other := open(), open()
	if err := TryLock(holder); err != nil {
		t.Fatalf("lock a free file: %v", err)
	}
	if err := TryLock(other); err == nil {
		t.Error("a second open file got the lock")
	}
	// The embedded store reads the ID of the owner from a file that the owner has locked.
	if _, err := holder.WriteAt([]byte("17"), 0); err != nil {
		t.Fatal(err)
	}
	content := make([]byte, 2)
	if _, err := other.ReadAt(content, 0); err != nil || string(content) != "17" {
		t.Errorf("the content of a locked file is %q, %v", content, err)
	}
	if err := Unlock(holder); err != nil {
		t.Fatalf("unlock: %v", err)
	}
	if err := TryLock(other); err != nil {
		t.Errorf("lock a released file: %v", err)
	}
}
