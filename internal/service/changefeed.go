package service

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// FeedParameters lists the query parameters of a feed.
var FeedParameters = []string{"companies", "kinds", "labels", "reviewStates", "reviewed", "silent", "since", "types"}

// Feed returns the newest changes that q selects, at most q.Limit. query is the query of the feed
// that the caller asked for: a caller with the scope feed may read only the feed of its key.
func (s *Changes) Feed(ctx context.Context, caller Caller, query string, q ChangeQuery) ([]store.Change, error) {
	if err := authorizeFeed(caller, query); err != nil {
		return nil, err
	}
	items, _, err := s.list(ctx, q)
	if err != nil {
		return nil, err
	}
	out := make([]store.Change, len(items))
	for i, c := range items {
		out[i] = c.Change
	}
	return out, nil
}

func authorizeFeed(caller Caller, query string) error {
	if !caller.Allows(store.ScopeFeed) {
		return caller.Authorize(store.ScopeRead)
	}
	want, ok := CanonicalFeed(caller.Feed)
	if got, valid := CanonicalFeed(query); !ok || !valid || got != want {
		return problem.New(problem.Forbidden, "this key reads only the feed with its own query")
	}
	return nil
}

// CanonicalFeed returns the query of a feed in a form that does not depend on the order of
// parameters and list values. It is not ok if the query is malformed, or has an unknown or a
// repeated parameter.
func CanonicalFeed(query string) (canonical string, ok bool) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", false
	}
	for name, v := range values {
		if len(v) != 1 || !slices.Contains(FeedParameters, name) {
			return "", false
		}
		list := strings.Split(v[0], ",")
		slices.Sort(list)
		values.Set(name, strings.Join(slices.Compact(list), ","))
	}
	return values.Encode(), true
}

// checkFeed returns a problem unless a key can have the query of a feed.
func checkFeed(query string) error {
	if _, ok := CanonicalFeed(query); !ok {
		return problem.OfField("body.feed", "must be a query with each of these parameters at most once: %s", strings.Join(FeedParameters, ", "))
	}
	return nil
}
