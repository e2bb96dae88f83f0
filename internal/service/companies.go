package service

import (
	"context"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Companies has the use cases of companies: what is crawled, and when.
type Companies struct {
	Guard     Guard
	Store     CompaniesStore
	Resources Resources
}

// CompaniesStore is the part of the store that Companies uses.
type CompaniesStore interface {
	// QueryRuns is that of store.Runs.
	QueryRuns(ctx context.Context, q store.RunQuery) (items []store.Run, next string, err error)
}

// TagPrefix precedes a tag in the labels of a Company: the tag finance is the label
// tag.clausea.co/finance, whatever its value.
const TagPrefix = "tag.clausea.co/"

// TagsOf returns the tags of a Company, in no order.
func TagsOf(c *v1alpha1.Company) []string {
	var tags []string
	for label := range c.Labels {
		if tag, ok := strings.CutPrefix(label, TagPrefix); ok {
			tags = append(tags, tag)
		}
	}
	return tags
}

// StateOf returns the state of a Company, which is the reason of its condition Ready, and the
// message that explains it.
func StateOf(c *v1alpha1.Company) (reason, message string) {
	ready := meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady)
	if ready == nil {
		return v1alpha1.ReasonNeverCrawled, ""
	}
	return ready.Reason, ready.Message
}

// Get returns a Company.
func (s *Companies) Get(ctx context.Context, caller Caller, name string) (*v1alpha1.Company, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, err
	}
	return s.Resources.company(ctx, name)
}

// company reads the current state of a Company. Its error is a NotFound problem if there is none.
func (r Resources) company(ctx context.Context, name string) (*v1alpha1.Company, error) {
	// The client of a cluster rejects such a name with an internal error.
	if len(validation.IsDNS1123Subdomain(name)) > 0 {
		return nil, noCompany(name)
	}
	c := &v1alpha1.Company{}
	err := r.Client.Get(ctx, client.ObjectKey{Namespace: r.Namespace, Name: name}, c)
	if apierrors.IsNotFound(err) {
		return nil, noCompany(name)
	}
	if err != nil {
		return nil, writeError(err, "read company "+name)
	}
	return c, nil
}

func noCompany(name string) error {
	return problem.New(problem.NotFound, "there is no company %.63q", name)
}

// Coverage returns what is known of the types that a Company is expected to have. A type has the
// state "" before the first crawl.
func (s *Companies) Coverage(ctx context.Context, caller Caller, name string) ([]v1alpha1.Coverage, error) {
	c, err := s.Get(ctx, caller, name)
	if err != nil {
		return nil, err
	}
	if len(c.Status.Coverage) > 0 {
		return c.Status.Coverage, nil
	}
	var out []v1alpha1.Coverage
	for _, t := range c.Spec.ExpectedTypes {
		out = append(out, v1alpha1.Coverage{Type: t})
	}
	return out, nil
}
