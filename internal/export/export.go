// Package export writes what is stored as a folder of Markdown, one folder a
// company and one file a document in Open Terms Archive's layout, with each
// version as a git commit of its own date.
package export

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/clausea/crawler/internal/store"
)

// Exporter writes from Store to the folder Dir, which is made if need be.
type Exporter struct {
	Store store.Store
	Dir   string
	// Name is the file's name for a type of document, such as Privacy Policy.
	Name func(documentType string) string
}

// Result counts what one Run wrote.
type Result struct {
	// Documents and Versions are those that were new to the folder.
	Documents int `json:"documents"`
	Versions  int `json:"versions"`
}

// revision is one version to be committed.
type revision struct {
	doc  store.Document
	v    store.Version
	file string
}

// Run adds to the folder the versions that it has not yet, in the order of their
// dates; company "" is all. Running it again adds only what is new since.
func (e *Exporter) Run(ctx context.Context, company string) (Result, error) {
	repo, err := open(e.Dir)
	if err != nil {
		return Result{}, err
	}
	known, err := history(repo)
	if err != nil {
		return Result{}, fmt.Errorf("export: read the history of %s: %w", e.Dir, err)
	}
	revs, fresh, err := e.missing(ctx, company, known)
	if err != nil {
		return Result{}, fmt.Errorf("export: %w", err)
	}
	w, err := repo.Worktree()
	if err != nil {
		return Result{}, fmt.Errorf("export: %w", err)
	}
	res := Result{Documents: fresh}
	for _, r := range revs {
		if err := e.commit(ctx, w, r); err != nil {
			return res, fmt.Errorf("export version %d of %s: %w", r.v.Number, r.doc.URL, err)
		}
		res.Versions++
	}
	return res, nil
}

// open opens the repository in dir. A folder that has other things in it is refused.
func open(dir string) (*git.Repository, error) {
	repo, err := git.PlainOpen(dir)
	if err == nil {
		return repo, nil
	}
	if !errors.Is(err, git.ErrRepositoryNotExists) {
		return nil, fmt.Errorf("export to %s: %w", dir, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("export to %s: %w", dir, err)
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("export to %s: the folder is neither empty nor an export: name another", dir)
	}
	repo, err = git.PlainInitWithOptions(dir, &git.PlainInitOptions{InitOptions: git.InitOptions{DefaultBranch: plumbing.Main}})
	if err != nil {
		return nil, fmt.Errorf("export to %s: %w", dir, err)
	}
	return repo, nil
}

// missing are the revisions that known lacks, oldest first.
func (e *Exporter) missing(ctx context.Context, company string, known *exported) ([]revision, int, error) {
	var docs []store.Document
	err := each(func(p store.ListOptions) ([]store.Document, string, error) {
		return e.Store.ListDocuments(ctx, company, p)
	}, func(d store.Document) error {
		docs = append(docs, d)
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	// Of several of one type the surest gets the type's own name.
	sort.SliceStable(docs, func(i, j int) bool {
		a, b := docs[i], docs[j]
		if a.Company != b.Company {
			return a.Company < b.Company
		}
		return a.Confidence > b.Confidence
	})
	var revs []revision
	fresh := 0
	for _, d := range docs {
		file, had := known.file(d, e.Name)
		if !had {
			fresh++
		}
		err := each(func(p store.ListOptions) ([]store.Version, string, error) { return e.Store.ListVersions(ctx, d.ID, p) }, func(v store.Version) error {
			if v.Number > known.versions[d.ID] {
				revs = append(revs, revision{d, v, file})
			}
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
	}
	sort.SliceStable(revs, func(i, j int) bool {
		a, b := revs[i], revs[j]
		if a.doc.ID == b.doc.ID {
			return a.v.Number < b.v.Number
		}
		if !a.v.FetchedAt.Equal(b.v.FetchedAt) {
			return a.v.FetchedAt.Before(b.v.FetchedAt)
		}
		return a.file < b.file
	})
	return revs, fresh, nil
}

func (e *Exporter) commit(ctx context.Context, w *git.Worktree, r revision) error {
	_, text, err := e.Store.VersionText(ctx, r.doc.ID, r.v.Number)
	if err != nil {
		return err
	}
	name := filepath.Join(e.Dir, filepath.FromSlash(r.file))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(name, []byte(strings.TrimRight(text, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	// Nothing but this file has changed; looking at all of them for each commit would
	// take longer with every document.
	if err := w.AddWithOptions(&git.AddOptions{Path: r.file, SkipStatus: true}); err != nil {
		return err
	}
	_, err = w.Commit(message(r), &git.CommitOptions{
		AllowEmptyCommits: true, // a text that came back after a change kept elsewhere
		Author:            &object.Signature{Name: "clausea", Email: "clausea@localhost", When: when(r.v)},
	})
	return err
}

func when(v store.Version) time.Time {
	if v.FetchedAt.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return v.FetchedAt.UTC()
}

// The trailers by which a later run knows what is there.
const (
	trailerDocument = "Document-ID: "
	trailerVersion  = "Version: "
	trailerFile     = "File: "
)

// message begins as the archive's tools expect it: they tell a first version from a
// later one by the first words.
func message(r revision) string {
	what := "Record new changes of"
	if r.v.Number == 1 {
		what = "First record of"
	}
	service, name := path.Split(strings.TrimSuffix(r.file, ".md"))
	return fmt.Sprintf("%s %s %s\n\nRead from %s\n\n%s%s\n%s%d\n%s%s\n", what, strings.TrimSuffix(service, "/"), name, r.v.URL,
		trailerDocument, r.doc.ID, trailerVersion, r.v.Number, trailerFile, r.file)
}

func each[T any](list func(store.ListOptions) ([]T, string, error), do func(T) error) error {
	p := store.ListOptions{Limit: store.MaxLimit}
	for {
		items, next, err := list(p)
		if err != nil {
			return err
		}
		for _, it := range items {
			if err := do(it); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		p.Continue = next
	}
}
