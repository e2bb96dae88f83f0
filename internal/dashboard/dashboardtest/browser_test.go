package dashboardtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// stepTimeout limits one step in the browser.
const stepTimeout = 30 * time.Second

// browser is a tab of Chromium. It records what pages must not do.
type browser struct {
	t      *testing.T
	ctx    context.Context
	origin string

	mu     sync.Mutex
	faults []string
}

// startBrowser starts Chromium. Requests to other origins than origin are faults.
func startBrowser(t *testing.T, origin string) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(os.Getenv("CHROMIUM")), chromedp.WindowSize(1280, 900))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, origin: origin}
	// The first step has no timeout of its own: the end of its context would end Chromium.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start Chromium: %v (make test sets CHROMIUM)", err)
	}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	b.do("record the log", call(cdplog.Enable, cdp.Empty{}), call(network.Enable, network.EnableParams{}),
		call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	return b
}

// call returns the action that sends a command.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// listen records errors, dialogs and requests to other origins.
func (b *browser) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.fault("exception: %s", e.ExceptionDetails.Text)
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError {
			b.fault("console: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			b.fault("console.error: %s", e.Args[0].Description)
		}
	case *page.EventJavascriptDialogOpening:
		b.fault("dialog: %s", e.Message)
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && u.Scheme != "about" && u.Scheme+"://"+u.Host != b.origin {
			b.fault("request to %s", e.Request.URL)
		}
	}
}

func (b *browser) fault(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, fmt.Sprintf(format, args...))
}

// takeFaults returns the faults since the last call.
func (b *browser) takeFaults() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.faults
	b.faults = nil
	return f
}

// stepContext returns a context that limits a step in the browser.
func stepContext(b *browser) (context.Context, context.CancelFunc) {
	return context.WithTimeout(b.ctx, stepTimeout)
}

func (b *browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTimeout)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// open opens a path of the dashboard.
func (b *browser) open(path string) {
	b.t.Helper()
	b.do("open "+path, chromedp.Navigate(b.origin+path))
}

// evaluate returns the value of a JavaScript expression in the page.
func evaluate[T any](b *browser, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTimeout)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("evaluate %.80s: %v", expression, err)
	}
	return v
}

// signIn signs in by the form.
func (b *browser) signIn() {
	b.t.Helper()
	b.open("/dashboard/sign-in")
	b.do("sign in", chromedp.SendKeys("#password", password+"\r"), chromedp.WaitVisible("header.top"))
}

// scheme emulates "light" or "dark", and a width of the window in pixels.
func (b *browser) look(scheme string, width int64) {
	b.t.Helper()
	b.do("emulate "+scheme, call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}), chromedp.EmulateViewport(width, 900))
}

// screenshot saves the page as NAME.png in $CLAUSEA_TEST_SCREENSHOTS, if that is set.
func (b *browser) screenshot(name string) {
	b.t.Helper()
	folder := os.Getenv("CLAUSEA_TEST_SCREENSHOTS")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, stepTimeout)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600)
	}
	if err != nil {
		b.t.Errorf("save the screenshot %s: %v", name, err)
	}
}

// quoted returns a text as a JavaScript literal.
func quoted(s string) string {
	j, _ := json.Marshal(s)
	return string(j)
}

// fileName returns a path as the name of a file.
func fileName(path string) string {
	name := strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-", "&", "-").Replace(strings.TrimPrefix(path, "/dashboard/")), "-")
	if name == "" {
		return "review"
	}
	return name
}
