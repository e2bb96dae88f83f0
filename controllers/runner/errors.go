package runner

import "errors"

// The errors of a Runner. Implementations wrap them.
var (
	// ErrRunNotFound: no run has this ID.
	ErrRunNotFound = errors.New("run not found")
	// ErrRunBusy: a live worker holds the run.
	ErrRunBusy = errors.New("run is held by a live worker")
)

// IsRunNotFound reports whether err is, or wraps, ErrRunNotFound.
func IsRunNotFound(err error) bool { return errors.Is(err, ErrRunNotFound) }

// IgnoreRunNotFound returns nil if err is, or wraps, ErrRunNotFound, and err otherwise.
func IgnoreRunNotFound(err error) error {
	if IsRunNotFound(err) {
		return nil
	}
	return err
}

// IsRunBusy reports whether err is, or wraps, ErrRunBusy.
func IsRunBusy(err error) bool { return errors.Is(err, ErrRunBusy) }
