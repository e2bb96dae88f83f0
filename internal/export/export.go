// Package export writes the stored documents to a git repository in the layout of
// Open Terms Archive: a folder for each company, a Markdown file for each document
// and a commit for each version, dated when the version was fetched.
package export

import (
	"context"
	"fmt"
	"path"
	"sort"
	"strings"

	"github.com/clausea/crawler/internal/store"
)

// Store is what an export reads.
type Store interface {
	ListDocuments(ctx context.Context, company string, p store.ListOptions) ([]store.Document, string, error)
	ListVersions(ctx context.Context, documentID string, p store.ListOptions) ([]store.Version, string, error)
	VersionText(ctx context.Context, documentID string, number int) (store.Version, string, error)
}

// Exporter writes the documents in Store to a git repository in the folder Dir. It
// creates the folder if it is missing and needs the program git.
type Exporter struct {
	Store Store
	Dir   string
	// Name returns the file name, without extension, for a document type.
	Name func(documentType string) string
}

// Result counts what one call of Run added.
type Result struct {
	Documents int `json:"documents"` // documents without an earlier commit
	Versions  int `json:"versions"`  // commits
}

// revision is a version that has no commit yet.
type revision struct {
	document store.Document
	version  store.Version
	file     string
}

// Run commits the versions that the repository lacks, oldest first, and updates the
// files in the folder. It exports one company, or all of them if company is "".
// Run adds all of these versions or, if it fails, none.
func (e *Exporter) Run(ctx context.Context, company string) (Result, error) {
	result, err := e.run(ctx, company)
	if err != nil {
		return Result{}, fmt.Errorf("export to %s: %w", e.Dir, err)
	}
	return result, nil
}

func (e *Exporter) run(ctx context.Context, company string) (Result, error) {
	repo, err := openRepository(ctx, e.Dir)
	if err != nil {
		return Result{}, err
	}
	head, err := repo.head(ctx)
	if err != nil {
		return Result{}, err
	}
	done, err := readHistory(ctx, repo, head)
	if err != nil {
		return Result{}, fmt.Errorf("read the history: %w", err)
	}
	revisions, documents, err := e.missing(ctx, company, done)
	if err != nil || len(revisions) == 0 {
		return Result{}, err
	}
	err = repo.importCommits(ctx, func(stream *fastImport) error {
		for _, r := range revisions {
			if err := e.commit(ctx, stream, head, r); err != nil {
				return fmt.Errorf("version %d of %s: %w", r.version.Number, r.document.URL, err)
			}
		}
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	if err := repo.publish(ctx, head, files(revisions)); err != nil {
		return Result{}, err
	}
	return Result{Documents: documents, Versions: len(revisions)}, nil
}

// missing returns the revisions that done lacks, oldest first, and the number of
// documents that are new to the repository.
func (e *Exporter) missing(ctx context.Context, company string, done *history) ([]revision, int, error) {
	var docs []store.Document
	err := each(func(p store.ListOptions) ([]store.Document, string, error) {
		return e.Store.ListDocuments(ctx, company, p)
	}, func(d store.Document) {
		docs = append(docs, d)
	})
	if err != nil {
		return nil, 0, err
	}
	// Of several documents of a type, the one with the highest confidence gets the
	// file name without a number.
	sort.SliceStable(docs, func(i, j int) bool {
		a, b := docs[i], docs[j]
		if a.Company != b.Company {
			return a.Company < b.Company
		}
		return a.Confidence > b.Confidence
	})
	var revisions []revision
	added := 0
	for _, d := range docs {
		file, known := done.file(d, e.Name)
		if !known {
			added++
		}
		err := each(func(p store.ListOptions) ([]store.Version, string, error) { return e.Store.ListVersions(ctx, d.ID, p) }, func(v store.Version) {
			if v.Number > done.versions[d.ID] {
				revisions = append(revisions, revision{d, v, file})
			}
		})
		if err != nil {
			return nil, 0, err
		}
	}
	sort.SliceStable(revisions, func(i, j int) bool { return before(revisions[i], revisions[j]) })
	return revisions, added, nil
}

// before orders the versions of a document by number and all others by date.
func before(a, b revision) bool {
	if a.document.ID == b.document.ID {
		return a.version.Number < b.version.Number
	}
	if !a.version.FetchedAt.Equal(b.version.FetchedAt) {
		return a.version.FetchedAt.Before(b.version.FetchedAt)
	}
	return a.file < b.file
}

func (e *Exporter) commit(ctx context.Context, stream *fastImport, head string, r revision) error {
	_, text, err := e.Store.VersionText(ctx, r.document.ID, r.version.Number)
	if err != nil {
		return err
	}
	return stream.write(commit{
		parent:  head,
		at:      r.version.FetchedAt,
		message: message(r),
		file:    r.file,
		content: strings.TrimRight(text, "\n") + "\n",
	})
}

// files returns the file of each revision, once.
func files(revisions []revision) []string {
	seen := map[string]bool{}
	var names []string
	for _, r := range revisions {
		if !seen[r.file] {
			seen[r.file] = true
			names = append(names, r.file)
		}
	}
	return names
}

// The trailers by which a later export recognizes its commits.
const (
	trailerDocument = "Document-ID: "
	trailerVersion  = "Version: "
	trailerFile     = "File: "
)

// message returns a commit message that begins as Open Terms Archive's tools expect:
// they tell first versions, changes and technical versions apart by the first words.
func message(r revision) string {
	subject := "Record new changes of"
	switch {
	case r.version.Number == 1:
		subject = "First record of"
	case r.version.Technical:
		subject = "Apply technical or declaration upgrade on"
	}
	service, name := path.Split(strings.TrimSuffix(r.file, ".md"))
	return fmt.Sprintf("%s %s %s\n\nRead from %s\n\n%s%s\n%s%d\n%s%s\n", subject, strings.TrimSuffix(service, "/"), name, r.version.URL,
		trailerDocument, r.document.ID, trailerVersion, r.version.Number, trailerFile, r.file)
}

// each calls handle with every item of a paged list.
func each[T any](list func(store.ListOptions) ([]T, string, error), handle func(T)) error {
	p := store.ListOptions{Limit: store.MaxLimit}
	for {
		items, next, err := list(p)
		if err != nil {
			return err
		}
		for _, item := range items {
			handle(item)
		}
		if next == "" {
			return nil
		}
		p.Continue = next
	}
}
