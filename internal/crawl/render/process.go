package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

// browserNames are the names and paths under which Chromium and its derivatives are installed, in
// order of preference.
var browserNames = []string{
	"chromium", "chromium-browser", "chromium-headless-shell", "chrome-headless-shell", "headless-shell", "headless_shell",
	"google-chrome-stable", "google-chrome", "chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// findBrowser returns the absolute path of a browser, or of the first of browserNames if path is
// empty. Its error wraps ErrNoBrowser if there is none.
func findBrowser(path string) (string, error) {
	if path != "" {
		at, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrNoBrowser, err)
		}
		return absolutePath(at)
	}
	for _, name := range browserNames {
		if at, err := exec.LookPath(name); err == nil {
			return absolutePath(at)
		}
	}
	return "", ErrNoBrowser
}

// absolutePath makes a path absolute, because a browser starts in its profile folder.
func absolutePath(path string) (string, error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find browser %s: %w", path, err)
	}
	return at, nil
}

// process is a local browser process with its resources.
type process struct {
	cmd     *exec.Cmd
	profile *profile
	output  *outputTail
	exited  chan struct{}
}

// killTimeout is how long stop waits for the processes of a browser to end. It was chosen by hand.
const killTimeout = 10 * time.Second

// startProcess starts a browser. Commands and events pass through two pipes, because a port would
// be open to every user of the machine.
func startProcess(path, dir string, flags []string) (*process, chromedp.Transport, error) {
	prof, err := newProfile(dir)
	if err != nil {
		return nil, nil, err
	}
	p := &process{profile: prof, output: &outputTail{}, exited: make(chan struct{})}
	tr, err := p.start(path, flags)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("start %s: %w", path, err), prof.remove())
	}
	return p, tr, nil
}

// start starts the browser and returns the transport to it.
func (p *process) start(path string, flags []string) (chromedp.Transport, error) {
	browserIn, ourOut, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	ourIn, browserOut, err := os.Pipe()
	if err != nil {
		closeAll(browserIn, ourOut)
		return nil, err
	}
	// The browser outlives the page for which it is started. stop ends it.
	args := slices.Concat(flags, []string{"--user-data-dir=" + p.profile.dir, "--remote-debugging-pipe", "about:blank"})
	p.cmd = exec.CommandContext(context.Background(), path, args...)
	// --remote-debugging-pipe uses the descriptors 3 and 4.
	p.cmd.ExtraFiles = []*os.File{browserIn, browserOut}
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.Env = browserEnv(p.profile.dir)
	p.cmd.Dir = p.profile.dir
	p.cmd.SysProcAttr = processAttributes()
	p.cmd.WaitDelay = time.Second // a remaining child process may hold the output open
	err = p.cmd.Start()
	closeAll(browserIn, browserOut)
	if err != nil {
		closeAll(ourIn, ourOut)
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.exited)
	}()
	return chromedp.NewPipeConn(&messageLimiter{ReadCloser: ourIn}, ourOut), nil
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// browserEnv returns the environment of a browser with its profile in dir. The browser runs untrusted
// code, so it must not inherit the environment of the crawler, which contains secrets. It writes all
// files to its profile.
func browserEnv(dir string) []string {
	env := []string{
		"HOME=" + dir, "TMPDIR=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_CACHE_HOME=" + dir, "XDG_DATA_HOME=" + dir, "XDG_RUNTIME_DIR=" + dir,
		"LANG=C.UTF-8", "DBUS_SESSION_BUS_ADDRESS=disabled:",
	}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "CHROME_DEVEL_SANDBOX"} {
		if v, ok := os.LookupEnv(name); ok { //nolint:forbidigo // not settings of the crawler; the browser needs them
			env = append(env, name+"="+v)
		}
	}
	return env
}

// stop kills the browser and all its descendants, waits until they have ended, and removes the
// profile.
func (p *process) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), killTimeout)
	defer cancel()
	err := p.killAll(ctx)
	return errors.Join(err, p.profile.remove())
}

// outputTail stores the end of a browser's output, for the error if the browser fails to start.
type outputTail struct {
	mu  sync.Mutex
	buf []byte
}

// maxTail is the length of an outputTail, in bytes.
const maxTail = 4 << 10

// Write implements io.Writer.
func (t *outputTail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p[max(0, len(p)-maxTail):]...)
	t.buf = t.buf[max(0, len(t.buf)-maxTail):]
	return len(p), nil
}

// last returns the last line that indicates an error, or else the last line.
func (t *outputTail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(bytes.ToValidUTF8(t.buf, nil))), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if strings.Contains(lines[i], "FATAL") || strings.Contains(lines[i], "andbox") {
			return lines[i]
		}
	}
	return lines[len(lines)-1]
}
