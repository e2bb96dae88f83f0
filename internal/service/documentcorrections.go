package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// CorrectionInput is what a person determined about a document. An empty value corrects nothing.
type CorrectionInput struct {
	Type          string // of package doctype, but not Other
	EffectiveDate string // YYYY-MM-DD, of the newest version
	SameAs        string // the ID of the document of which this one is another URL
	NotLegal      bool
	Note          string
}

// Correction returns the correction of a document.
func (s *Documents) Correction(ctx context.Context, caller Caller, id string) (store.Correction, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return store.Correction{}, err
	}
	d, err := s.document(ctx, id)
	if err != nil {
		return store.Correction{}, err
	}
	c, err := s.Store.GetCorrection(ctx, d.ID)
	if errors.Is(err, store.ErrNotFound) {
		return c, problem.New(problem.NotFound, "the document %.60q has no correction", id)
	}
	if err != nil {
		return c, fmt.Errorf("read the correction of document %s: %w", id, err)
	}
	return c, nil
}

// Correct replaces the correction of a document, and applies it.
func (s *Documents) Correct(ctx context.Context, caller Caller, id string, in CorrectionInput) (c store.Correction, err error) {
	action := Action{Name: "document.correct", Scope: store.ScopeReview, TargetKind: "document", TargetName: id}
	err = s.Guard.Change(ctx, caller, action, func(ctx context.Context, r *Recorded) error {
		d, err := s.document(ctx, id)
		if err != nil {
			return err
		}
		if err := s.checkCorrection(ctx, d, in); err != nil {
			return err
		}
		if r.Before, err = s.storedCorrection(ctx, id); err != nil {
			return err
		}
		c = store.Correction{DocumentID: id, Type: in.Type, EffectiveDate: in.EffectiveDate, SameAs: in.SameAs, NotLegal: in.NotLegal, Author: caller.Actor, Note: in.Note, At: store.StoredTime(s.Guard.Now())}.For(d)
		if err := s.Store.PutCorrection(ctx, c); err != nil {
			return fmt.Errorf("correct document %s: %w", id, err)
		}
		r.After = c
		return nil
	})
	return c, err
}

// storedCorrection returns the correction of a document for the audit log, or nil.
func (s *Documents) storedCorrection(ctx context.Context, id string) (any, error) {
	c, err := s.Store.GetCorrection(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the correction of document %s: %w", id, err)
	}
	return c, nil
}

// DeleteCorrection deletes the correction of a document. It is not an error if there is none.
func (s *Documents) DeleteCorrection(ctx context.Context, caller Caller, id string) error {
	action := Action{Name: "document.uncorrect", Scope: store.ScopeReview, TargetKind: "document", TargetName: id}
	return s.Guard.Change(ctx, caller, action, func(ctx context.Context, r *Recorded) error {
		if _, err := s.document(ctx, id); err != nil {
			return err
		}
		var err error
		if r.Before, err = s.storedCorrection(ctx, id); err != nil {
			return err
		}
		if err := s.Store.DeleteCorrection(ctx, id); err != nil {
			return fmt.Errorf("delete the correction of document %s: %w", id, err)
		}
		return nil
	})
}

// checkCorrection returns a problem if a correction of d is not valid.
func (s *Documents) checkCorrection(ctx context.Context, d store.Document, in CorrectionInput) error {
	switch {
	case in.Type == "" && in.EffectiveDate == "" && in.SameAs == "" && !in.NotLegal:
		return problem.OfField("body", "corrects nothing; set type, effectiveDate, sameAs or notLegal, or delete the correction")
	case in.Type == doctype.Other:
		return problem.OfField("body.type", "other is not a legal document; set notLegal instead")
	case in.Type != "" && !doctype.IsKnown(in.Type):
		return problem.OfField("body.type", "%.60q is not a document type; GET /v1/types lists them", in.Type)
	case in.SameAs == d.ID:
		return problem.OfField("body.sameAs", "is the document itself")
	}
	if in.EffectiveDate != "" {
		if _, err := time.Parse(time.DateOnly, in.EffectiveDate); err != nil {
			return problem.OfField("body.effectiveDate", "%.20q is not a date of the form YYYY-MM-DD", in.EffectiveDate)
		}
	}
	return s.checkSameAs(ctx, d, in.SameAs)
}

// checkSameAs returns a problem unless id is empty, or that of another document of the company of d.
func (s *Documents) checkSameAs(ctx context.Context, d store.Document, id string) error {
	if id == "" {
		return nil
	}
	other, err := s.document(ctx, id)
	if problem.IsCode(err, problem.NotFound) || err == nil && other.Company != d.Company {
		return problem.OfField("body.sameAs", "is not a document of the same company")
	}
	if err != nil {
		return err
	}
	c, err := s.Store.GetCorrection(ctx, other.ID)
	if err == nil && c.SameAs != "" {
		return problem.OfField("body.sameAs", "is itself another URL of the document %s; name that one", c.SameAs)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read the correction of document %s: %w", other.ID, err)
	}
	return nil
}
