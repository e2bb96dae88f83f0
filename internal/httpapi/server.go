package httpapi

import (
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/clausea/crawler/internal/timestamp"
)

// Server is the HTTP API.
type Server struct {
	o       Options
	mux     *http.ServeMux
	api     huma.API
	metrics *metrics
	// operations has the policy of each route by its pattern.
	operations []Operation
	requests   slots // requests at once
	streams    slots // streams of events at once
	validators *validators
}

// New returns the API over the services of o.
func New(o Options) (*Server, error) {
	replaceGlobals()
	s := &Server{o: o, mux: http.NewServeMux(), requests: newSlots(o.Limits.Concurrent), streams: newSlots(o.Limits.Streams), validators: newValidators()}
	var err error
	if s.metrics, err = newMetrics(o.Metrics); err != nil {
		return nil, err
	}
	s.api = humago.New(s.mux, description())
	s.api.OpenAPI().Components.Schemas.RegisterTypeAlias(reflect.TypeFor[timestamp.Time](), reflect.TypeFor[time.Time]())
	registerRoutes(s)
	s.metrics.start(s.operations)
	completeDescription(s.api.OpenAPI(), s.operations)
	s.serveDescription()
	if err := s.serveDocs(); err != nil {
		return nil, err
	}
	return s, nil
}

// registerRoutes registers the routes of all services.
func registerRoutes(s *Server) {
	registerCompanies(s, s.o.Companies)
	registerCrawls(s, s.o.Crawls)
	registerDocuments(s, s.o.Documents)
	registerChanges(s, s.o.Changes)
	registerSearch(s, s.o.Search)
	registerStatistics(s, s.o.Statistics)
	registerWebhooks(s, s.o.Webhooks)
	registerHealth(s, s.o.Health)
	registerKeys(s, s.o.Keys)
	if s.o.Local {
		registerManifests(s, s.o.Manifests)
	}
}

// Operations lists the routes with their policies.
func (s *Server) Operations() []Operation { return s.operations }

// replaceGlobals sets the variables of huma that have no option. They are the same for every
// Server.
var replaceGlobals = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false // lists are [] and never null
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return humaProblem(status, msg, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		p := humaProblem(status, msg, errs)
		if ctx != nil {
			p.RequestID = requestOf(ctx.Context()).id
		}
		return p
	}
})

// description returns the configuration of huma. It serves no page by itself, and adds nothing
// to bodies: $schema would make them depend on the Host header.
func description() huma.Config {
	c := huma.DefaultConfig("Clausea Crawler", describedVersion)
	c.Info.Description = "Finds the legal documents of companies, keeps every version, and says what changed."
	c.Info.Contact = &huma.Contact{Name: "Clausea", URL: "https://clausea.co"}
	c.Servers = []*huma.Server{{URL: "/", Description: "The server that serves this description."}}
	c.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	c.Formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "An API key: Authorization: Bearer KEY."},
		"basic":  {Type: "http", Scheme: "basic", Description: "For feeds only: an API key as the password, with any user name."},
		"key":    {Type: "apiKey", In: "header", Name: "X-API-Key", Description: "An API key: X-API-Key: KEY."},
	}
	return c
}
