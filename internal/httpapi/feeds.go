package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

const (
	// feedEntries is the number of changes in a feed. Readers fetch a feed every hour or more
	// often, and a busy deployment has some hundred changes a day.
	feedEntries = 100
	atomType    = "application/atom+xml"
	jsonFeed    = "application/feed+json"
)

type feedInput struct {
	OfCompanies
	ChangeSelection
	IfNoneMatch     string `header:"If-None-Match" hidden:"true"`
	IfModifiedSince string `header:"If-Modified-Since" hidden:"true"`
}

type feedOutput struct {
	Status       int
	ContentType  string `header:"Content-Type"`
	ETag         string `header:"ETag"`
	LastModified string `header:"Last-Modified"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// feed is a feed before it is encoded.
type feed struct {
	// query is the canonical query of the feed.
	query   string
	updated time.Time
	entries []feedEntry
}

const feedDescription = `The newest 100 changes with the same filters as /v1/changes. Versions that only an upgrade of the crawler caused are no changes.

Feed readers can send the key as the password of HTTP Basic authentication, with any user name; a key must never be part of a URL. A key of the scope feed reads only the feed whose query it names.`

// registerFeeds registers the feeds of changes.
func registerFeeds(s *Server, changes *service.Changes) {
	registerFeed(s, changes, Operation{ID: "atomFeed", Path: "/v1/feeds/changes.atom", Summary: "The changes as an Atom feed (RFC 4287)"}, atomType, encodeAtom)
	registerFeed(s, changes, Operation{ID: "jsonFeed", Path: "/v1/feeds/changes.json", Summary: "The changes as a JSON Feed (version 1.1)"}, jsonFeed, encodeJSONFeed)
}

func registerFeed(s *Server, changes *service.Changes, op Operation, contentType string, encode func(feed) ([]byte, error)) {
	op.Method, op.Tag, op.Scope, op.Feed, op.Description = http.MethodGet, "changes", store.ScopeRead, true, feedDescription
	schema := &huma.Schema{Type: huma.TypeString}
	if contentType == jsonFeed {
		schema.Type = huma.TypeObject
	}
	op.Responses = map[string]*huma.Response{
		"200": {Description: "The feed.", Content: map[string]*huma.MediaType{contentType: {Schema: schema}}},
		"304": {Description: "The reader has the current feed."},
	}
	register(s, op, func(ctx context.Context, caller service.Caller, in *feedInput) (*feedOutput, error) {
		q, err := in.query(Page{Limit: feedEntries})
		if err != nil {
			return nil, err
		}
		q.Companies = in.Companies
		query := requestOf(ctx).url.RawQuery
		items, err := changes.Feed(ctx, caller, query, q)
		if err != nil {
			return nil, err
		}
		body, err := encode(newFeed(query, items))
		if err != nil {
			return nil, err
		}
		out := &feedOutput{Status: http.StatusOK, ContentType: contentType + "; charset=utf-8", ETag: strongETag(string(body)), CacheControl: "private, no-cache", Body: body}
		if contentType == jsonFeed {
			out.ContentType = jsonFeed // JSON has no charset parameter
		}
		if len(items) > 0 {
			out.LastModified = newestAt(items).Format(http.TimeFormat)
		}
		if in.IfNoneMatch == "" && unmodified(in.IfModifiedSince, out.LastModified) {
			out.Status, out.ContentType, out.Body = http.StatusNotModified, "", nil
		}
		return out, nil
	})
}

// unmodified reports whether a reader has the feed of a time. Readers repeat the time that they
// received, so a later one is that of another feed or clock, and is ignored. A change that is
// stored after one that was observed later does not change the time: readers that send only the
// time receive it with the next change, and readers that send the ETag at once.
func unmodified(ifModifiedSince, lastModified string) bool {
	return lastModified != "" && ifModifiedSince == lastModified
}

// newFeed returns the feed of changes, the newest of which is first.
func newFeed(query string, changes []store.Change) feed {
	f := feed{updated: time.Unix(0, 0).UTC()}
	f.query, _ = service.CanonicalFeed(query)
	if len(changes) > 0 {
		f.updated = newestAt(changes)
	}
	for _, c := range changes {
		f.entries = append(f.entries, newFeedEntry(c))
	}
	return f
}

// newestAt returns the latest time of changes. The order of the feed is that of storage, which
// can differ from that of observation.
func newestAt(changes []store.Change) time.Time {
	newest := changes[0].At
	for _, c := range changes {
		if c.At.After(newest) {
			newest = c.At
		}
	}
	return newest.UTC()
}
