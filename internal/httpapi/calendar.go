package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clausea/crawler/internal/icalendar"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

type calendarInput struct {
	OfCompanies
}

type calendarOutput struct {
	ContentType  string `header:"Content-Type"`
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

const calendarDescription = `The last days on which customers can object to changes, of the companies that have an objection period. Changes that a person reviewed as no action or as objected have none.

Calendar programs can send the key as the password of HTTP Basic authentication, with any user name; a key must never be part of the query. A key of the scope feed, such as one with the feed companies=acme, reads only the calendar and the feeds with its query.`

// registerCalendar registers the calendar of objection deadlines.
func registerCalendar(s *Server, changes *service.Changes) {
	op := Operation{
		ID: "deadlineCalendar", Method: http.MethodGet, Path: "/v1/feeds/deadlines.ics", Tag: "changes", Scope: store.ScopeRead, Feed: true,
		Summary: "The objection deadlines as a calendar (RFC 5545)", Description: calendarDescription,
		Responses: map[string]*huma.Response{
			"200": {Description: "The calendar.", Content: map[string]*huma.MediaType{"text/calendar": {Schema: &huma.Schema{Type: huma.TypeString}}}},
			"304": {Description: "The program has the current calendar."},
		},
	}
	register(s, op, func(ctx context.Context, caller service.Caller, in *calendarInput) (*calendarOutput, error) {
		deadlines, err := changes.DeadlineFeed(ctx, caller, requestOf(ctx).url.RawQuery, in.Companies)
		if err != nil {
			return nil, err
		}
		body := service.DeadlineCalendar(in.Companies, deadlines)
		return &calendarOutput{ContentType: icalendar.MediaType, ETag: strongETag(string(body)), CacheControl: "private, no-cache", Body: body}, nil
	})
}
