package runner

import "errors"

// The errors of a Runner; implementations wrap them.
var (
	// ErrRunNotFound: there is no run of this ID.
	ErrRunNotFound = errors.New("run not found")
	// ErrRunBusy: a live worker holds the run.
	ErrRunBusy = errors.New("run is held by a live worker")
)

// IsRunNotFound reports whether err says that a run does not exist.
func IsRunNotFound(err error) bool { return errors.Is(err, ErrRunNotFound) }

// IgnoreRunNotFound returns nil if err says that a run does not exist, and err otherwise.
func IgnoreRunNotFound(err error) error {
	if IsRunNotFound(err) {
		return nil
	}
	return err
}

// IsRunBusy reports whether err says that a live worker holds a run.
func IsRunBusy(err error) bool { return errors.Is(err, ErrRunBusy) }
