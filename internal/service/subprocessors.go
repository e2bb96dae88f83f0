package service

import (
	"context"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/document/subprocessor"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// SubprocessorList is a list of subprocessors that a company publishes.
type SubprocessorList struct {
	Document store.Document
	// Rows are those of the newest version.
	Rows []subprocessor.Row
	// Change has the differences to the version before. It is empty if there is none.
	Change subprocessor.Change
	// Version is the newest version, and Compared the number of the one before, or 0.
	Version  store.Version
	Compared int
}

// maxSubprocessorLists is the maximum number of lists of a company that are read.
const maxSubprocessorLists = 5

// Subprocessors returns the lists of subprocessors of a company, at most 5, each compared with its
// previous version.
func (s *Documents) Subprocessors(ctx context.Context, caller Caller, company string) ([]SubprocessorList, error) {
	docs, _, err := s.List(ctx, caller, DocumentFilter{Companies: []string{company}, Types: []string{doctype.Subprocessors}}, store.ListOptions{Limit: maxSubprocessorLists})
	if err != nil {
		return nil, err
	}
	var out []SubprocessorList
	for _, d := range docs {
		cur, err := s.text(ctx, d, VersionSelector{})
		if problem.IsCode(err, problem.NotFound) {
			continue // it has no version yet
		}
		if err != nil {
			return nil, err
		}
		l := SubprocessorList{Document: d, Version: cur.Version, Rows: subprocessor.Rows(cur.Markdown)}
		if n := cur.Version.Number - 1; n > 0 {
			old, err := s.text(ctx, d, VersionSelector{Number: n})
			if err != nil && !problem.IsCode(err, problem.NotFound) {
				return nil, err
			}
			if err == nil {
				l.Compared, l.Change = n, subprocessor.Diff(subprocessor.Rows(old.Markdown), l.Rows)
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// Unchanged returns the rows that are the same in both versions.
func (l SubprocessorList) Unchanged() (rows []subprocessor.Row) {
	differs := map[subprocessor.Row]bool{}
	for _, r := range l.Change.Added {
		differs[r] = true
	}
	for _, c := range l.Change.Changed {
		differs[c.After] = true
	}
	for _, r := range l.Rows {
		if !differs[r] {
			rows = append(rows, r)
		}
	}
	return rows
}
