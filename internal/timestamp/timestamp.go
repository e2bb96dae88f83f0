// Package timestamp has the form of times in the JSON that other programs read: RFC 3339 in UTC,
// with milliseconds. All stores keep at least milliseconds, so the form does not depend on the store.
package timestamp

import (
	"encoding/json"
	"fmt"
	"time"
)

// format is RFC 3339 with exactly three digits of the second.
const format = "2006-01-02T15:04:05.000Z07:00"

// Time is a time in JSON.
type Time struct{ time.Time }

// Of returns a time in UTC, without the part that is less than a millisecond.
func Of(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// Optional returns a time, or nil for the zero time, which JSON leaves out.
func Optional(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	out := Of(t)
	return &out
}

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(Of(t.Time).Format(format))
	if err != nil {
		return nil, fmt.Errorf("encode a time: %w", err)
	}
	return b, nil
}
