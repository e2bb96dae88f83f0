package dashboardtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// hands are the ways in which a person uses a page.
type hands interface {
	// press follows a link or presses a button.
	press(selector string)
	// write writes into an empty field.
	write(selector, text string)
	// choose chooses the option of a list whose text begins with a text.
	choose(selector, text string)
}

// mouse uses pages with the mouse, and the keyboard only to write.
type mouse struct{ b *browser }

func (m mouse) press(selector string) {
	m.b.t.Helper()
	m.b.do("click "+selector, chromedp.Click(selector))
}

func (m mouse) write(selector, text string) {
	m.b.t.Helper()
	m.b.do("write into "+selector, chromedp.Click(selector), chromedp.KeyEvent(text))
}

func (m mouse) choose(selector, text string) {
	m.b.t.Helper()
	m.b.do("choose in "+selector, chromedp.SendKeys(selector, text))
}

// keyboard uses pages by the keyboard alone.
type keyboard struct{ b *browser }

// maxTabs is more than the number of elements of a page that the key Tab reaches.
const maxTabs = 300

// focusScript returns "found" if the focused element matches a selector, and "hidden" if a reader
// cannot see that the element has the focus, or where it is.
const focusScript = `(() => {
	const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
	if (e === document.body) return "";
	const visible = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && e.matches(":focus-visible");
	const inside = r.width > 0 && r.height > 0 && r.bottom > 0 && r.right > 0 && r.top < innerHeight && r.left < innerWidth;
	if (!visible || !inside) return "hidden: " + e.outerHTML.slice(0, 200) + " " + JSON.stringify(r) + " " + s.outline;
	return e.matches(%s) ? "found" : "";
})()`

// reach presses Tab until the element has the focus. The focus must be visible on each element
// on the way.
func (k keyboard) reach(selector string) {
	k.b.t.Helper()
	script := fmt.Sprintf(focusScript, quoted(selector))
	for range maxTabs {
		state := evaluate[string](k.b, script)
		if state == "found" {
			return
		}
		if state != "" {
			k.b.t.Fatalf("at %s, the focus is not visible: %s", evaluate[string](k.b, "location.href"), state)
		}
		k.b.press(kb.Tab)
	}
	k.b.t.Fatalf("the key Tab does not reach %s at %s: %.2000s", selector, evaluate[string](k.b, "location.href"), evaluate[string](k.b, "document.querySelector('main').innerText"))
}

func (k keyboard) press(selector string) {
	k.b.t.Helper()
	k.reach(selector)
	k.b.press(kb.Enter)
}

func (k keyboard) write(selector, text string) {
	k.b.t.Helper()
	k.reach(selector)
	k.b.do("write into "+selector, chromedp.KeyEvent(text))
}

func (k keyboard) choose(selector, text string) {
	k.b.t.Helper()
	k.reach(selector)
	k.b.do("choose in "+selector, chromedp.KeyEvent(text))
}

// startDownloads lets the browser save downloads in a folder, which it returns.
func (b *browser) startDownloads() (folder string) {
	b.t.Helper()
	folder = b.t.TempDir()
	b.do("allow downloads", call(cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder}))
	return folder
}

// awaitDownload waits for a file whose name ends with a text, and returns it.
func awaitDownload(t *testing.T, folder, suffix string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), stepTimeout)
	defer cancel()
	for {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), suffix) {
				continue
			}
			if content, err := os.ReadFile(filepath.Join(folder, e.Name())); err == nil && len(content) > 0 {
				return content
			}
		}
		select {
		case <-ctx.Done():
			t.Fatalf("no file *%s is downloaded; the folder has %v", suffix, entries)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
