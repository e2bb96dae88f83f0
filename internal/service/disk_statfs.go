//go:build linux || darwin

package service

import (
	"fmt"
	"syscall"
)

// diskSpace measures the file system of a folder. Free is the space that this process can use.
func diskSpace(folder string) (DiskSpace, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(folder, &st); err != nil {
		return DiskSpace{}, fmt.Errorf("statfs %s: %w", folder, err)
	}
	block := uint64(st.Bsize)
	return DiskSpace{Free: st.Bavail * block, Total: st.Blocks * block}, nil
}
