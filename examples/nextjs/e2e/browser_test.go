package e2e

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a tab of Chromium.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	exceptions []string
}

func startBrowser(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(os.Getenv("CHROMIUM")), chromedp.WindowSize(1200, 900))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start Chromium: %v (make test sets CHROMIUM)", err)
	}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	return b
}

// listen records the exceptions of pages.
func (b *browser) listen(event any) {
	if e, ok := event.(*runtime.EventExceptionThrown); ok {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.exceptions = append(b.exceptions, e.ExceptionDetails.Text)
	}
}

func (b *browser) open(url string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, waitTimeout)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		b.t.Fatalf("open %s: %v", url, err)
	}
}

// holds reports whether a JavaScript expression is true. It is not while a page loads.
func (b *browser) holds(expression string) bool {
	ctx, cancel := context.WithTimeout(b.ctx, waitTimeout)
	defer cancel()
	ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
	return err == nil && ok
}

// wait waits until a JavaScript expression is true.
func (b *browser) wait(what, expression string) {
	b.t.Helper()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for deadline := time.Now().Add(waitTimeout); !b.holds(expression); {
		if time.Now().After(deadline) {
			b.screenshot("failure")
			text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("location.href + '\\n' + document.body.innerText"))
			b.t.Fatalf("timed out waiting for %s. The page is %s", what, text)
		}
		<-tick.C
	}
}

// reloadUntil opens a page again and again until a JavaScript expression is true there.
func (b *browser) reloadUntil(url, what, expression string) {
	b.t.Helper()
	tick := time.NewTicker(reloadInterval)
	defer tick.Stop()
	for deadline := time.Now().Add(waitTimeout); ; <-tick.C {
		b.open(url)
		if b.holds(expression) {
			return
		}
		if time.Now().After(deadline) {
			b.screenshot("failure")
			b.t.Fatalf("timed out waiting for %s at %s", what, url)
		}
	}
}

// text returns the value of a JavaScript expression.
func (b *browser) text(expression string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, waitTimeout)
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		b.t.Fatalf("evaluate %s: %v", expression, err)
	}
	return s
}

// waitText waits until the page shows a text.
func (b *browser) waitText(text string) {
	b.t.Helper()
	b.wait("the text "+text, "document.body.innerText.includes("+quoted(text)+")")
}

// click clicks the first link or button that has a text, a label, or a line with the text.
func (b *browser) click(text string) {
	b.t.Helper()
	element := "[...document.querySelectorAll('main a, main button, header a')].find((e) => [e.ariaLabel, ...e.innerText.split('\\n').map((s) => s.trim())].includes(" + quoted(text) + "))"
	b.wait("the button "+text, element)
	if !b.holds("(" + element + ".click(), true)") {
		b.t.Fatalf("cannot click %s", text)
	}
}

// enter types a text into a field and sends the form by the Enter key.
func (b *browser) enter(selector, text string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, waitTimeout)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.SendKeys(selector, text+"\r")); err != nil {
		b.t.Fatalf("enter %s: %v", text, err)
	}
}

// screenshot saves the page as NAME.png in $CLAUSEA_TEST_SCREENSHOTS, if that is set.
func (b *browser) screenshot(name string) {
	folder := os.Getenv("CLAUSEA_TEST_SCREENSHOTS")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, waitTimeout)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600)
	}
	if err != nil {
		b.t.Logf("screenshot %s: %v", name, err)
	}
}

// checkNoExceptions fails the test if a page threw an exception.
func (b *browser) checkNoExceptions() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.exceptions) > 0 {
		b.t.Errorf("pages threw exceptions: %s", strings.Join(b.exceptions, "; "))
	}
}

// quoted returns a text as a JavaScript literal.
func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}
