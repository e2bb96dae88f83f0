package dashboard

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"strings"

	"github.com/clausea/crawler/internal/store"
)

//go:embed *.html
var templateFiles embed.FS

// shared are the templates that all pages use.
var shared = []string{"layout.html", "components.html"}

// parseTemplates parses each page together with the shared templates.
func (s *Server) parseTemplates() (map[string]*template.Template, error) {
	base, err := template.New("layout.html").Funcs(s.functions()).ParseFS(templateFiles, shared...)
	if err != nil {
		return nil, fmt.Errorf("parse the templates: %w", err)
	}
	names, err := fs.Glob(templateFiles, "*.html")
	if err != nil {
		return nil, fmt.Errorf("list the templates: %w", err)
	}
	out := map[string]*template.Template{}
	for _, name := range names {
		if name == shared[0] || name == shared[1] {
			continue
		}
		t, err := base.Clone()
		if err == nil {
			_, err = t.ParseFS(templateFiles, name)
		}
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
		out[name] = t
	}
	return out, nil
}

// model is what a template gets.
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

// render writes a page. Nothing is written if the template fails.
func (s *Server) render(v *visit, status int, name string, p page) error {
	t, ok := s.templates[name]
	if !ok {
		return fmt.Errorf("there is no template %s", name)
	}
	m := model{page: p, visit: v, SignedIn: v.Session.ID != "", Version: s.o.Version, Notice: takeNotice(v.W, v.Request)}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout.html", m); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	v.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.W.WriteHeader(status)
	_, _ = v.W.Write(b.Bytes())
	return nil
}

// fragment returns a template of a page as HTML, for events.
func (s *Server) fragment(v *visit, name, block string, data any) (string, error) {
	t, ok := s.templates[name]
	if !ok {
		return "", fmt.Errorf("there is no template %s", name)
	}
	var b strings.Builder
	m := model{page: page{Data: data}, visit: v, SignedIn: true, Version: s.o.Version}
	if err := t.ExecuteTemplate(&b, block, m); err != nil {
		return "", fmt.Errorf("render %s of %s: %w", block, name, err)
	}
	return b.String(), nil
}
