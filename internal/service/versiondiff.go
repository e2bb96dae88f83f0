package service

import (
	"context"

	"github.com/clausea/crawler/internal/comparison"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Comparison is the difference between two versions of a document.
type Comparison struct {
	Document store.Document
	comparison.Result
}

// Diff compares two versions of a document. Previous in from selects the version before to.
func (s *Documents) Diff(ctx context.Context, caller Caller, id string, from, to VersionSelector) (Comparison, error) {
	out := Comparison{}
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return out, err
	}
	var err error
	if out.Document, err = s.document(ctx, id); err != nil {
		return out, err
	}
	a, b, err := s.numbers(ctx, out.Document, from, to)
	if err != nil {
		return out, err
	}
	ignore, err := s.ignoreRules(ctx, out.Document)
	if err != nil {
		return out, err
	}
	release, err := s.slot(ctx)
	if err != nil {
		return out, err
	}
	defer release()
	out.Result, err = comparison.Versions(ctx, s.Store, out.Document, a, b)
	out.Change = out.Change.Ignore(ignore)
	return out, versionProblem(err, out.Document, VersionSelector{Number: max(a, b)})
}

// numbers returns the numbers of two versions to compare.
func (s *Documents) numbers(ctx context.Context, d store.Document, from, to VersionSelector) (a, b int, err error) {
	if b = to.Number; b == 0 {
		v, err := s.version(ctx, d, to)
		if err != nil {
			return 0, 0, err
		}
		b = v.Number
	}
	switch {
	case from.Number > 0:
		a = from.Number
	case from.Previous:
		if a = b - 1; a < 1 {
			return 0, 0, problem.New(problem.NotFound, "version %d of the document has no previous version to compare with", b)
		}
	default:
		v, err := s.version(ctx, d, from)
		if err != nil {
			return 0, 0, err
		}
		a = v.Number
	}
	if a == b {
		return 0, 0, problem.OfField("query.from", "from and to are both version %d", a)
	}
	return a, b, nil
}
