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

// redrawInterval is the interval at which the progress bar is redrawn.
const redrawInterval = 150 * time.Millisecond

// defaultWidth is the width in columns of a terminal that does not report one.
const defaultWidth = 80

// progressBar shows the progress of a crawl in one line of a terminal.
type progressBar struct {
	out       *os.File
	color     colorizer
	title     string
	startedAt time.Time

	mu   sync.Mutex
	last crawl.Progress

	stop, stopped chan struct{}
}

// startProgressBar shows progress on w until stop is called. update is nil if w is not a
// terminal. title names the company.
func (a *app) startProgressBar(w io.Writer, title string) (update func(crawl.Progress), stop func()) {
	out, ok := w.(*os.File)
	if !ok || !a.supportsEscapes(w) {
		return nil, func() {}
	}
	b := &progressBar{out: out, color: a.colorizerFor(w), title: title, startedAt: time.Now(), stop: make(chan struct{}), stopped: make(chan struct{})}
	go b.run()
	return b.update, sync.OnceFunc(func() {
		close(b.stop)
		<-b.stopped
	})
}

// update stores the progress for the next redraw. It does not block on the terminal.
func (b *progressBar) update(p crawl.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = p
}

func (b *progressBar) run() {
	defer close(b.stopped)
	tick := time.NewTicker(redrawInterval)
	defer tick.Stop()
	for {
		b.draw()
		select {
		case <-tick.C:
		case <-b.stop:
			_, _ = io.WriteString(b.out, "\r\x1b[K")
			return
		}
	}
}

func (b *progressBar) draw() {
	b.mu.Lock()
	p := b.last
	b.mu.Unlock()
	width, _, err := term.GetSize(int(b.out.Fd()))
	if err != nil || width <= 0 {
		width = defaultWidth
	}
	title, rest := progressLine(b.title, p, time.Since(b.startedAt), width-1)
	_, _ = fmt.Fprintf(b.out, "\r%s%s\x1b[K", b.color.paint(bold, title), rest)
}

// progressLine formats the line in at most width columns, with the title separate. To fit,
// it omits the host first, then the rate, then the number of queued URLs.
func progressLine(title string, p crawl.Progress, elapsed time.Duration, width int) (head, rest string) {
	parts := []string{
		count(p.Fetched, "page", "pages"),
		count(p.LegalFound, "document", "documents"),
		elapsed.Round(time.Second).String(),
		fmt.Sprintf("%d queued", p.Queued),
		fmt.Sprintf("%.1f/s", float64(p.Fetched)/max(elapsed.Seconds(), 0.1)),
	}
	if p.CurrentHost != "" {
		parts = append(parts, p.CurrentHost)
	}
	head = truncate(title, width)
	line := ""
	for n := len(parts); n > 0; n-- {
		line = "  " + strings.Join(parts[:n], "  ")
		if len([]rune(head))+len([]rune(line)) <= width {
			return head, line
		}
	}
	return head, truncate(line, width-len([]rune(head)))
}

// truncate returns the first n columns of s. Titles and hosts are ASCII, so each character
// takes one column.
func truncate(s string, n int) string {
	r := []rune(s)
	if n <= 0 {
		return ""
	}
	return string(r[:min(len(r), n)])
}
