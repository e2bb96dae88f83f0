package render

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/clausea/crawler/internal/filelock"
)

// profile is the folder of a browser's files. This process holds a lock on it while it uses the
// browser. newProfile removes the unlocked folders of killed processes.
type profile struct {
	dir  string
	lock *os.File
}

// maxProfilePath is the length of the longest permitted path of a profile, in bytes. The browser creates
// /org.chromium.Chromium.XXXXXX/SingletonSocket in it. The path of a socket has at most 108 bytes,
// including a final zero (unix(7)).
const maxProfilePath = 108 - 1 - len("/org.chromium.Chromium.XXXXXX/SingletonSocket")

// profilePrefix begins the name of each profile folder.
const profilePrefix = "clausea-browser-"

// newProfile creates and locks a profile in parent.
func newProfile(parent string) (*profile, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	removeStale(parent)
	dir, err := os.MkdirTemp(parent, profilePrefix)
	if err != nil {
		return nil, fmt.Errorf("create browser profile: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "owner"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("create browser profile: %w", err), os.RemoveAll(dir))
	}
	p := &profile{dir: dir, lock: lock}
	if len(dir) > maxProfilePath {
		return nil, errors.Join(fmt.Errorf("create browser profile: path %s exceeds %d bytes, which leaves no room for a socket: set TMPDIR to a shorter path", dir, maxProfilePath), p.remove())
	}
	if err := filelock.TryLock(lock); err != nil {
		return nil, errors.Join(fmt.Errorf("lock browser profile: %w", err), p.remove())
	}
	return p, nil
}

// remove removes the folder. It retries for a second, because a process that is being killed may still
// create a file in it.
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
			return fmt.Errorf("remove browser profile: %w", err)
		}
		<-tick.C
	}
}

// staleAfter is the age from which removeStale removes an unlocked profile. A younger one may be in
// creation and not locked yet. The age was chosen by hand.
const staleAfter = time.Minute

// removeStale removes the profiles in parent whose process has ended.
func removeStale(parent string) {
	all, _ := filepath.Glob(filepath.Join(parent, profilePrefix+"*"))
	for _, dir := range all {
		lock, err := os.OpenFile(filepath.Join(dir, "owner"), os.O_RDWR, 0o600)
		if err != nil {
			continue
		}
		if info, err := lock.Stat(); err == nil && time.Since(info.ModTime()) > staleAfter && filelock.TryLock(lock) == nil {
			_ = os.RemoveAll(dir)
		}
		_ = lock.Close()
	}
}
