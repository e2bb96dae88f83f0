package remote

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// maxPath is how long a socket's path may be, in bytes: sun_path of unix(7) has 108 on
// Linux and 104 on BSD and macOS, its end included.
const maxPath = 103

// withShortPath calls do with a path by which the socket at path can be bound or reached: a
// short one through its folder's open file where path itself is too long.
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
		return fmt.Errorf("the path %s has %d bytes, and this system has at most %d for a socket: name a folder with a shorter path, or a relative one, with --store or CLAUSEA_DATA_DIR", path, len(path), maxPath)
	}
	return do(filepath.Join(open, filepath.Base(path)))
}

// bind makes the socket at path; it has to be removed by path.
func bind(path string) (l net.Listener, err error) {
	err = withShortPath(path, func(short string) error {
		l, err = (&net.ListenConfig{}).Listen(context.Background(), "unix", short)
		return err
	})
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // the short path is another's by then
	}
	return l, err
}

func dial(ctx context.Context, path string) (c net.Conn, err error) {
	var d net.Dialer
	err = withShortPath(path, func(short string) error {
		c, err = d.DialContext(ctx, "unix", short)
		return err
	})
	return c, err
}
