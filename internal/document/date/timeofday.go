package date

import (
	"regexp"
	"strings"
)

// timeOfDay matches a time of day at the end of a folded text, with its time zone and the
// "on" before the day: "12:01 a.m. pacific time on".
var timeOfDay = regexp.MustCompile(`[ ,(]+(?:\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.? ?m\b\.?)?|\d{1,2} ?[ap]\.? ?m\b\.?|midnight|noon)` +
	`(?:[ .,(]+(?:pacific|eastern|central|mountain|greenwich|european|us|u\.s|local|mean|coordinated|universal|standard|daylight|savings?|summer|time|hours|uhr|` +
	`[pecm][sd]?t|gmt|utc|bst|cest|z)(?:[+-]\d{1,2}(?::\d\d)?)?\b\)?)*[ ,)]*(?:on|of)?[ ,]*$`)

// maxTimeOfDayBytes bounds the length of a time of day with its zone.
const maxTimeOfDayBytes = 80

// mayHaveTimeOfDay reports whether a text may contain a time of day. Most texts do not.
func mayHaveTimeOfDay(s string) bool {
	for _, hint := range []string{":", "am", "pm", ".m", " m", "noon", "midnight"} {
		if strings.Contains(s, hint) {
			return true
		}
	}
	return false
}

// trimTimeOfDay removes a time of day from the end of a folded text. A time of day may stand
// between a cue and its date.
func trimTimeOfDay(s string) string {
	from := max(0, len(s)-maxTimeOfDayBytes)
	tail := s[from:]
	if !mayHaveTimeOfDay(tail) {
		return s
	}
	at := timeOfDay.FindStringIndex(tail)
	if at == nil {
		return s
	}
	return s[:from+at[0]] + " "
}
