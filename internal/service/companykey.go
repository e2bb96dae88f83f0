package service

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// keysOfCompanies returns the store keys of companies of a namespace.
func keysOfCompanies(namespace string, names []string) []string {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = v1alpha1.StoreKey(namespace, name)
	}
	return keys
}

// nameOfCompany returns the name of the company with a store key, and whether it is in the
// namespace. Use cases show the companies of one namespace only.
func nameOfCompany(namespace, key string) (name string, visible bool) {
	name = key[strings.Index(key, "/")+1:]
	return name, v1alpha1.StoreKey(namespace, name) == key
}

// summaryReader reads the summaries of companies.
type summaryReader interface {
	GetCompany(ctx context.Context, name string) (store.CompanySummary, error)
}

// checkCompany returns a NotFound problem unless there is a Company with a name, or records of one
// that was deleted. Lists of a company call it if they are empty.
func (r Resources) checkCompany(ctx context.Context, summaries summaryReader, name string) error {
	_, err := r.company(ctx, name)
	if !problem.IsCode(err, problem.NotFound) {
		return err
	}
	_, summaryErr := summaries.GetCompany(ctx, v1alpha1.StoreKey(r.Namespace, name))
	switch {
	case errors.Is(summaryErr, store.ErrNotFound):
		return err
	case summaryErr != nil:
		return fmt.Errorf("read the summary of company %s: %w", name, summaryErr)
	}
	return nil
}
