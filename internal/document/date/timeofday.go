package date

import (
	"regexp"
	"strings"
)

// timeOfDay is a time of day at the end of a folded text, with its time zone and the
// "on" before the day: "12:01 a.m. pacific time on".
var timeOfDay = regexp.MustCompile(`[ ,(]+(?:\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.? ?m\b\.?)?|\d{1,2} ?[ap]\.? ?m\b\.?|midnight|noon)` +
	`(?:[ .,(]+(?:pacific|eastern|central|mountain|greenwich|european|us|u\.s|local|mean|coordinated|universal|standard|daylight|savings?|summer|time|hours|uhr|` +
	`[pecm][sd]?t|gmt|utc|bst|cest|z)(?:[+-]\d{1,2}(?::\d\d)?)?\b\)?)*[ ,)]*(?:on|of)?[ ,]*$`)

// maxTimeOfDayBytes bounds a time of day with its zone, in bytes.
const maxTimeOfDayBytes = 80

// mayHaveTimeOfDay says whether a text may have a time of day: most have none.
func mayHaveTimeOfDay(s string) bool {
	for _, hint := range []string{":", "am", "pm", ".m", " m", "noon", "midnight"} {
		if strings.Contains(s, hint) {
			return true
		}
	}
	return false
}

// trimTimeOfDay is a folded text without the time of day that it ends with: it says
// nothing of the day that follows.
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
