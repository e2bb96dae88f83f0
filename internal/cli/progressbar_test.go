package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/demo"
)

func TestProgressLineFitsTheWidth(t *testing.T) {
	t.Parallel()
	p := crawl.Progress{Fetched: 37, Queued: 120, LegalFound: 9, CurrentHost: "help.harbour.example"}
	for width := range 120 {
		head, rest := progressLine("harbour.example (1 of 2)", p, 12*time.Second, width)
		if n := len(head + rest); n > width {
			t.Errorf("the line has %d columns, want at most %d: %q", n, width, head+rest)
		}
	}
	head, rest := progressLine("harbour.example", p, 12*time.Second, 100)
	if got, want := head+rest, "harbour.example  37 pages  9 documents  12s  120 queued  3.1/s  help.harbour.example"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	head, rest = progressLine("harbour.example", p, 12*time.Second, 50)
	if got, want := head+rest, "harbour.example  37 pages  9 documents  12s"; got != want {
		t.Errorf("in 50 columns: %q, want %q", got, want)
	}
}

// crawlOnTerminal crawls the demo site twice in a child process. Standard error of the process
// is a pseudo-terminal with the given width. It returns both outputs.
func crawlOnTerminal(t *testing.T, columns uint16, env ...string) (stdout, terminal string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a process")
	}
	site, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = master.Close() }()
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	args := []string{"crawl", demo.Domain, demo.Domain, "--no-store", "--delay", "20ms", "--ca-file", site.CAFile, "--connect-to", ":443:" + site.Addr, "--allow-address", "127.0.0.1/32"}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), "TERM=xterm", "NO_COLOR=", argsEnv+"="+strings.Join(args, "\n")), env...)
	cmd.Stdout, cmd.Stderr = &out, tty
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = tty.Close()
	received := make(chan string)
	go func() {
		b, _ := io.ReadAll(master) // fails once the child has closed the terminal
		received <- string(b)
	}()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	return out.String(), <-received
}

var escape = regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]`)

func TestProgressBarRedrawsOneLine(t *testing.T) {
	t.Parallel()
	const columns = 60
	stdout, terminal := crawlOnTerminal(t, columns)
	if strings.Contains(terminal, "\n") {
		t.Errorf("the progress bar takes more than one line: %q", terminal)
	}
	if !strings.HasSuffix(terminal, "\r\x1b[K") {
		t.Errorf("the line is not erased: %q", terminal[max(0, len(terminal)-80):])
	}
	pages := map[string]bool{}
	for _, line := range strings.Split(terminal, "\r") {
		text := escape.ReplaceAllString(line, "")
		if len(text) >= columns {
			t.Errorf("a line has %d columns, the terminal has %d: %q", len(text), columns, text)
		}
		if m := regexp.MustCompile(`(\d+) pages`).FindString(text); m != "" {
			pages[m] = true
		}
	}
	if len(pages) < 3 {
		t.Errorf("the progress bar shows %d different counts, want at least 3: %q", len(pages), terminal)
	}
	for i := 1; i <= 2; i++ {
		if !strings.Contains(terminal, fmt.Sprintf("%s (%d of 2)", demo.Domain, i)) {
			t.Errorf("target %d is not shown", i)
		}
	}
	if strings.Contains(stdout, "\x1b") || strings.Contains(stdout, "\r") || strings.Count(stdout, "TYPE ") != 2 {
		t.Errorf("standard output is %q", stdout)
	}
	if !strings.Contains(terminal, "\x1b["+bold+"m") {
		t.Errorf("the progress bar has no color: %q", terminal)
	}
}

func TestProgressBarRespectsNoColorAndDumbTerminals(t *testing.T) {
	t.Parallel()
	if _, terminal := crawlOnTerminal(t, 80, "NO_COLOR=1"); strings.Contains(terminal, "m") && regexp.MustCompile(`\x1b\[[0-9;]*m`).MatchString(terminal) || !strings.Contains(terminal, "pages") {
		t.Errorf("with NO_COLOR: %q", terminal)
	}
	if _, terminal := crawlOnTerminal(t, 80, "TERM=dumb"); terminal != "" {
		t.Errorf("on a dumb terminal: %q", terminal)
	}
}
