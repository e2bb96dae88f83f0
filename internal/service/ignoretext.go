package service

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/comparison"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Bounds of a preview of an ignored text: each change is a comparison of two texts.
const (
	maxPreviewed   = 100
	previewTimeout = 15 * time.Second
)

// IgnorePreview says which past changes of a company a text would have muted.
type IgnorePreview struct {
	// Examined is the number of changes that were compared, newest first.
	Examined int
	// Incomplete is set if the time did not suffice for all of the newest 100.
	Incomplete bool
	// Muted are the changes with an edit that the text ignores, newest first.
	Muted []MutedChange
}

// MutedChange is a change with edits that a text ignores.
type MutedChange struct {
	store.Change

	// Fully is set if no edit remains, so that the change would not exist.
	Fully bool
	// Edits are the ignored edits.
	Edits []change.InsignificantEdit
}

// PreviewIgnore reports which of the newest 100 changes of texts of a company the text would have
// muted, fully or partly.
func (s *Documents) PreviewIgnore(ctx context.Context, caller Caller, company, text string) (out IgnorePreview, err error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return out, err
	}
	if err := s.Resources.checkCompany(ctx, s.Store, company); err != nil {
		return out, err
	}
	release, err := s.slot(ctx)
	if err != nil {
		return out, err
	}
	defer release()
	changes, _, err := s.Store.ListChanges(ctx, store.ChangeQuery{
		Companies: keysOfCompanies(s.Resources.Namespace, []string{company}), Kinds: []store.ChangeKind{store.ChangeChanged}, ListOptions: store.ListOptions{Limit: maxPreviewed},
	})
	if err != nil {
		return out, fmt.Errorf("list the changes of company %s: %w", company, err)
	}
	rules := change.NewIgnoreRules([]string{text})
	ctx, cancel := context.WithTimeout(ctx, previewTimeout)
	defer cancel()
	for _, c := range changes {
		muted, err := s.muted(ctx, c, rules)
		if ctx.Err() != nil {
			out.Incomplete = true
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if out.Examined++; len(muted.Edits) > 0 {
			out.Muted = append(out.Muted, muted)
		}
	}
	return out, nil
}

// muted returns which edits of a change the rules ignore. Versions that are no longer stored have
// none.
func (s *Documents) muted(ctx context.Context, c store.Change, rules change.IgnoreRules) (MutedChange, error) {
	out := MutedChange{Change: c}
	if c.From == 0 || c.From == c.To {
		return out, nil
	}
	r, err := comparison.Texts(ctx, s.Store, store.Document{ID: c.DocumentID, Type: c.DocumentType}, c.From, c.To)
	if err = versionProblem(err, store.Document{ID: c.DocumentID}, VersionSelector{Number: c.To}); problem.IsCode(err, problem.NotFound) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	after := r.Change.Ignore(rules)
	for _, e := range after.Insignificant {
		if e.Rule == change.RuleIgnoredText {
			out.Edits = append(out.Edits, e)
		}
	}
	out.Fully = len(out.Edits) > 0 && after.Kind != change.KindChange
	return out, nil
}

// ignoreRules returns the rules of the company of a document. A company that was deleted has none.
func (s *Documents) ignoreRules(ctx context.Context, d store.Document) (change.IgnoreRules, error) {
	var c v1alpha1.Company
	err := s.Resources.Cache.Get(ctx, s.companyKey(d), &c)
	if apierrors.IsNotFound(err) {
		return change.IgnoreRules{}, nil
	}
	if err != nil {
		return change.IgnoreRules{}, fmt.Errorf("read the Company of document %s: %w", d.ID, err)
	}
	return change.NewIgnoreRules(c.Spec.IgnoreTexts()), nil
}

// AddIgnoreText adds a text to those whose edits are no changes of a company. It is not an error if
// the company has it.
func (s *Companies) AddIgnoreText(ctx context.Context, caller Caller, name, text string) (*v1alpha1.Company, error) {
	return s.changeIgnoreTexts(ctx, caller, "company.ignoreText", name, func(texts []string) []string {
		if slices.Contains(texts, text) {
			return texts
		}
		return append(texts, text)
	})
}

// RemoveIgnoreText removes a text from those whose edits are no changes of a company. It is not an
// error if the company does not have it.
func (s *Companies) RemoveIgnoreText(ctx context.Context, caller Caller, name, text string) (*v1alpha1.Company, error) {
	return s.changeIgnoreTexts(ctx, caller, "company.unignoreText", name, func(texts []string) []string {
		return slices.DeleteFunc(texts, func(t string) bool { return t == text })
	})
}

func (s *Companies) changeIgnoreTexts(ctx context.Context, caller Caller, action, name string, edit func(texts []string) []string) (*v1alpha1.Company, error) {
	return s.change(ctx, caller, action, name, nil, func(current *v1alpha1.Company) (CompanyDraft, error) {
		patch, err := json.Marshal(map[string]any{"spec": map[string]any{"ignoreText": edit(current.Spec.IgnoreTexts())}})
		if err != nil {
			return CompanyDraft{}, fmt.Errorf("encode the ignored texts of company %s: %w", name, err)
		}
		return patchedDraft(current, patch)
	})
}

// NormalizeIgnoreText returns a text that a person selected as a rule: with single spaces.
func NormalizeIgnoreText(text string) string { return strings.Join(strings.Fields(text), " ") }
