package export

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/clausea/crawler/internal/store"
)

// exported is what a folder's commits say is in it.
type exported struct {
	versions map[string]int    // newest version by document
	files    map[string]string // file by document
	taken    map[string]bool   // files in lower case, for file systems that fold case
}

func history(repo *git.Repository) (*exported, error) {
	x := &exported{versions: map[string]int{}, files: map[string]string{}, taken: map[string]bool{}}
	log, err := repo.Log(&git.LogOptions{})
	if errors.Is(err, plumbing.ErrReferenceNotFound) {
		return x, nil
	}
	if err != nil {
		return nil, err
	}
	return x, log.ForEach(func(c *object.Commit) error {
		var id, file string
		var n int
		for line := range strings.Lines(c.Message) {
			line = strings.TrimSpace(line)
			if v, ok := strings.CutPrefix(line, trailerDocument); ok {
				id = v
			} else if v, ok := strings.CutPrefix(line, trailerFile); ok {
				file = v
			} else if v, ok := strings.CutPrefix(line, trailerVersion); ok {
				n, _ = strconv.Atoi(v)
			}
		}
		if id == "" {
			return nil // a commit that somebody else made
		}
		x.versions[id] = max(x.versions[id], n)
		x.files[id] = file
		x.taken[strings.ToLower(file)] = true
		return nil
	})
}

// file is where a document lies: where it lay before, else a free name by its type.
func (x *exported) file(d store.Document, name func(string) string) (file string, had bool) {
	if file, had = x.files[d.ID]; had {
		return file, true
	}
	base := path.Join(clean(d.Company), clean(name(d.Type)))
	file = base + ".md"
	for n := 2; x.taken[strings.ToLower(file)]; n++ {
		file = fmt.Sprintf("%s %d.md", base, n)
	}
	x.files[d.ID], x.taken[strings.ToLower(file)] = file, true
	return file, false
}

// clean makes a name that every file system takes and that leads nowhere else.
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
