package service

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/evidence"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// EvidencePack is an evidence pack of a version.
type EvidencePack struct {
	Version store.Version
	Bytes   []byte
}

// Evidence returns the evidence pack of a version of a document.
func (s *Documents) Evidence(ctx context.Context, caller Caller, id string, which VersionSelector) (EvidencePack, error) {
	out := EvidencePack{}
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return out, err
	}
	d, err := s.document(ctx, id)
	if err != nil {
		return out, err
	}
	release, err := s.slot(ctx)
	if err != nil {
		return out, err
	}
	defer release()
	v, err := s.text(ctx, d, which)
	if err != nil {
		return out, err
	}
	out.Version = v.Version
	page, err := s.snapshot(ctx, d, v.Version)
	if err != nil {
		return out, err
	}
	metadata, err := s.metadata(ctx, d, v.Version, page != nil)
	if err != nil {
		return out, err
	}
	out.Bytes, err = evidence.Write(evidence.Content{Metadata: metadata, Text: v.Markdown, Page: page}, s.EvidenceKey)
	return out, err
}

// metadata returns what is known about a version.
func (s *Documents) metadata(ctx context.Context, d store.Document, v store.Version, hasPage bool) (evidence.Metadata, error) {
	m := evidence.Metadata{
		DocumentID: d.ID, Company: CompanyName(d), DocumentType: d.Type, Version: v.Number, URL: v.URL, FetchedAt: v.FetchedAt.UTC(), RunID: v.RunID, Title: v.Title, Language: v.Language,
		ContentType: v.ContentType, EffectiveDate: v.EffectiveDate, UpdatedDate: v.UpdatedDate, ContentHash: v.ContentHash, ExtractionRevision: v.Revision, Technical: v.Technical,
		NotRecorded: []string{},
	}
	var err error
	if m.Exchange, err = v.Exchange.Unpack(); err != nil {
		return m, fmt.Errorf("read version %d of %s: %w", v.Number, d.ID, err)
	}
	if m.Exchange == nil {
		m.NotRecorded = append(m.NotRecorded, "requestHeaders", "otherResponseHeaders", "tls", "dns")
	}
	if !hasPage {
		m.NotRecorded = append(m.NotRecorded, "page")
	}
	p, err := s.Store.GetPage(ctx, v.RunID, v.URL)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return m, fmt.Errorf("read page %s of run %s: %w", v.URL, v.RunID, err)
	}
	// A run can fetch a URL again, so that its record may be that of another response.
	if err == nil && p.BodyHash != "" && p.BodyHash == v.SnapshotHash {
		m.Response = &evidence.Response{Status: p.Status, FinalURL: p.FinalURL, ContentType: p.ContentType, ETag: p.ETag, LastModified: p.LastModified, FetchedAt: p.FetchedAt.UTC()}
	} else {
		m.NotRecorded = append(m.NotRecorded, "response")
	}
	return m, nil
}

// PublicKey returns the public key that signs evidence packs. It is a NotFound problem if packs
// are not signed.
func (s *Documents) PublicKey(caller Caller) (ed25519.PublicKey, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, err
	}
	if s.EvidenceKey != nil {
		if key, ok := s.EvidenceKey.Public().(ed25519.PublicKey); ok {
			return key, nil
		}
	}
	return nil, problem.New(problem.NotFound, "evidence packs are not signed: the server has no evidence key (setting evidence-key)")
}
