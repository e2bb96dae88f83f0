// Package service contains the use cases of the HTTP API, the dashboard and the Model Context
// Protocol server. Each use case is one method: it authorizes the caller, validates the input,
// does the work and records it in the audit log. Its errors are of package problem, or internal
// errors that no caller may see.
//
// The use cases are grouped by what they are about: Companies, Crawls, Documents and so on. Each
// group declares the parts of the store that it uses.
package service

import (
	"slices"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Caller is the person or program that calls a use case.
type Caller struct {
	// Actor identifies the caller in the audit log: "key:ID", "user:NAME", "local" or
	// "anonymous".
	Actor  string
	Scopes []store.APIScope
	// Feed is the query of the only feed that the caller may read, if its scope is feed.
	Feed string
	// Trigger is recorded with the crawls that the caller starts.
	Trigger   store.RunTrigger
	IPAddress string
	RequestID string
}

// implied lists the scopes that each scope includes.
var implied = map[store.APIScope][]store.APIScope{
	store.ScopeCrawl:  {store.ScopeRead},
	store.ScopeReview: {store.ScopeRead},
	store.ScopeWrite:  {store.ScopeRead, store.ScopeCrawl, store.ScopeReview},
	store.ScopeAdmin:  {store.ScopeRead, store.ScopeCrawl, store.ScopeReview, store.ScopeWrite},
}

// Allows reports whether the caller has a scope, or one that includes it.
func (c Caller) Allows(scope store.APIScope) bool {
	for _, s := range c.Scopes {
		if s == scope || slices.Contains(implied[s], scope) {
			return true
		}
	}
	return false
}

// Authorize returns a Forbidden problem if the caller lacks a scope.
func (c Caller) Authorize(scope store.APIScope) error {
	if c.Allows(scope) {
		return nil
	}
	return problem.New(problem.Forbidden, "this needs the scope %s", scope)
}
