package service

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// VersionSelector selects a version of a document. The zero value selects the newest one.
type VersionSelector struct {
	// Number is the number of the version, if it is positive.
	Number int
	// Previous selects the version before the newest one.
	Previous bool
	// AsOf selects the version that had been fetched last at that time, if it is set.
	AsOf time.Time
}

// ParseVersion returns the selector of a number, "latest" or "previous".
func ParseVersion(text string) (VersionSelector, bool) {
	switch text {
	case "latest":
		return VersionSelector{}, true
	case "previous":
		return VersionSelector{Previous: true}, true
	}
	n, err := strconv.Atoi(text)
	return VersionSelector{Number: n}, err == nil && n > 0
}

// VersionText is a version with its document and its text.
type VersionText struct {
	Document store.Document
	Version  store.Version
	Markdown string
}

// Versions returns one page of the versions of a document, newest first.
func (s *Documents) Versions(ctx context.Context, caller Caller, id string, opts store.ListOptions) ([]store.Version, string, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, "", err
	}
	d, err := s.document(ctx, id)
	if err != nil {
		return nil, "", err
	}
	items, next, err := s.Store.ListVersions(ctx, d.ID, opts)
	if err != nil {
		return nil, "", fmt.Errorf("list the versions of document %s: %w", id, err)
	}
	return items, next, nil
}

// Version returns a version of a document without its text.
func (s *Documents) Version(ctx context.Context, caller Caller, id string, which VersionSelector) (store.Version, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return store.Version{}, err
	}
	d, err := s.document(ctx, id)
	if err != nil {
		return store.Version{}, err
	}
	return s.version(ctx, d, which)
}

// Text returns a version of a document with its text.
func (s *Documents) Text(ctx context.Context, caller Caller, id string, which VersionSelector) (VersionText, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return VersionText{}, err
	}
	d, err := s.document(ctx, id)
	if err != nil {
		return VersionText{}, err
	}
	return s.text(ctx, d, which)
}

func (s *Documents) text(ctx context.Context, d store.Document, which VersionSelector) (VersionText, error) {
	out := VersionText{Document: d}
	n := which.Number
	if which.Previous || !which.AsOf.IsZero() {
		v, err := s.version(ctx, d, which)
		if err != nil {
			return out, err
		}
		n = v.Number
	}
	var err error
	out.Version, out.Markdown, err = s.Store.VersionText(ctx, d.ID, n)
	return out, versionProblem(err, d, which)
}

// version returns a version without its text.
func (s *Documents) version(ctx context.Context, d store.Document, which VersionSelector) (v store.Version, err error) {
	switch {
	case !which.AsOf.IsZero():
		return s.versionAt(ctx, d, which.AsOf)
	case which.Number > 0:
		v, _, err = s.Store.VersionText(ctx, d.ID, which.Number)
		return v, versionProblem(err, d, which)
	}
	items, _, err := s.Store.ListVersions(ctx, d.ID, store.ListOptions{Limit: 2})
	if err != nil {
		return v, fmt.Errorf("list the versions of document %s: %w", d.ID, err)
	}
	if which.Previous && len(items) > 0 {
		items = items[1:]
	}
	if len(items) == 0 {
		return v, versionProblem(store.ErrNotFound, d, which)
	}
	return items[0], nil
}

// versionAt returns the version that had been fetched last at a time.
func (s *Documents) versionAt(ctx context.Context, d store.Document, at time.Time) (v store.Version, err error) {
	if at.After(s.Guard.Now()) {
		return v, problem.New(problem.FutureDate, "asOf %s is in the future", at.UTC().Format(time.RFC3339))
	}
	err = store.ErrNotFound
	if at.Unix() >= 0 { // a store may not represent earlier times, and nothing was fetched then
		v, err = s.Store.VersionAt(ctx, d.ID, at)
	}
	return v, versionProblem(err, d, VersionSelector{AsOf: at})
}

// versionProblem returns the problem of a version that could not be read, or nil.
func versionProblem(err error, d store.Document, which VersionSelector) error {
	if err == nil {
		return nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read a version of document %s: %w", d.ID, err)
	}
	switch {
	case !which.AsOf.IsZero():
		return problem.New(problem.NotFound, "the document had no version at %s; it was first seen at %s", which.AsOf.UTC().Format(time.RFC3339), d.FirstSeen.UTC().Format(time.RFC3339))
	case which.Previous:
		return problem.New(problem.NotFound, "the document has no previous version: it has %d", d.Versions)
	case which.Number > 0:
		return problem.New(problem.NotFound, "the document has no version %d: it has %d", which.Number, d.Versions)
	}
	return problem.New(problem.NotFound, "the document has no version")
}
