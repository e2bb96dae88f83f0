package service

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	jsonpatch "github.com/evanphx/json-patch/v5"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// CompanyCheck checks the current state of a Company before it is changed. Its error ends the
// change. A nil CompanyCheck accepts every state.
type CompanyCheck func(current *v1alpha1.Company) error

func (check CompanyCheck) of(current *v1alpha1.Company) error {
	if check == nil {
		return nil
	}
	return check(current)
}

// Create creates a company. With dryRun it only returns what it would create.
func (s *Companies) Create(ctx context.Context, caller Caller, d CompanyDraft, dryRun bool) (c *v1alpha1.Company, err error) {
	if dryRun {
		if err := caller.Authorize(store.ScopeWrite); err != nil {
			return nil, err
		}
		return s.create(ctx, d, client.DryRunAll)
	}
	err = s.Guard.Change(ctx, caller, Action{Name: "company.create", Scope: store.ScopeWrite, TargetKind: "company", TargetName: d.Name}, func(ctx context.Context, r *Recorded) error {
		c, err = s.create(ctx, d)
		if err == nil {
			r.TargetName, r.After = c.Name, companyState(c)
		}
		return err
	})
	return c, err
}

func (s *Companies) create(ctx context.Context, d CompanyDraft, opts ...client.CreateOption) (*v1alpha1.Company, error) {
	c, err := s.Resources.companyOf(ctx, d)
	if err != nil {
		return nil, err
	}
	name := c.Name
	err = s.Resources.Client.Create(ctx, c, opts...)
	if err == nil && len(opts) > 0 {
		// The store does not check the name in a dry run.
		_, err := s.Resources.company(ctx, name)
		if err == nil {
			return nil, companyExists(name)
		}
		if !problem.IsCode(err, problem.NotFound) {
			return nil, err
		}
		return c, nil
	}
	if apierrors.IsAlreadyExists(err) {
		return nil, companyExists(name)
	}
	if err != nil {
		return nil, writeError(err, "create company "+name)
	}
	return c, nil
}

func companyExists(name string) error {
	p := problem.New(problem.AlreadyExists, "the company %s exists already", name)
	p.Related = "/v1/companies/" + name
	return p
}

// Replace replaces the spec and the tags of a company.
func (s *Companies) Replace(ctx context.Context, caller Caller, name string, d CompanyDraft, check CompanyCheck) (*v1alpha1.Company, error) {
	return s.change(ctx, caller, "company.replace", name, check, func(*v1alpha1.Company) (CompanyDraft, error) { return d, nil })
}

// Patch applies a JSON merge patch (RFC 7396) to the tags and the spec of a company.
func (s *Companies) Patch(ctx context.Context, caller Caller, name string, patch []byte, check CompanyCheck) (*v1alpha1.Company, error) {
	return s.change(ctx, caller, "company.patch", name, check, func(current *v1alpha1.Company) (CompanyDraft, error) {
		return patchedDraft(current, patch)
	})
}

// patchedDraft applies a merge patch to a Company as a draft.
func patchedDraft(current *v1alpha1.Company, patch []byte) (d CompanyDraft, err error) {
	tags := TagsOf(current)
	slices.Sort(tags)
	before, err := json.Marshal(map[string]any{"tags": tags, "spec": current.Spec})
	if err != nil {
		return d, fmt.Errorf("encode company %s: %w", current.Name, err)
	}
	content, err := decodeObject(patch)
	if err != nil {
		return d, problem.Wrap(err, problem.MalformedRequest, "the patch is not a JSON object")
	}
	for key := range content {
		if key != "spec" && key != "tags" {
			return d, problem.OfField(fmt.Sprintf("body.%.40s", key), "cannot be patched; a patch has spec and tags")
		}
	}
	merged, err := jsonpatch.MergePatch(before, patch)
	if err != nil {
		return d, problem.Wrap(err, problem.MalformedRequest, "the patch is not a JSON object")
	}
	var after struct {
		Tags *[]string       `json:"tags"`
		Spec *map[string]any `json:"spec"`
	}
	if err := json.Unmarshal(merged, &after); err != nil {
		return d, problem.Wrap(err, problem.InvalidValue, "spec must be an object, and tags a list of strings")
	}
	if after.Spec == nil {
		return d, problem.OfField("body.spec", "cannot be removed")
	}
	d.Spec = *after.Spec
	if after.Tags != nil {
		d.Tags = *after.Tags
	}
	return d, nil
}

