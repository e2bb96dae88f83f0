package service

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// maxSeeds is the maximum number of seeds of a Company.
const maxSeeds = 100

// Pin adds the URL of a document to the pinned URLs of its company: each crawl then fetches it,
// and trusts its type. Pinning it again sets the type to the current one.
func (s *Documents) Pin(ctx context.Context, caller Caller, id string) (pin v1alpha1.Seed, err error) {
	err = s.changeSeeds(ctx, caller, "document.pin", id, func(d store.Document, seeds []v1alpha1.Seed) ([]v1alpha1.Seed, error) {
		if d.Type == doctype.Other || d.Type == "" {
			return nil, problem.New(problem.Conflict, "the document has no type; correct its type first")
		}
		pin = v1alpha1.Seed{URL: d.URL, Type: v1alpha1.DocumentType(d.Type)}
		if i := slices.IndexFunc(seeds, func(seed v1alpha1.Seed) bool { return seed.URL == d.URL }); i >= 0 {
			seeds[i] = pin
			return seeds, nil
		}
		if len(seeds) >= maxSeeds {
			return nil, problem.New(problem.Conflict, "the company has %d seeds, which is the maximum; remove one of them", len(seeds))
		}
		return append(seeds, pin), nil
	})
	return pin, err
}

// Unpin removes the URLs of a document, present and former, from the pinned URLs of its company.
// It is not an error if it is not pinned.
func (s *Documents) Unpin(ctx context.Context, caller Caller, id string) error {
	return s.changeSeeds(ctx, caller, "document.unpin", id, func(d store.Document, seeds []v1alpha1.Seed) ([]v1alpha1.Seed, error) {
		return slices.DeleteFunc(seeds, func(seed v1alpha1.Seed) bool { return pins(seed, d) }), nil
	})
}

// pins reports whether a seed pins a document.
func pins(seed v1alpha1.Seed, d store.Document) bool {
	return seed.Type != "" && (seed.URL == d.URL || slices.Contains(d.FormerURLs, seed.URL))
}

// pinned reports whether the company of a document pins it.
func (s *Documents) pinned(ctx context.Context, d store.Document) (bool, error) {
	var c v1alpha1.Company
	err := s.Resources.Cache.Get(ctx, s.companyKey(d), &c)
	if apierrors.IsNotFound(err) {
		return false, nil // the Company was deleted, and its documents retained
	}
	if err != nil {
		return false, fmt.Errorf("read the Company of document %s: %w", d.ID, err)
	}
	return slices.ContainsFunc(c.Spec.Seeds, func(seed v1alpha1.Seed) bool { return pins(seed, d) }), nil
}

func (s *Documents) companyKey(d store.Document) client.ObjectKey {
	return client.ObjectKey{Namespace: s.Resources.Namespace, Name: CompanyName(d)}
}

// changeSeeds changes the seeds of the Company of a document.
func (s *Documents) changeSeeds(ctx context.Context, caller Caller, action, id string, change func(store.Document, []v1alpha1.Seed) ([]v1alpha1.Seed, error)) error {
	return s.Guard.Change(ctx, caller, Action{Name: action, Scope: store.ScopeReview, TargetKind: "document", TargetName: id}, func(ctx context.Context, r *Recorded) error {
		d, err := s.document(ctx, id)
		if err != nil {
			return err
		}
		for range maxChangeAttempts {
			var c v1alpha1.Company
			err = s.Resources.Client.Get(ctx, s.companyKey(d), &c)
			if apierrors.IsNotFound(err) {
				return problem.New(problem.Conflict, "the company %s of the document no longer exists; create it first", CompanyName(d))
			}
			if err != nil {
				return fmt.Errorf("read the Company of document %s: %w", id, err)
			}
			before := slices.Clone(c.Spec.Seeds)
			seeds, err := change(d, c.Spec.Seeds)
			if err != nil || slices.Equal(before, seeds) {
				return err
			}
			r.Before, r.After = before, seeds
			c.Spec.Seeds = seeds
			if err = s.Resources.Client.Update(ctx, &c); !apierrors.IsConflict(err) {
				if err == nil {
					s.Resources.awaitCompany(ctx, &c) // the caller reads the document next
				}
				return updateError(err, c.Name)
			}
		}
		return problem.New(problem.Conflict, "other changes of company %s interrupted this one", CompanyName(d))
	})
}

// updateError returns the problem of an update that failed, or nil.
func updateError(err error, company string) error {
	if err == nil {
		return nil
	}
	return writeError(err, "update Company "+company)
}
