package render

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// profile is a browser's folder. A lock on it says that its browser's owner lives:
// folders that a killed process left behind are removed when the next browser
// starts.
type profile struct {
	dir  string
	lock *os.File
}

// maxProfilePath is how long a profile's path may be: the browser makes
// /org.chromium.Chromium.XXXXXX/SingletonSocket below it, and the path of a socket
// has 108 bytes, the last of them zero (unix(7)).
const maxProfilePath = 108 - 1 - len("/org.chromium.Chromium.XXXXXX/SingletonSocket")

const profilePrefix = "clausea-browser-"

func newProfile(parent string) (*profile, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	removeStale(parent)
	dir, err := os.MkdirTemp(parent, profilePrefix)
	if err != nil {
		return nil, fmt.Errorf("make the browser's profile: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "owner"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make the browser's profile: %w", err), os.RemoveAll(dir))
	}
	p := &profile{dir: dir, lock: lock}
	if len(dir) > maxProfilePath {
		return nil, errors.Join(fmt.Errorf("make the browser's profile: %s is longer than the %d bytes that a socket's path leaves room for: set TMPDIR to a shorter one", dir, maxProfilePath), p.remove())
	}
	if err := lockFile(lock); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the browser's profile: %w", err), p.remove())
	}
	return p, nil
}

// remove removes the folder. A process that is just being killed may still make a
// file in it, so it is tried again.
func (p *profile) remove() error {
	_ = p.lock.Close()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		err := os.RemoveAll(p.dir)
		if err == nil {
			return nil
		}
		if n == 20 {
			return fmt.Errorf("remove the browser's profile: %w", err)
		}
		<-tick.C
	}
}

const staleAfter = time.Minute

// removeStale removes the profiles in parent that nobody owns.
func removeStale(parent string) {
	all, _ := filepath.Glob(filepath.Join(parent, profilePrefix+"*"))
	for _, dir := range all {
		lock, err := os.OpenFile(filepath.Join(dir, "owner"), os.O_RDWR, 0o600)
		if err != nil {
			continue
		}
		// One that is just being made is not locked yet.
		if info, err := lock.Stat(); err == nil && time.Since(info.ModTime()) > staleAfter && lockFile(lock) == nil {
			_ = os.RemoveAll(dir)
		}
		_ = lock.Close()
	}
}
