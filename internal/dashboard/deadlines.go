package dashboard

import (
	"fmt"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/icalendar"
)

// registerDeadlines registers the calendars of objection deadlines.
func registerDeadlines(s *Server) {
	s.download("GET /deadlines.ics", s.deadlineCalendar)
	s.download("GET /companies/{name}/deadlines.ics", s.deadlineCalendar)
}

// deadlineCalendar returns the deadlines of a company, or of all companies.
func (s *Server) deadlineCalendar(v *visit) (file, error) {
	company := v.Path("name")
	deadlines, err := s.o.Services.Changes.Deadlines(v.Context(), v.Caller, company)
	if err != nil {
		return file{}, err
	}
	name, fileName := "Objection deadlines", "deadlines.ics"
	if company != "" {
		name, fileName = name+" of "+company, company+"-deadlines.ics"
	}
	events := make([]icalendar.Event, 0, len(deadlines))
	for _, d := range deadlines {
		events = append(events, icalendar.Event{
			ID: "change-" + d.ID + "@clausea.co", Day: d.Day, Stamp: d.At,
			Summary:     fmt.Sprintf("Objection deadline: %s, %s", d.CompanyName, doctype.Name(d.DocumentType)),
			Description: fmt.Sprintf("%s\nSeen on %s.", d.Title, d.At.UTC().Format("2 January 2006")), URL: d.URL,
		})
	}
	return file{Name: fileName, MediaType: icalendar.MediaType, Body: icalendar.Calendar(name, events), Attachment: true}, nil
}
