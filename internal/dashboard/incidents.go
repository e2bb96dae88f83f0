package dashboard

import (
	"fmt"

	"github.com/clausea/crawler/internal/service"
)

// registerIncidents registers the list of incidents.
func registerIncidents(s *Server) { s.view("GET /incidents", s.incidentsPage) }

// incidentsView is the list of incidents.
type incidentsView struct {
	Incidents     []service.Incident
	Total         int
	Kinds         [][2]string // value and label
	Kind, Company string
	Partial       bool
}

// incidentKinds are the kinds of incidents with their names.
var incidentKinds = [][2]string{
	{string(service.IncidentCrawl), "Failed crawl"}, {string(service.IncidentOverdue), "Overdue crawl"},
	{string(service.IncidentDocument), "Document"}, {string(service.IncidentWebhook), "Webhook"},
}

// count returns the number of incidents in a sentence.
func (d incidentsView) count() string {
	text := plural(d.Total, "open incident", "open incidents")
	if len(d.Incidents) < d.Total {
		text += fmt.Sprintf("; the newest %d are shown", len(d.Incidents))
	}
	return text + when(d.Partial, "; there are more than can be listed, choose a filter") + "."
}

// incidentPath returns the page of what fails.
func incidentPath(i service.Incident) string {
	switch {
	case i.WebhookID != "":
		return pathOf("webhooks", i.WebhookID)
	case i.DocumentID != "":
		return pathOf("documents", i.DocumentID)
	}
	return pathOf("companies", i.Company)
}

// maxIncidentRows bounds the incidents on the page.
const maxIncidentRows = 100

func (s *Server) incidentsPage(v *visit) (page, error) {
	out := incidentsView{Kinds: incidentKinds, Kind: v.Query("kind"), Company: v.Query("company")}
	var q service.IncidentQuery
	if out.Kind != "" {
		q.Kinds = []service.IncidentKind{service.IncidentKind(out.Kind)}
	}
	if out.Company != "" {
		q.Companies = []string{out.Company}
	}
	list, err := s.o.Services.Incidents.List(v.Context(), v.Caller, q)
	if err != nil {
		return page{}, err
	}
	out.Incidents, out.Total, out.Partial = list.Items[:min(len(list.Items), maxIncidentRows)], len(list.Items), list.Partial
	return page{Title: "Incidents", Nav: "incidents", Count: out.Total, Body: out}, nil
}
