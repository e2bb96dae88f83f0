package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/clausea/crawler/internal/crawl"
)

// redraw is how often the line of progress is renewed at most.
const redraw = 150 * time.Millisecond

// narrowest is the width that is taken where a terminal doesn't tell its own.
const narrowest = 80

// meter shows a crawl's progress on a terminal in one line that renews itself.
type meter struct {
	out   *os.File
	ink   ink
	title string
	begun time.Time

	mu   sync.Mutex
	last crawl.Progress

	stop, stopped chan struct{}
}

// startMeter shows progress on w until stop is called; on anything but a terminal it
// shows nothing. title says what is crawled.
func (a *app) startMeter(w io.Writer, title string) (show func(crawl.Progress), stop func()) {
	out, ok := w.(*os.File)
	if !ok || !a.cursor(w) {
		return nil, func() {}
	}
	m := &meter{out: out, ink: a.inkFor(w), title: title, begun: time.Now(), stop: make(chan struct{}), stopped: make(chan struct{})}
	go m.run()
	return m.take, sync.OnceFunc(func() {
		close(m.stop)
		<-m.stopped
	})
}

// take notes where the crawl is. It doesn't wait for the terminal.
func (m *meter) take(p crawl.Progress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = p
}

func (m *meter) run() {
	defer close(m.stopped)
	tick := time.NewTicker(redraw)
	defer tick.Stop()
	for {
		m.draw()
		select {
		case <-tick.C:
		case <-m.stop:
			_, _ = io.WriteString(m.out, "\r\x1b[K")
			return
		}
	}
}

func (m *meter) draw() {
	m.mu.Lock()
	p := m.last
	m.mu.Unlock()
	width, _, err := term.GetSize(int(m.out.Fd()))
	if err != nil || width <= 0 {
		width = narrowest
	}
	title, rest := meterLine(m.title, p, time.Since(m.begun), width-1)
	_, _ = fmt.Fprintf(m.out, "\r%s%s\x1b[K", m.ink.paint(bold, title), rest)
}

// meterLine is the line in at most width columns, its title apart. What matters least
// is left out first: the host, then the rate, then what is queued.
func meterLine(title string, p crawl.Progress, took time.Duration, width int) (head, rest string) {
	parts := []string{
		fmt.Sprintf("%d pages", p.Fetched),
		fmt.Sprintf("%d documents", p.LegalFound),
		took.Round(time.Second).String(),
		fmt.Sprintf("%d queued", p.Queued),
		fmt.Sprintf("%.1f/s", float64(p.Fetched)/max(took.Seconds(), 0.1)),
	}
	if p.CurrentHost != "" {
		parts = append(parts, p.CurrentHost)
	}
	head = cut(title, width)
	line := ""
	for n := len(parts); n > 0; n-- {
		line = "  " + strings.Join(parts[:n], "  ")
		if len([]rune(head))+len([]rune(line)) <= width {
			return head, line
		}
	}
	return head, cut(line, width-len([]rune(head)))
}

// cut is s in at most n columns. Titles and hosts are ASCII, so that a letter is one.
func cut(s string, n int) string {
	r := []rune(s)
	if n <= 0 {
		return ""
	}
	return string(r[:min(len(r), n)])
}
