package httpapi

import (
	"context"
	"net/url"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Page are the parameters of every list. An input embeds it: huma reads only exported fields.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Maximum number of items."`
	Cursor string `query:"cursor" maxLength:"1024" doc:"The nextCursor of the previous page."`
}

// options returns the options of the store, or a problem if the cursor is invalid.
func (p Page) options() (store.ListOptions, error) {
	o := store.ListOptions{Limit: p.Limit, Continue: p.Cursor}
	if _, _, err := o.Decode(); err != nil {
		return o, problem.InvalidCursor()
	}
	return o, nil
}

// list is the body of every list.
type list[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"nextCursor,omitempty" doc:"The cursor of the next page. It is absent on the last page."`
}

// listOutput is the response of a list.
type listOutput[T any] struct {
	Link         string `header:"Link" doc:"The URL of the next page, rel=next (RFC 8288)."`
	CacheControl string `header:"Cache-Control"`
	Body         list[T]
}

// newList returns the response of a list, with each item converted. next is the cursor of the
// next page, or empty.
func newList[S, T any](ctx context.Context, items []S, next string, convert func(S) T) *listOutput[T] {
	out := &listOutput[T]{CacheControl: "private, no-cache", Body: list[T]{Items: make([]T, 0, len(items)), NextCursor: next}}
	for _, item := range items {
		out.Body.Items = append(out.Body.Items, convert(item))
	}
	if next != "" {
		out.Link = nextLink(requestOf(ctx).url, next)
	}
	return out
}

// nextLink returns the Link of the next page: the URL of this one with another cursor. It is
// relative, so that it does not depend on the Host header.
func nextLink(u *url.URL, next string) string {
	if u == nil {
		return ""
	}
	q := u.Query()
	q.Set("cursor", next)
	return "<" + (&url.URL{Path: u.Path, RawQuery: q.Encode()}).String() + `>; rel="next"`
}
