package icalendar

import (
	"strings"
	"testing"
	"time"
)

func TestACalendarHasOneFoldedAndEscapedEventForEachDay(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	got := string(Calendar("Deadlines", []Event{{
		ID: "change-1@clausea", Day: day, Stamp: day, Summary: "Acme, Inc.; objection\r\nBEGIN:VEVENT", Description: strings.Repeat("é", 100), URL: "https://a.example/\r\nX-EVIL:1",
	}}))
	for _, want := range []string{"DTSTART;VALUE=DATE:20261231\r\n", "DTEND;VALUE=DATE:20270101\r\n", `SUMMARY:Acme\, Inc.\; objection\nBEGIN:VEVENT` + "\r\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the calendar has no %q:\n%s", want, got)
		}
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(got, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") || strings.HasPrefix(line, "X-EVIL") {
			t.Errorf("invalid line %q", line)
		}
	}
	if unfolded := strings.ReplaceAll(got, "\r\n ", ""); !strings.Contains(unfolded, strings.Repeat("é", 100)) {
		t.Error("folding has changed the text")
	}
	if n := strings.Count(got, "\r\nBEGIN:VEVENT\r\n"); n != 1 {
		t.Errorf("got %d events, want 1", n)
	}
}
