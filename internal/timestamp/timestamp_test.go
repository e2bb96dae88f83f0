package timestamp_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/timestamp"
)

func TestTimesHaveMillisecondsInUTC(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 2*3600)
	for want, at := range map[string]time.Time{
		`"2026-11-29T02:00:00.000Z"`: time.Date(2026, 11, 29, 4, 0, 0, 0, zone),
		`"2026-11-29T02:00:00.120Z"`: time.Date(2026, 11, 29, 2, 0, 0, 120_000_000, time.UTC),
		`"2026-11-29T01:59:59.999Z"`: time.Date(2026, 11, 29, 1, 59, 59, 999_999_999, time.UTC),
	} {
		for _, value := range []any{timestamp.Of(at), timestamp.Optional(at), timestamp.Time{Time: at}} {
			b, err := json.Marshal(value)
			if err != nil || string(b) != want {
				t.Errorf("%v is %s (%v), want %s", at, b, err, want)
			}
		}
	}
	var back timestamp.Time
	if err := json.Unmarshal([]byte(`"2026-11-29T02:00:00.120Z"`), &back); err != nil || back.Nanosecond() != 120_000_000 {
		t.Errorf("decoded %v: %v", back, err)
	}
	if timestamp.Optional(time.Time{}) != nil {
		t.Error("the zero time is present")
	}
}
