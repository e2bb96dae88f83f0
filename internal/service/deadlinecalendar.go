package service

import (
	"fmt"
	"strings"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/icalendar"
)

// DeadlineCalendar returns deadlines as a calendar. names are the companies of which it has the
// deadlines, or none for all companies.
func DeadlineCalendar(names []string, deadlines []Deadline) []byte {
	title := "Objection deadlines"
	if len(names) > 0 {
		title += " of " + strings.Join(names, ", ")
	}
	events := make([]icalendar.Event, 0, len(deadlines))
	for _, d := range deadlines {
		events = append(events, icalendar.Event{
			ID: "change-" + d.ID + "@clausea.co", Day: d.Day, Stamp: d.At,
			Summary:     fmt.Sprintf("Objection deadline: %s, %s", d.CompanyName, doctype.Name(d.DocumentType)),
			Description: fmt.Sprintf("%s\nSeen on %s.", d.Title, d.At.UTC().Format("2 January 2006")), URL: d.URL,
		})
	}
	return icalendar.Calendar(title, events)
}
