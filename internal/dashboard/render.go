package dashboard

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/a-h/templ"

	"github.com/clausea/crawler/internal/store"
)

// body is what a page shows below the header.
type body interface {
	// body returns the component that shows it.
	body(m model) templ.Component
}

// model is what the layout and the components of a page show.
type model struct {
	page

	visit  *visit
	Notice string
	// SignedIn is set unless the page precedes the sign-in.
	SignedIn bool
	Version  string
}

// Can reports whether the user has a scope.
func (m model) Can(scope string) bool { return m.visit.Caller.Allows(store.APIScope(scope)) }

// User returns the name of the user.
func (m model) User() string { return m.visit.Session.User }

// Role returns the role of the user.
func (m model) Role() string { return m.visit.Session.Role }

// HasKeys reports whether the page has keys of its own.
func (m model) HasKeys() bool { return m.Script == "review.js" || m.Script == "change.js" }

// Here returns the path and the query of the page.
func (m model) Here() string { return m.visit.URL.RequestURI() }

// WindowTitle returns the title of the window.
func (m model) WindowTitle() string {
	title := m.Title + " · Clausea"
	if m.Count > 0 {
		title = fmt.Sprintf("(%d) %s", m.Count, title)
	}
	return title
}

// asset returns the URL of an asset.
func (m model) asset(name string) (string, error) { return m.visit.Server.assets.url(name) }

// ago returns a time relative to now: "3 hours ago", "in 5 days".
func (m model) ago(t time.Time) string { return m.visit.Server.ago(t) }

// modelOf returns the model of a page.
func (s *Server) modelOf(v *visit, p page) model {
	return model{page: p, visit: v, SignedIn: v.Session.ID != "", Version: s.o.Version}
}

// render writes a page. Nothing is written if a component fails.
func (s *Server) render(v *visit, status int, p page) error {
	m := s.modelOf(v, p)
	m.Notice = takeNotice(v.W, v.Request)
	b, err := toHTML(v.Context(), layout(m))
	if err != nil {
		return fmt.Errorf("render the page %s: %w", p.Title, err)
	}
	v.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.W.WriteHeader(status)
	_, _ = v.W.Write(b)
	return nil
}

// toHTML returns a component as HTML. The end of the request does not prevent it, so that the page
// about a request that took too long is shown.
func toHTML(ctx context.Context, c templ.Component) ([]byte, error) {
	var b bytes.Buffer
	if err := c.Render(context.WithoutCancel(ctx), &b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
