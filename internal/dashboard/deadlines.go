package dashboard

import (
	"github.com/clausea/crawler/internal/icalendar"
	"github.com/clausea/crawler/internal/service"
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
	if company == "" {
		return file{Name: "deadlines.ics", MediaType: icalendar.MediaType, Body: service.DeadlineCalendar(nil, deadlines), Attachment: true}, nil
	}
	return file{Name: company + "-deadlines.ics", MediaType: icalendar.MediaType, Body: service.DeadlineCalendar([]string{company}, deadlines), Attachment: true}, nil
}

// calendarPath returns the path in the API of the calendar that a query of the feeds selects.
func calendarPath(query string) string {
	if query == "" {
		return "/v1/feeds/deadlines.ics"
	}
	return "/v1/feeds/deadlines.ics?" + query
}
