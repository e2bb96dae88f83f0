package sampler

import (
	"time"

	"github.com/netresearch/go-cron"

	"github.com/clausea/crawler/api/v1alpha1"
)

const (
	// gaps is the number of intervals of a schedule that are compared. The longest one counts:
	// a schedule of working days has no crawl from Friday to Monday.
	gaps = 8
	// maxIntervals bounds the remembered intervals of schedules.
	maxIntervals = 10_000
)

// intervals remembers the intervals of schedules, by cron expression and time zone.
type intervals map[string]time.Duration

// of returns the longest time between two scheduled crawls of a company, 0 if it has no schedule
// or if its schedule is suspended or invalid.
func (known *intervals) of(c *v1alpha1.Company, now time.Time) time.Duration {
	s := c.Spec.Schedule
	if s == nil || c.Spec.Suspend {
		return 0
	}
	key := s.TimeZone + " " + s.Cron
	interval, ok := (*known)[key]
	if !ok {
		interval = longestGap(s, now)
		if *known == nil || len(*known) >= maxIntervals {
			*known = intervals{}
		}
		(*known)[key] = interval
	}
	if interval > 0 && c.Spec.Cooldown != nil {
		return max(interval, c.Spec.Cooldown.Duration)
	}
	return interval
}

// longestGap returns the longest of the next intervals of a schedule, 0 if it cannot be parsed.
func longestGap(s *v1alpha1.Schedule, now time.Time) (longest time.Duration) {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return 0
	}
	parsed, err := cron.ParseStandard(s.Cron)
	if err != nil {
		return 0
	}
	tick := parsed.Next(now.In(zone))
	for range gaps {
		next := parsed.Next(tick)
		if tick.IsZero() || next.IsZero() {
			return longest
		}
		longest = max(longest, next.Sub(tick))
		tick = next
	}
	return longest
}
