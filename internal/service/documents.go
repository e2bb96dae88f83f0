package service

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Documents has the use cases of documents, their versions and what is known about them. A
// document of another namespace does not exist for its callers.
type Documents struct {
	Guard     Guard
	Store     DocumentsStore
	Resources Resources
	// EvidenceKey signs evidence packs. Without it, they are not signed.
	EvidenceKey ed25519.PrivateKey
	// slots bounds how many comparisons and evidence packs are made at once.
	slots chan struct{}
}

// DocumentsStore is the part of the store that Documents uses.
type DocumentsStore interface {
	summaryReader
	store.DocumentReader
	store.Corrections
	GetDocument(ctx context.Context, id string) (store.Document, error)
	ListVersions(ctx context.Context, documentID string, opts store.ListOptions) (items []store.Version, next string, err error)
	VersionText(ctx context.Context, documentID string, n int) (store.Version, string, error)
	VersionAt(ctx context.Context, documentID string, t time.Time) (store.Version, error)
	GetSnapshot(ctx context.Context, company, hash string) ([]byte, error)
	GetPage(ctx context.Context, runID, url string) (store.FetchedPage, error)
	ListChanges(ctx context.Context, q store.ChangeQuery) (items []store.Change, next string, err error)
}

// maxLargeResults is the maximum number of comparisons and evidence packs that are made at once. A
// long text takes a processor for about a second, and 100 MiB. Chosen by hand.
const maxLargeResults = 2

// NewDocuments returns the use cases of documents.
func NewDocuments(guard Guard, s DocumentsStore, resources Resources, evidenceKey ed25519.PrivateKey) *Documents {
	return &Documents{Guard: guard, Store: s, Resources: resources, EvidenceKey: evidenceKey, slots: make(chan struct{}, maxLargeResults)}
}

// DocumentFilter selects documents. An empty list selects all values of its field.
type DocumentFilter struct {
	Companies []string // names
	Types     []string // of package doctype
	Languages []string // ISO 639-1
	States    []store.DocumentState
	// ChangedSince selects documents that changed at or after it, if it is set.
	ChangedSince time.Time
	// IncludeNotLegal selects also documents that a person determined not to be legal.
	IncludeNotLegal bool
	Sort            store.DocumentSort
}

// DocumentDetail is a document with what the service knows about it.
type DocumentDetail struct {
	store.Document
	// Pinned reports whether its URL is a pinned URL of its company.
	Pinned bool
	// Version is the newest version, or the one at the time that the caller asked for. It is nil if
	// the document has none.
	Version *store.Version
}

// List returns one page of the documents that f selects.
func (s *Documents) List(ctx context.Context, caller Caller, f DocumentFilter, opts store.ListOptions) ([]store.Document, string, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, "", err
	}
	q := store.DocumentQuery{Types: f.Types, Languages: f.Languages, States: f.States, ChangedSince: f.ChangedSince, IncludeNotLegal: f.IncludeNotLegal, Sort: f.Sort, ListOptions: opts}
	for _, name := range f.Companies {
		if name == "" || strings.Contains(name, "/") || !isText(name) {
			return nil, "", problem.OfField("query.companies", "%.60q is not the name of a company", name)
		}
	}
	q.Companies = keysOfCompanies(s.Resources.Namespace, f.Companies)
	for _, t := range f.Types {
		if !doctype.IsKnown(t) {
			return nil, "", problem.OfField("query.types", "%.60q is not a document type; GET /v1/types lists them", t)
		}
	}
	for _, l := range f.Languages {
		if len(l) < 2 || len(l) > 8 || !isText(l) {
			return nil, "", problem.OfField("query.languages", "%.20q is not an ISO 639-1 code such as en", l)
		}
	}
	if err := q.Validate(); err != nil {
		return nil, "", problem.Wrap(err, problem.InvalidValue, "a list of the query has more than %d values", store.MaxQueryValues)
	}
	return s.list(ctx, q)
}

// ListOfCompany is List for the documents of one company, which must exist or have records.
func (s *Documents) ListOfCompany(ctx context.Context, caller Caller, name string, f DocumentFilter, opts store.ListOptions) ([]store.Document, string, error) {
	f.Companies = []string{name}
	items, next, err := s.List(ctx, caller, f, opts)
	if err == nil && len(items) == 0 {
		err = s.Resources.checkCompany(ctx, s.Store, name)
	}
	return items, next, err
}

// maxFilteredPages bounds how many pages of the store one page of a list reads, if most documents
// belong to other namespaces. The page is then shorter than its limit.
const maxFilteredPages = 20

// list returns one page of the documents that q selects in the namespace.
func (s *Documents) list(ctx context.Context, q store.DocumentQuery) ([]store.Document, string, error) {
	limit := store.EffectiveLimit(q.Limit)
	items := make([]store.Document, 0, limit)
	for range maxFilteredPages {
		q.Limit = limit - len(items)
		page, next, err := s.Store.QueryDocuments(ctx, q)
		if err != nil {
			return nil, "", fmt.Errorf("query documents: %w", err)
		}
		for _, d := range page {
			if s.visible(d) {
				items = append(items, d)
			}
		}
		q.Continue = next
		if next == "" || len(items) == limit {
			break
		}
	}
	return items, q.Continue, nil
}

// visible reports whether a document belongs to the namespace.
func (s *Documents) visible(d store.Document) bool {
	_, visible := nameOfCompany(s.Resources.Namespace, d.Company)
	return visible
}

// Get returns a document. If asOf is set, its Version is the one at that time.
func (s *Documents) Get(ctx context.Context, caller Caller, id string, asOf time.Time) (DocumentDetail, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return DocumentDetail{}, err
	}
	d, err := s.document(ctx, id)
	if err != nil {
		return DocumentDetail{}, err
	}
	v, err := s.version(ctx, d, VersionSelector{AsOf: asOf})
	detail := DocumentDetail{Document: d, Version: &v}
	if asOf.IsZero() && problem.IsCode(err, problem.NotFound) {
		detail.Version, err = nil, nil // only a document that was not committed completely has none
	}
	if err != nil {
		return detail, err
	}
	detail.Pinned, err = s.pinned(ctx, d)
	return detail, err
}

// document returns a document of the namespace.
func (s *Documents) document(ctx context.Context, id string) (store.Document, error) {
	if !isText(id) {
		return store.Document{}, problem.New(problem.NotFound, "there is no document %.60q", id)
	}
	d, err := s.Store.GetDocument(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !s.visible(d) {
		return d, problem.New(problem.NotFound, "there is no document %.60q", id)
	}
	if err != nil {
		return d, fmt.Errorf("read document %s: %w", id, err)
	}
	return d, nil
}

// isText reports whether a store can have a value: MongoDB refuses text that is not UTF-8.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// CompanyName returns the name of the company of a document.
func CompanyName(d store.Document) string { return d.Company[strings.Index(d.Company, "/")+1:] }

// slot waits until one of few large results may be made. The caller must call release.
func (s *Documents) slot(ctx context.Context) (release func(), err error) {
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for other comparisons: %w", ctx.Err())
	}
}
