package export

import (
	"bufio"
	"fmt"
	"strings"
	"time"
)

// fastImport writes the input of git fast-import: a sequence of commits to
// importRef, each with one file. The format is that of git-fast-import(1).
type fastImport struct {
	w    *bufio.Writer
	tail bool // a commit was written, so that git knows the next one's parent
}

// commit is one commit of one file.
type commit struct {
	parent  string // hash of the first commit's parent; "" begins a history
	at      time.Time
	message string
	file    string // with slashes, relative to the repository's root
	content string
}

// identity is the author and committer of every commit.
const identity = "clausea <clausea@localhost>"

// write adds a commit whose parent is the commit before it in the stream.
func (s *fastImport) write(c commit) error {
	// git has no dates before 1970; a version without a date gets the first second.
	seconds := max(0, c.at.Unix())
	fmt.Fprintf(s.w, "commit %s\n", importRef)
	fmt.Fprintf(s.w, "author %s %d +0000\ncommitter %s %d +0000\n", identity, seconds, identity, seconds)
	s.data(c.message)
	if !s.tail && c.parent != "" {
		fmt.Fprintf(s.w, "from %s\n", c.parent)
	}
	s.tail = true
	fmt.Fprintf(s.w, "M 100644 inline %s\n", quote(c.file))
	s.data(c.content)
	// bufio keeps the first error and returns it here and to every later call.
	_, err := s.w.WriteString("\n")
	return err
}

// data writes a block with its length in bytes, which may contain anything.
func (s *fastImport) data(text string) {
	fmt.Fprintf(s.w, "data %d\n%s\n", len(text), text)
}

// done ends the stream. Without it git takes the stream for cut off and imports nothing.
func (s *fastImport) done() error {
	_, _ = s.w.WriteString("done\n")
	return s.w.Flush()
}

// quote writes a path as git's C-style string: in quotes, with quotes, backslashes
// and line feeds escaped.
func quote(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
}
