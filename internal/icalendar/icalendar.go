// Package icalendar writes calendars of whole-day events (RFC 5545).
package icalendar

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Event is an event of a whole day.
type Event struct {
	// ID is unique in the world, and does not change between two versions of the calendar.
	ID string
	// Day is the day. Only its date in UTC counts.
	Day time.Time
	// Stamp is the time at which the event was last changed.
	Stamp time.Time
	// Summary and Description are plain text. URL may be empty.
	Summary, Description, URL string
}

// MediaType is the media type of calendars.
const MediaType = "text/calendar; charset=utf-8"

// Calendar returns a calendar with a name and events.
func Calendar(name string, events []Event) []byte {
	var b strings.Builder
	for _, line := range []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Clausea//Clausea Crawler//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "X-WR-CALNAME:" + escape(name)} {
		writeLine(&b, line)
	}
	for _, e := range events {
		writeLine(&b, "BEGIN:VEVENT")
		writeLine(&b, "UID:"+escape(e.ID))
		writeLine(&b, "DTSTAMP:"+e.Stamp.UTC().Format("20060102T150405Z"))
		writeLine(&b, "DTSTART;VALUE=DATE:"+e.Day.UTC().Format("20060102"))
		writeLine(&b, "DTEND;VALUE=DATE:"+e.Day.UTC().AddDate(0, 0, 1).Format("20060102"))
		writeLine(&b, "SUMMARY:"+escape(e.Summary))
		if e.Description != "" {
			writeLine(&b, "DESCRIPTION:"+escape(e.Description))
		}
		if e.URL != "" {
			writeLine(&b, "URL:"+withoutControls(e.URL))
		}
		writeLine(&b, "TRANSP:TRANSPARENT")
		writeLine(&b, "END:VEVENT")
	}
	writeLine(&b, "END:VCALENDAR")
	return []byte(b.String())
}

var escaper = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

// escape returns text as a value of type TEXT (RFC 5545, 3.3.11).
func escape(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = withoutControls(lines[i])
	}
	return escaper.Replace(strings.Join(lines, "\n"))
}

// withoutControls removes the control characters, which could begin another property.
func withoutControls(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// maxLine is the maximum length of a line without its end, in bytes (RFC 5545, 3.1).
const maxLine = 75

// writeLine writes a line, folded between characters.
func writeLine(b *strings.Builder, line string) {
	room := maxLine
	for len(line) > room {
		n := room
		for !utf8.RuneStart(line[n]) {
			n--
		}
		b.WriteString(line[:n] + "\r\n ")
		line, room = line[n:], maxLine-1
	}
	b.WriteString(line + "\r\n")
}
