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

// browserNames are those that Chromium and its kin are installed under, the plainest
// first.
var browserNames = []string{
	"chromium", "chromium-browser", "chrome-headless-shell", "headless-shell", "headless_shell",
	"google-chrome-stable", "google-chrome", "chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// findBrowser is the path of a browser: of the one that is asked for, or of any.
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

// absolutePath is for the browser's own folder, in which it is started.
func absolutePath(path string) (string, error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find the browser %s: %w", path, err)
	}
	return at, nil
}

// process is a browser that was started here, and what belongs to it.
type process struct {
	cmd     *exec.Cmd
	profile *profile
	output  *outputTail
	exited  chan struct{}
}

// killTimeout bounds how long the end of a browser is waited for.
const killTimeout = 10 * time.Second

// startProcess starts a browser, which is spoken with over two pipes: a port would
// be open to everybody on the machine.
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

func (p *process) start(path string, flags []string) (chromedp.Transport, error) {
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	ourIn, theirOut, err := os.Pipe()
	if err != nil {
		closeAll(theirIn, ourOut)
		return nil, err
	}
	// It outlives the context of the page that it is started for; end ends it.
	args := slices.Concat(flags, []string{"--user-data-dir=" + p.profile.dir, "--remote-debugging-pipe", "about:blank"})
	p.cmd = exec.CommandContext(context.Background(), path, args...)
	// Descriptors 3 and 4, as --remote-debugging-pipe has it.
	p.cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.Env = browserEnv(p.profile.dir)
	p.cmd.Dir = p.profile.dir
	p.cmd.SysProcAttr = processAttributes()
	p.cmd.WaitDelay = time.Second // a child that is left may hold the output open
	err = p.cmd.Start()
	closeAll(theirIn, theirOut)
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

// browserEnv is all that the browser learns of ours: it runs strangers' code, and
// ours has keys. Whatever it keeps, it keeps in its profile.
func browserEnv(dir string) []string {
	env := []string{
		"HOME=" + dir, "TMPDIR=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_CACHE_HOME=" + dir, "XDG_DATA_HOME=" + dir, "XDG_RUNTIME_DIR=" + dir,
		"LANG=C.UTF-8", "DBUS_SESSION_BUS_ADDRESS=disabled:",
	}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "CHROME_DEVEL_SANDBOX"} {
		if v, ok := os.LookupEnv(name); ok { //nolint:forbidigo // no setting of ours: what the browser needs to run
			env = append(env, name+"="+v)
		}
	}
	return env
}

// stop kills the browser with all its children, waits for them and removes the
// profile.
func (p *process) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), killTimeout)
	defer cancel()
	err := p.killAll(ctx)
	return errors.Join(err, p.profile.remove())
}

// outputTail keeps the last of what a browser writes, for the error where it does not
// start.
type outputTail struct {
	mu  sync.Mutex
	buf []byte
}

const maxTail = 4 << 10

// Write implements io.Writer.
func (t *outputTail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p[max(0, len(p)-maxTail):]...)
	t.buf = t.buf[max(0, len(t.buf)-maxTail):]
	return len(p), nil
}

// last is the last line that is more than a warning about the machine.
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
