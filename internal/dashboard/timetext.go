package dashboard

import (
	"fmt"
	"time"
)

// iso returns a time as the datetime attribute has it.
func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// exact returns a time for a title, before a script replaces it by that of the reader's zone.
func exact(t time.Time) string { return t.UTC().Format("Mon 2 Jan 2006 15:04:05 UTC") }

// ago returns a time relative to now: "3 hours ago", "in 5 days".
func (s *Server) ago(t time.Time) string {
	d := s.o.Now().Sub(t)
	if d < 0 {
		return "in " + span(-d)
	}
	if d < time.Minute {
		return "just now"
	}
	return span(d) + " ago"
}

// span returns a duration in its largest unit.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	for _, u := range []struct {
		name string
		size time.Duration
	}{{"year", 365 * day}, {"month", 30 * day}, {"day", day}, {"hour", time.Hour}, {"minute", time.Minute}} {
		if n := int(d / u.size); n == 1 {
			return "1 " + u.name
		} else if n > 1 {
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return "less than a minute"
}
