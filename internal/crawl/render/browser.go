package render

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp/remote"
)

// instance is a running browser: a local process, or a connection to a remote one. It renders
// one page at a time, so that memory use and hangs can be attributed to a page.
type instance struct {
	conn     *connection
	root     session     // of the browser itself
	process  *process    // nil for a remote browser
	pages    int         // rendered pages
	broken   atomic.Bool // must not be used again
	lastUsed time.Time
}

// startBrowser starts a local browser, or connects to the remote one.
func (p *Pool) startBrowser(ctx context.Context) (*instance, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.startTimeout)
	defer cancel()
	in, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	in.root = session{conn: in.conn}
	if _, err := call(ctx, in.root, browser.GetVersion, cdp.Empty{}); err != nil {
		if in.process != nil {
			err = fmt.Errorf("start browser %s: %s: %w", p.path, in.process.output.last(), err)
		}
		return nil, errors.Join(err, in.close())
	}
	return in, nil
}

// connect starts or connects to a browser, and does not wait for a response to a command.
func (p *Pool) connect(ctx context.Context) (*instance, error) {
	if p.remote != "" {
		at, err := resolveDevToolsURL(ctx, p.remote)
		if err != nil {
			return nil, err
		}
		conn, err := remote.DialContext(ctx, at)
		if err != nil {
			return nil, fmt.Errorf("connect to browser: %w", withoutURL(err))
		}
		return &instance{conn: newConnection(conn)}, nil
	}
	root := os.Geteuid() == 0
	if root {
		p.rootOnce.Do(func() {
			p.cfg.Log.Info("browser runs without its sandbox because this process runs as root; run it as another user")
		})
	}
	proc, tr, err := startProcess(p.path, p.cfg.ProfileDir, browserFlags(root))
	if err != nil {
		return nil, err
	}
	return &instance{conn: newConnection(tr), process: proc}, nil
}

// close ends a local browser, or the connection to a remote one.
func (in *instance) close() error {
	in.conn.close()
	if in.process == nil {
		return nil
	}
	return in.process.stop()
}

// isDead reports whether the browser must not be used again.
func (in *instance) isDead() bool {
	select {
	case <-in.conn.lost:
		return true
	default:
		return in.broken.Load()
	}
}

// memoryUsage returns the browser's memory in bytes, 0 if it is unknown.
func (in *instance) memoryUsage() int64 {
	if in.process == nil {
		return 0
	}
	return in.process.memoryUsage()
}

// isURL reports whether Config.Browser is a DevTools URL.
func isURL(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	if !ok {
		return false
	}
	switch strings.ToLower(scheme) {
	case "ws", "wss", "http", "https":
		return true
	}
	return false
}

// resolveDevToolsURL returns the WebSocket URL of a remote browser. If raw has no path, it
// requests the URL from /json/version. Chromium answers there only if the host is an IP
// address or localhost.
func resolveDevToolsURL(ctx context.Context, raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", errors.New("DevTools URL of the browser is not a URL such as ws://host:9222")
	}
	isHTTP := strings.HasPrefix(u.Scheme, "http")
	if !isHTTP && strings.Trim(u.Path, "/") != "" {
		return raw, nil
	}
	endpoint := *u
	endpoint.Scheme = strings.Replace(u.Scheme, "ws", "http", 1)
	if strings.Trim(endpoint.Path, "/") == "" {
		endpoint.Path = "/json/version"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint.String(), nil)
	if err != nil {
		return "", fmt.Errorf("get DevTools URL of the browser: %w", withoutURL(err))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("get DevTools URL of the browser: %w", withoutURL(err))
	}
	defer func() { _ = res.Body.Close() }()
	var version struct {
		URL string `json:"webSocketDebuggerUrl"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, 64<<10)).Decode(&version); err != nil || version.URL == "" {
		return "", fmt.Errorf("get DevTools URL of the browser: status %d without webSocketDebuggerUrl", res.StatusCode)
	}
	at, err := url.Parse(version.URL)
	if err != nil {
		return "", fmt.Errorf("get DevTools URL of the browser: %w", err)
	}
	// The browser reports its own view of its host. Use the host that was reachable.
	at.Host, at.User = u.Host, u.User
	at.Scheme = strings.Replace(endpoint.Scheme, "http", "ws", 1)
	return at.String(), nil
}

// withoutURL removes the URL from an error, because it may contain a token.
func withoutURL(err error) error {
	if e := (*url.Error)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
