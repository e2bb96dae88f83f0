package httpapi

import (
	"bytes"
	"fmt"
	"io"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/clausea/crawler/internal/service"
)

// describedVersion is the version in the description. It is that of the API: everyone can read
// the description, and the version of the program would tell attackers which faults it has.
const describedVersion = "1"

// describe returns a Server that can be described but not called: it has no store.
func describe(r prometheus.Registerer) (*Server, error) {
	return New(Options{Services: service.New(service.Dependencies{}), Metrics: r})
}

// WriteDescription writes docs/openapi.json to w.
func WriteDescription(w io.Writer) error {
	s, err := describe(nil)
	if err != nil {
		return err
	}
	b, err := s.Description()
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("write docs/openapi.json: %w", err)
	}
	return nil
}

// WriteScopesMarkdown writes docs/reference/scopes.md, the routes with the scope that each
// needs, to w.
func WriteScopesMarkdown(w io.Writer) error {
	s, err := describe(nil)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(`# Routes and scopes

<!-- written by make generate -->

Each route of the API needs a scope. The scope ` + "`crawl`" + ` includes ` + "`read`" + `; ` + "`write`" + ` includes both, and
` + "`admin`" + ` includes all three. A key with the scope ` + "`feed`" + ` reads one feed only. A public route needs no API key. ` + "[`openapi.json`](../openapi.json)" + ` describes
the routes, and [problems](../problems.md) what they report.

| route | operation | scope |
|---|---|---|
`)
	for _, op := range s.Operations() {
		scopes := "`" + string(op.Scope) + "`"
		if op.Feed {
			scopes += " or `feed`"
		}
		fmt.Fprintf(&b, "| `%s %s` | %s | %s |\n", op.Method, op.Path, op.ID, scopes)
	}
	b.WriteString("| `GET /openapi.json` | the description | `public` |\n")
	for _, a := range assets {
		fmt.Fprintf(&b, "| `GET %s` | the page that shows the description | `public` |\n", a.path)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write docs/reference/scopes.md: %w", err)
	}
	return nil
}

// RegisterMetrics registers the metrics of the API, for their reference.
func RegisterMetrics(r prometheus.Registerer) error {
	_, err := describe(r)
	return err
}