// maxChangeAttempts limits the attempts of a change that other writers interrupt.
const maxChangeAttempts = 5

// change replaces the spec and the tags of a company with the draft that edit returns.
func (s *Companies) change(ctx context.Context, caller Caller, action, name string, check CompanyCheck, edit func(current *v1alpha1.Company) (CompanyDraft, error)) (c *v1alpha1.Company, err error) {
	err = s.Guard.Change(ctx, caller, Action{Name: action, Scope: store.ScopeWrite, TargetKind: "company", TargetName: name}, func(ctx context.Context, r *Recorded) error {
		for range maxChangeAttempts {
			current, err := s.Resources.company(ctx, name)
			if err != nil {
				return err
			}
			if err := check.of(current); err != nil {
				return err
			}
			if c, err = s.update(ctx, current, edit); err == nil {
				r.Before, r.After = companyState(current), companyState(c)
				return nil
			}
			if !apierrors.IsConflict(err) {
				return writeError(err, "change company "+name)
			}
		}
		return problem.New(problem.Conflict, "other changes of company %s interrupted this one", name)
	})
	return c, err
}

// update makes one attempt to replace the spec and the tags of a Company.
func (s *Companies) update(ctx context.Context, current *v1alpha1.Company, edit func(*v1alpha1.Company) (CompanyDraft, error)) (*v1alpha1.Company, error) {
	if current.DeletionTimestamp != nil {
		return nil, problem.New(problem.Conflict, "company %s is being deleted", current.Name)
	}
	d, err := edit(current)
	if err != nil {
		return nil, err
	}
	if d.Name != "" && d.Name != current.Name {
		return nil, problem.OfField("body.name", "cannot change; omit it, or create another company")
	}
	d.Name = current.Name
	want, err := s.Resources.companyOf(ctx, d)
	if err != nil {
		return nil, err
	}
	next := current.DeepCopy()
	next.Spec, next.Labels = want.Spec, withTags(current.Labels, d.Tags)
	return next, s.Resources.Client.Update(ctx, next)
}

// Delete deletes a company. policy determines what happens to its documents; if it is empty, the
// deletionPolicy of its spec does.
func (s *Companies) Delete(ctx context.Context, caller Caller, name string, policy v1alpha1.DeletionPolicy, check CompanyCheck) error {
	return s.Guard.Change(ctx, caller, Action{Name: "company.delete", Scope: store.ScopeWrite, TargetKind: "company", TargetName: name}, func(ctx context.Context, r *Recorded) error {
		for range maxChangeAttempts {
			current, err := s.Resources.company(ctx, name)
			if err != nil {
				return err
			}
			if err := check.of(current); err != nil {
				return err
			}
			r.Before = companyState(current)
			if err = s.delete(ctx, current, policy); err == nil || apierrors.IsNotFound(err) {
				return nil
			}
			if !apierrors.IsConflict(err) {
				return writeError(err, "delete company "+name)
			}
		}
		return problem.New(problem.Conflict, "other changes of company %s interrupted the deletion", name)
	})
}

// delete makes one attempt to delete a Company.
func (s *Companies) delete(ctx context.Context, current *v1alpha1.Company, policy v1alpha1.DeletionPolicy) error {
	if policy != "" && policy != current.Spec.DeletionPolicy {
		next := current.DeepCopy()
		next.Spec.DeletionPolicy = policy
		if err := s.Resources.Client.Update(ctx, next); err != nil {
			return err
		}
		current = next
	}
	version := current.ResourceVersion
	return s.Resources.Client.Delete(ctx, current, client.Preconditions{ResourceVersion: &version})
}
