//go:build !linux && !darwin

package service

import "errors"

// diskSpace is not supported on this system.
func diskSpace(string) (DiskSpace, error) { return DiskSpace{}, errors.ErrUnsupported }
