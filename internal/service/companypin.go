package service

import (
	"context"
	"slices"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
)

// Pin adds a URL to the pinned URLs of a company: each crawl then fetches it, and trusts that its
// type is docType. Pinning it again changes its type.
func (s *Companies) Pin(ctx context.Context, caller Caller, name, url string, docType v1alpha1.DocumentType) (*v1alpha1.Company, error) {
	return s.change(ctx, caller, "company.pin", name, nil, func(current *v1alpha1.Company) (CompanyDraft, error) {
		if docType == "" {
			return CompanyDraft{}, problem.OfField("body.type", "is required")
		}
		next, pin := current.DeepCopy(), v1alpha1.Seed{URL: url, Type: docType}
		if i := slices.IndexFunc(next.Spec.Seeds, func(seed v1alpha1.Seed) bool { return seed.URL == url }); i >= 0 {
			next.Spec.Seeds[i] = pin
		} else {
			next.Spec.Seeds = append(next.Spec.Seeds, pin)
		}
		return patchedDraft(next, []byte("{}"))
	})
}
