package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// RawVersion is the response body from which the text of a version was read. An attacker may have
// written it.
type RawVersion struct {
	Version store.Version
	Body    []byte
}

// Raw returns the raw bytes of a version. It is a NotFound problem if they are not stored.
func (s *Documents) Raw(ctx context.Context, caller Caller, id string, which VersionSelector) (RawVersion, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return RawVersion{}, err
	}
	d, err := s.document(ctx, id)
	if err != nil {
		return RawVersion{}, err
	}
	v, err := s.version(ctx, d, which)
	if err != nil {
		return RawVersion{}, err
	}
	body, err := s.snapshot(ctx, d, v)
	if err == nil && body == nil {
		err = problem.New(problem.NotFound, "the raw bytes of version %d are not stored", v.Number)
	}
	return RawVersion{Version: v, Body: body}, err
}

// snapshot returns the raw bytes of a version, or nil if they are not stored.
func (s *Documents) snapshot(ctx context.Context, d store.Document, v store.Version) ([]byte, error) {
	if v.SnapshotHash == "" {
		return nil, nil
	}
	body, err := s.Store.GetSnapshot(ctx, d.Company, v.SnapshotHash)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the snapshot of version %d of document %s: %w", v.Number, d.ID, err)
	}
	if body == nil {
		body = []byte{}
	}
	return body, nil
}
