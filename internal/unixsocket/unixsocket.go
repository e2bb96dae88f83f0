// Package unixsocket opens Unix sockets whose files only their owner can use, also at paths that
// are longer than the system accepts.
package unixsocket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// maxPath is the maximum length of the path of a socket in bytes: sun_path of unix(7) has 108
// bytes on Linux and 104 on BSD and macOS, including the terminating NUL.
const maxPath = 103

// withShortPath calls do with a path of the socket that the system accepts. If path is too long,
// it passes a short path through the open file descriptor of the folder.
func withShortPath(path string, do func(short string) error) error {
	if len(path) <= maxPath {
		return do(path)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }()
	open := fmt.Sprintf("/proc/self/fd/%d", folder.Fd())
	if _, err := os.Stat(open); err != nil {
		return fmt.Errorf("the path %s has %d bytes, but the maximum for a socket on this system is %d: set a shorter or a relative path with --store or CLAUSEA_DATA_DIR", path, len(path), maxPath)
	}
	return do(filepath.Join(open, filepath.Base(path)))
}

// Listen creates the socket at path with mode 0600. It replaces an existing file: the caller must
// know that no other process serves it. remove deletes the file; the caller calls it before it
// closes the listener, so that it cannot delete the socket of a later process.
func Listen(path string) (l net.Listener, remove func(), err error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("remove an old socket: %w", err)
	}
	err = withShortPath(path, func(short string) error {
		l, err = (&net.ListenConfig{}).Listen(context.Background(), "unix", short)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("create a socket: %w", err)
	}
	remove = func() { _ = os.Remove(path) }
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // the short path is invalid after Listen returns
	}
	if err := os.Chmod(path, 0o600); err != nil {
		remove()
		return nil, nil, errors.Join(fmt.Errorf("create a socket: %w", err), l.Close())
	}
	return l, remove, nil
}

// Dial connects to the socket at path.
func Dial(ctx context.Context, path string) (c net.Conn, err error) {
	var d net.Dialer
	err = withShortPath(path, func(short string) error {
		c, err = d.DialContext(ctx, "unix", short)
		return err
	})
	return c, err
}
