package export

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"
	"unicode"

	"github.com/clausea/crawler/internal/store"
)

// history is what the commits of a repository record of earlier exports.
type history struct {
	versions map[string]int    // newest version by document ID
	files    map[string]string // file by document ID
	used     map[string]bool   // files in lower case, for file systems that fold case
}

// readHistory reads the trailers of the commits that head reaches.
func readHistory(ctx context.Context, repo *repository, head string) (*history, error) {
	h := &history{versions: map[string]int{}, files: map[string]string{}, used: map[string]bool{}}
	if head == "" {
		return h, nil
	}
	return h, repo.messages(ctx, head, h.add)
}

// add records a commit by its message. It ignores commits that are not an export's.
func (h *history) add(message string) {
	var id, file string
	var number int
	for line := range strings.Lines(message) {
		line = strings.TrimSpace(line)
		if v, ok := strings.CutPrefix(line, trailerDocument); ok {
			id = v
		} else if v, ok := strings.CutPrefix(line, trailerFile); ok {
			file = v
		} else if v, ok := strings.CutPrefix(line, trailerVersion); ok {
			number, _ = strconv.Atoi(v)
		}
	}
	if id == "" {
		return
	}
	h.versions[id] = max(h.versions[id], number)
	h.files[id] = file
	h.used[strings.ToLower(file)] = true
}

// file returns the document's file and whether an earlier export named it. A new
// document gets an unused name that is built from its company and type.
func (h *history) file(d store.Document, name func(string) string) (file string, known bool) {
	if file, known = h.files[d.ID]; known {
		return file, true
	}
	base := path.Join(clean(d.Company), clean(name(d.Type)))
	file = base + ".md"
	for n := 2; h.used[strings.ToLower(file)]; n++ {
		file = fmt.Sprintf("%s %d.md", base, n)
	}
	h.files[d.ID], h.used[strings.ToLower(file)] = file, true
	return file, false
}

// clean replaces the characters that a file system may reject or that would lead to
// another folder.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, name)
	if name = strings.Trim(name, ". "); name == "" {
		return "unnamed"
	}
	return name
}
