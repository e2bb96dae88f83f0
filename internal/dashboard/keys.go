package dashboard

import (
	"net/http"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// keysData is what the page of API keys shows.
type keysData struct {
	Items  []keyRow
	Scopes []keyScope
	Pager  pager
	// Created is the text of a key that was just created or rotated. It is shown once.
	Created string
	Error   string
}

// keyScope is what a key can allow, in words.
type keyScope struct {
	Scope store.APIScope
	Text  string
}

// keyScopes lists what a key can allow.
var keyScopes = []keyScope{
	{store.ScopeRead, "read everything except webhooks, keys, settings and the audit log"}, {store.ScopeCrawl, "start and control crawls"},
	{store.ScopeReview, "review changes, correct and pin documents"}, {store.ScopeWrite, "create, change and delete companies"},
	{store.ScopeAdmin, "everything"}, {store.ScopeFeed, "read one feed and nothing else"},
}

type keyRow struct {
	store.APIKey
	Active bool
}

func registerKeys(s *Server) {
	s.viewFor(store.ScopeAdmin, "GET /keys", func(v *visit) (page, error) { return s.keysPage(v, keysData{}) })
	s.action("POST /keys", store.ScopeAdmin, s.createKey)
	s.action("POST /keys/{id}/rotate", store.ScopeAdmin, func(v *visit) (outcome, error) {
		_, text, err := s.o.Services.Keys.Rotate(v.Context(), v.Caller, v.Path("id"))
		return s.showKey(v, text, err)
	})
	s.action("POST /keys/{id}/revoke", store.ScopeAdmin, func(v *visit) (outcome, error) {
		return outcome{To: Base + "/keys", Notice: "The key is revoked."}, s.o.Services.Keys.Revoke(v.Context(), v.Caller, v.Path("id"))
	})
}

func (s *Server) keysPage(v *visit, d keysData) (page, error) {
	items, next, err := s.o.Services.Keys.List(v.Context(), v.Caller, store.ListOptions{Limit: 50, Continue: v.Query("cursor")})
	for _, k := range items {
		d.Items = append(d.Items, keyRow{k, k.Active(s.o.Now())})
	}
	d.Scopes = keyScopes
	d.Pager = newPager(v, next)
	return page{Title: "API keys", Nav: "keys", Body: d}, err
}

func (s *Server) createKey(v *visit) (outcome, error) {
	in := service.NewKey{Name: v.Form("name"), Feed: v.Form("feed")}
	for _, scope := range v.PostForm["scope"] {
		in.Scopes = append(in.Scopes, store.APIScope(scope))
	}
	if day := v.Form("expires"); day != "" {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return outcome{}, problem.OfField("expires", "is not a date such as 2027-01-31")
		}
		in.ExpiresAt = at
	}
	_, text, err := s.o.Services.Keys.Create(v.Context(), v.Caller, in)
	return s.showKey(v, text, err)
}

// showKey shows the text of a key in the response to the form, and nowhere else.
func (s *Server) showKey(v *visit, text string, err error) (outcome, error) {
	d := keysData{Created: text}
	status := http.StatusOK
	if message, ok := formError(err); ok {
		d.Error, status = message, http.StatusUnprocessableEntity
	} else if err != nil {
		return outcome{}, err
	}
	p, err := s.keysPage(v, d)
	return outcome{Show: &p, Status: status}, err
}
