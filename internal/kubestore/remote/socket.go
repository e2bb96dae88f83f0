package remote

import (
	"context"
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

// bind creates the socket at path. The caller must remove the file.
func bind(path string) (l net.Listener, err error) {
	err = withShortPath(path, func(short string) error {
		l, err = (&net.ListenConfig{}).Listen(context.Background(), "unix", short)
		return err
	})
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // the short path is invalid after bind returns
	}
	return l, err
}

// dial connects to the socket at path.
func dial(ctx context.Context, path string) (c net.Conn, err error) {
	var d net.Dialer
	err = withShortPath(path, func(short string) error {
		c, err = d.DialContext(ctx, "unix", short)
		return err
	})
	return c, err
}
