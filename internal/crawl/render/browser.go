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

// instance is one browser: a process of ours, or a connection to a remote one. It
// draws one page at a time, so that memory and hanging are one page's.
type instance struct {
	link    *link
	root    session
	process *process // nil where it is remote
	pages   int
	broken  atomic.Bool
	used    time.Time
}

// startTime bounds how long a browser is waited for. A busy machine can take
// several seconds to load it.
const startTime = 30 * time.Second

// start starts a browser, or connects to the remote one.
func (p *Pool) start(ctx context.Context) (*instance, error) {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	in, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	in.root = session{link: in.link}
	if _, err := call(ctx, in.root, browser.GetVersion, cdp.Empty{}); err != nil {
		if in.process != nil {
			err = fmt.Errorf("the browser %s did not start: %s: %w", p.path, in.process.output.last(), err)
		}
		return nil, errors.Join(err, in.close())
	}
	return in, nil
}

func (p *Pool) connect(ctx context.Context) (*instance, error) {
	if p.remote != "" {
		at, err := devTools(ctx, p.remote)
		if err != nil {
			return nil, err
		}
		conn, err := remote.DialContext(ctx, at)
		if err != nil {
			return nil, fmt.Errorf("connect to the browser: %w", bare(err))
		}
		return &instance{link: newLink(conn)}, nil
	}
	root := os.Geteuid() == 0
	if root {
		p.rootOnce.Do(func() {
			p.cfg.Log.Info("the browser runs without its sandbox, because this process is root's: run it as another user")
		})
	}
	proc, tr, err := startProcess(p.path, p.cfg.ProfileDir, flags(root))
	if err != nil {
		return nil, err
	}
	return &instance{link: newLink(tr), process: proc}, nil
}

// close ends the browser, or the connection to it.
func (in *instance) close() error {
	in.link.close()
	if in.process == nil {
		return nil
	}
	return in.process.end()
}

// dead says whether it can't be used any more.
func (in *instance) dead() bool {
	select {
	case <-in.link.lost:
		return true
	default:
		return in.broken.Load()
	}
}

// memory is what the browser holds, in bytes; 0 where that is not known.
func (in *instance) memory() int64 {
	if in.process == nil {
		return 0
	}
	return in.process.memory()
}

// isURL says whether a browser is named by a DevTools URL.
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

// devTools is the WebSocket address of a remote browser. One without a path is
// asked for it at /json/version, as Chromium has it; it answers only where it is
// called by an address or as localhost.
func devTools(ctx context.Context, raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", errors.New("the browser's DevTools URL is no URL such as ws://host:9222")
	}
	web := strings.HasPrefix(u.Scheme, "http")
	if !web && strings.Trim(u.Path, "/") != "" {
		return raw, nil
	}
	ask := *u
	ask.Scheme = strings.Replace(u.Scheme, "ws", "http", 1)
	if strings.Trim(ask.Path, "/") == "" {
		ask.Path = "/json/version"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, ask.String(), nil)
	if err != nil {
		return "", fmt.Errorf("ask the browser for its address: %w", bare(err))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask the browser for its address: %w", bare(err))
	}
	defer func() { _ = res.Body.Close() }()
	var version struct {
		URL string `json:"webSocketDebuggerUrl"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, 64<<10)).Decode(&version); err != nil || version.URL == "" {
		return "", fmt.Errorf("ask the browser for its address: status %d without webSocketDebuggerUrl", res.StatusCode)
	}
	at, err := url.Parse(version.URL)
	if err != nil {
		return "", fmt.Errorf("ask the browser for its address: %w", err)
	}
	// What it says of itself is its own view; it is reached where it was asked.
	at.Host, at.User = u.Host, u.User
	at.Scheme = strings.Replace(ask.Scheme, "http", "ws", 1)
	return at.String(), nil
}

// bare takes the URL out of an error: it may hold a token.
func bare(err error) error {
	if e := (*url.Error)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
