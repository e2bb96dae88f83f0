package httpapi

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/clausea/crawler/internal/problem"
)

// checkForm returns the step that refuses requests whose query cannot be read or whose Accept has
// none of the media types of the operation. Without it, the query parameters that cannot be read
// are ignored, and some values of Accept end in a failure after the operation was executed.
func checkForm(op *Operation) step {
	offers := op.mediaTypes()
	return func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
			return nil, problem.Wrap(err, problem.MalformedRequest, "the query cannot be read; check its percent-encoding, and that it has at most 10,000 parameters")
		}
		if !slices.Contains(offers, typeBinary) { // a download has the type that it has
			if _, err := negotiate(requestOf(r.Context()).accept, offers); err != nil {
				return nil, err
			}
		}
		if r.Header.Get("Accept") != "" {
			r.Header["Accept"] = []string{typeJSON} // huma writes nothing else; routes with several media types use request.accept
		}
		return r, nil
	}
}

// checkValues is a middleware that refuses query parameters without a value, such as since=, which
// huma takes for absent. A text may be empty.
func (s *Server) checkValues(ctx huma.Context, next func(huma.Context)) {
	u := ctx.URL()
	if !hasEmptyValue(u.RawQuery) {
		next(ctx)
		return
	}
	query := u.Query()
	for _, p := range ctx.Operation().Parameters {
		if p.In != "query" || !slices.Contains(query[p.Name], "") || p.Schema == nil {
			continue
		}
		if !allowsEmpty(p.Schema) {
			_, w := humago.Unwrap(ctx)
			writeProblem(w, s.problemOf(ctx.Context(), problem.OfField("query."+p.Name, "has no value; leave the parameter out")))
			return
		}
	}
	next(ctx)
}

// allowsEmpty reports whether a parameter is a text that may be empty.
func allowsEmpty(schema *huma.Schema) bool {
	return schema.Type == huma.TypeString && schema.Format == "" && schema.Pattern == "" && len(schema.Enum) == 0 && (schema.MinLength == nil || *schema.MinLength == 0)
}

// hasEmptyValue reports whether a query has a parameter without a value.
func hasEmptyValue(query string) bool {
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" && value == "" {
			return true
		}
	}
	return false
}

// mediaTypes lists the media types of the successful responses of the operation.
func (op *Operation) mediaTypes() []string {
	types := map[string]bool{}
	for status, response := range op.Responses {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		for mediaType := range response.Content {
			types[mediaType] = true
		}
	}
	if len(types) == 0 {
		return []string{typeJSON}
	}
	return slices.Sorted(maps.Keys(types))
}
